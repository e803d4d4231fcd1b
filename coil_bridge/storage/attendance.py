"""Presence in sessions and what teachers said about it, under a pilot's pseudonyms: the queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, insert, select

from coil_bridge.evaluation.attendance import Meeting, Override, Presence, PresenceSource, Verdict, minute_of
from coil_bridge.storage.evidence_tables import attendance_override, presence
from coil_bridge.storage.joining_tables import session_join
from coil_bridge.storage.joins import Join
from coil_bridge.storage.tables import joint_session
from coil_bridge.storage.writes import upsert_all

_KEY = ("pilot_id", "session_id", "course_id", "pseudonym", "joined_minute", "source")


class AttendanceRows:
    """Presence and overrides, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, pilot_id: str, rows: Sequence[Presence]) -> int:
        """Store intervals, over the same ones stored before; how many of them are new."""
        values = {
            _key(each): {
                "pilot_id": pilot_id,
                "session_id": each.session_id,
                "course_id": each.course_id,
                "pseudonym": each.pseudonym,
                "joined_minute": each.joined,
                "source": each.source,
                "left_minute": each.left,
            }
            for each in rows
        }
        before = self._count(pilot_id)
        upsert_all(self._connection, presence, list(values.values()), key=_KEY)
        return self._count(pilot_id) - before

    def of_pilot(self, pilot_id: str) -> list[Presence]:
        """Every interval of a pilot, in the order of their keys."""
        query = select(presence).where(presence.c.pilot_id == pilot_id)
        rows = self._connection.execute(query.order_by(*(presence.c[name] for name in _KEY))).mappings()
        return [_presence(row) for row in rows]

    def of_session(self, pilot_id: str, session_id: str) -> list[Presence]:
        """The intervals of one session."""
        query = select(presence).where(presence.c.pilot_id == pilot_id, presence.c.session_id == session_id)
        rows = self._connection.execute(query.order_by(*(presence.c[name] for name in _KEY))).mappings()
        return [_presence(row) for row in rows]

    def add_override(self, pilot_id: str, value: Override) -> None:
        """Keep a teacher's word; what was said before stays beside it."""
        self._connection.execute(
            insert(attendance_override),
            {
                "pilot_id": pilot_id,
                "session_id": value.session_id,
                "course_id": value.course_id,
                "pseudonym": value.pseudonym,
                "verdict": value.verdict,
                "minutes": value.minutes,
                "reason": value.reason,
                "set_by": value.set_by,
                "set_at": value.set_at,
            },
        )

    def overrides(self, pilot_id: str, session_id: str | None = None) -> list[Override]:
        """What was said, in the order in which it was: of two the later counts."""
        query = select(attendance_override).where(attendance_override.c.pilot_id == pilot_id)
        if session_id is not None:
            query = query.where(attendance_override.c.session_id == session_id)
        rows = self._connection.execute(query.order_by(attendance_override.c.id)).mappings()
        return [_override(row) for row in rows]

    def meetings(self, pairing_ids: Sequence[str], held_before: datetime) -> list[Meeting]:
        """The sessions of pairings that had ended by an instant and were not called off, in order of time."""
        query = select(
            joint_session.c.id,
            joint_session.c.pairing_id,
            joint_session.c.starts_at,
            joint_session.c.minutes,
        ).where(
            joint_session.c.pairing_id.in_(list(pairing_ids)),
            joint_session.c.state == "planned",
            joint_session.c.starts_at < held_before,
        )
        found = [
            Meeting(row.id, row.pairing_id, minute_of(row.starts_at), row.minutes)
            for row in self._connection.execute(query.order_by(joint_session.c.starts_at, joint_session.c.id))
        ]
        return [each for each in found if each.ends <= minute_of(held_before)]

    def joins_of(self, session_ids: Sequence[str], role: str) -> list[Join]:
        """Who pressed "join" for these sessions in a part."""
        query = select(session_join).where(
            session_join.c.session_id.in_(list(session_ids)), session_join.c.role == role
        )
        rows = self._connection.execute(query.order_by(session_join.c.at, session_join.c.person_id))
        return [Join(**row) for row in rows.mappings()]

    def _count(self, pilot_id: str) -> int:
        query = select(func.count()).select_from(presence).where(presence.c.pilot_id == pilot_id)
        return int(self._connection.execute(query).scalar_one())


def _key(each: Presence) -> tuple[str, str, str, int, str]:
    return each.session_id, each.course_id, each.pseudonym, each.joined, each.source


def _presence(row: RowMapping) -> Presence:
    return Presence(
        row["session_id"],
        row["course_id"],
        row["pseudonym"],
        row["joined_minute"],
        row["left_minute"],
        PresenceSource(row["source"]),
    )


def _override(row: RowMapping) -> Override:
    return Override(
        row["session_id"],
        row["course_id"],
        row["pseudonym"],
        Verdict(row["verdict"]),
        row["minutes"],
        row["reason"],
        row["set_by"],
        row["set_at"],
    )
