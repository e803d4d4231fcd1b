"""What was pulled for a pilot: its people under pseudonyms, and what they did: the queries.

The accounts of each pull are in ``pulls.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Integer, RowMapping, case, func, select

from coil_bridge.evaluation.records import ActivityKind, DayCount, Event, Member, Part
from coil_bridge.storage.tables import activity, participant
from coil_bridge.storage.writes import insert_all_new, upsert_all

_MEMBER_KEY = ("pilot_id", "pairing_id", "course_id", "pseudonym")


class Activity:
    """Pulled people and events, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def members(
        self, pilot_id: str, *, pairing_id: str | None = None, course_id: str | None = None
    ) -> list[Member]:
        """The people of a pilot, or of one pairing or course in it, in the order of their keys."""
        query = select(participant).where(participant.c.pilot_id == pilot_id)
        if pairing_id is not None:
            query = query.where(participant.c.pairing_id == pairing_id)
        if course_id is not None:
            query = query.where(participant.c.course_id == course_id)
        rows = self._connection.execute(query.order_by(*(participant.c[name] for name in _MEMBER_KEY)))
        return [_member(row) for row in rows.mappings()]

    def put_members(self, pilot_id: str, members: Sequence[Member]) -> None:
        """Store people, over what was known of them before."""
        rows = [
            {
                "pilot_id": pilot_id,
                "pairing_id": member.pairing_id,
                "course_id": member.course_id,
                "pseudonym": member.pseudonym,
                "role": member.part,
                "last_access_week": member.last_access_week,
                "completed": member.completed,
                "observed_at": member.observed_at,
            }
            for member in members
        ]
        upsert_all(self._connection, participant, rows, key=_MEMBER_KEY)

    def add_events(self, pilot_id: str, pairing_id: str, course_id: str, events: Sequence[Event]) -> int:
        """Store the events that are not there yet, some hundreds at most; how many were new."""
        rows = [
            {
                "pilot_id": pilot_id,
                "source_key": event.source_key,
                "pairing_id": pairing_id,
                "course_id": course_id,
                "pseudonym": event.pseudonym,
                "kind": event.kind,
                "day": event.day,
            }
            for event in events
        ]
        return insert_all_new(self._connection, activity, rows, key=("pilot_id", "source_key"))

    def day_counts(self, pilot_id: str) -> Iterator[DayCount]:
        """How much each person of a pilot wrote on each day, in the order of pairing, course and person."""
        keys = (activity.c.pairing_id, activity.c.course_id, activity.c.pseudonym, activity.c.day)
        reply = case((activity.c.kind == ActivityKind.FORUM_REPLY, 1), else_=0)
        query = (
            select(*keys, func.count().label("posts"), func.sum(reply, type_=Integer).label("replies"))
            .where(activity.c.pilot_id == pilot_id)
            .group_by(*keys)
            .order_by(*keys)
        )
        for row in self._connection.execute(query.execution_options(yield_per=1000)).mappings():
            yield DayCount(**row)


def _member(row: RowMapping) -> Member:
    return Member(
        pairing_id=row["pairing_id"],
        course_id=row["course_id"],
        pseudonym=row["pseudonym"],
        part=Part(row["role"]),
        last_access_week=row["last_access_week"],
        completed=row["completed"],
        observed_at=row["observed_at"],
    )
