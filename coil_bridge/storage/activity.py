"""The people of a pilot under pseudonyms: the queries.

What they did is in ``events.py``, the accounts of each pull are in ``pulls.py``.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, select

from coil_bridge.evaluation.records import Member, Part
from coil_bridge.storage.events import Events
from coil_bridge.storage.tables import participant
from coil_bridge.storage.writes import upsert_all

_MEMBER_KEY = ("pilot_id", "pairing_id", "course_id", "pseudonym")


class Activity:
    """Pulled people, within one transaction."""

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
        Events(self._connection).put_actors(pilot_id, members)


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
