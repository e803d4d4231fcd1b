"""What the destruction of a pilot's key does to attendance: new names, and no minute that leads back.

When somebody entered a room stands in the partner's own log, so the minutes of a measured stay move to the
session's start and a join without an end is cut to five minutes; how long somebody was there stays what it
was. The reasons that teachers gave may name somebody: they go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from coil_bridge.evaluation.attendance import length, minute_of, union
from coil_bridge.evaluation.stays import in_sessions
from coil_bridge.storage.attendance import AttendanceRows
from coil_bridge.storage.edition_tables import evidence_counted
from coil_bridge.storage.evidence_tables import (
    attendance_override,
    participant_trait,
    pilot_exclusion,
    presence,
)
from coil_bridge.storage.fact_tables import moodle_stay
from coil_bridge.storage.stays import Stays
from coil_bridge.storage.tables import joint_session

_COARSE = 5  # minutes
_ALWAYS = datetime.max.replace(tzinfo=UTC)


def unlink_evidence(connection: Connection, pilot_id: str, names: Mapping[str, str]) -> None:
    """Rewrite a pilot's attendance, traits and editions of figures under new names."""
    for table in (participant_trait, pilot_exclusion, evidence_counted):
        rows = [
            dict(row)
            for row in connection.execute(select(table).where(table.c.pilot_id == pilot_id)).mappings()
        ]
        connection.execute(delete(table).where(table.c.pilot_id == pilot_id))
        _put(connection, table, [row | {"pseudonym": names[row["pseudonym"]]} for row in rows])
    _settle_stays(connection, pilot_id)
    _unlink_presence(connection, pilot_id, names)
    _unlink_overrides(connection, pilot_id, names)


def _settle_stays(connection: Connection, pilot_id: str) -> None:
    """What Moodles told becomes presence in the sessions that it was in; the rest goes."""
    stays = Stays(connection).of_pilot(pilot_id)
    rows, pairings = AttendanceRows(connection), sorted({each.pairing_id for each in stays})
    rows.put(pilot_id, in_sessions(stays, rows.meetings(pairings, _ALWAYS)))
    connection.execute(delete(moodle_stay).where(moodle_stay.c.pilot_id == pilot_id))


def _unlink_presence(connection: Connection, pilot_id: str, names: Mapping[str, str]) -> None:
    starts = {
        row.id: minute_of(row.starts_at)
        for row in connection.execute(select(joint_session.c.id, joint_session.c.starts_at))
    }
    found: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    query = select(presence).where(presence.c.pilot_id == pilot_id)
    for row in connection.execute(query).all():
        found[row.session_id, row.course_id, row.pseudonym, row.source].append(row)
    connection.execute(delete(presence).where(presence.c.pilot_id == pilot_id))
    rows = []
    for (session_id, course_id, pseudonym, source), stays in found.items():
        base = {"pilot_id": pilot_id, "session_id": session_id, "course_id": course_id, "source": source}
        base["pseudonym"] = names[pseudonym]
        start = starts[session_id]
        measured = length(union((each.joined_minute, each.left_minute or 0) for each in stays))
        if measured:
            rows.append(base | {"joined_minute": start, "left_minute": start + measured})
        elif opened := [each.joined_minute for each in stays if each.left_minute is None]:
            coarse = min(opened) // _COARSE * _COARSE
            rows.append(base | {"joined_minute": coarse, "left_minute": None})
    _put(connection, presence, rows)


def _unlink_overrides(connection: Connection, pilot_id: str, names: Mapping[str, str]) -> None:
    mine = attendance_override.c.pilot_id == pilot_id
    found = select(attendance_override.c.pseudonym).where(mine).distinct()
    for old in connection.execute(found).scalars().all():
        connection.execute(
            update(attendance_override)
            .where(mine, attendance_override.c.pseudonym == old)
            .values(pseudonym=names[old], reason="")
        )


def _put(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    """By the new names: in the old order an old copy would tell which row was which."""
    if rows:
        connection.execute(insert(table), sorted(rows, key=lambda row: str(row["pseudonym"])))
