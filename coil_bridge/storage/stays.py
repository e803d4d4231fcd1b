"""Stays in rooms and registers of Moodles, under a pilot's pseudonyms: the queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, RowMapping, delete, select

from coil_bridge.evaluation.attendance import PresenceSource
from coil_bridge.evaluation.stays import Stay
from coil_bridge.storage.fact_tables import moodle_stay
from coil_bridge.storage.writes import upsert_all

_KEY = ("pilot_id", "key")
_AT_ONCE = 500


class Stays:
    """What Moodles tell of stays, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, pilot_id: str, stays: Mapping[str, Stay]) -> int:
        """Store stays by the keys of their records, over what was known; how many are new or other."""
        known = self._known(pilot_id, stays)
        changed = {key: each for key, each in stays.items() if known.get(key) != each}
        rows = [
            {
                "pilot_id": pilot_id,
                "key": key,
                "pairing_id": each.pairing_id,
                "course_id": each.course_id,
                "pseudonym": each.pseudonym,
                "source": each.source,
                "joined_minute": each.joined,
                "left_minute": each.left,
            }
            for key, each in changed.items()
        ]
        upsert_all(self._connection, moodle_stay, rows, key=_KEY)
        return len(changed)

    def of_pilot(self, pilot_id: str, pairing_id: str | None = None) -> list[Stay]:
        """Every stay of a pilot or of one pairing in it, in the order of time."""
        query = select(moodle_stay).where(moodle_stay.c.pilot_id == pilot_id)
        if pairing_id is not None:
            query = query.where(moodle_stay.c.pairing_id == pairing_id)
        rows = self._connection.execute(query.order_by(moodle_stay.c.joined_minute, moodle_stay.c.key))
        return [_stay(row) for row in rows.mappings()]

    def drop_register(self, pilot_id: str, pairing_id: str, course_id: str, besides: Collection[str]) -> int:
        """Take the entries of a course's register away whose keys are not among these; how many."""
        mine = (
            moodle_stay.c.pilot_id == pilot_id,
            moodle_stay.c.pairing_id == pairing_id,
            moodle_stay.c.course_id == course_id,
            moodle_stay.c.source == PresenceSource.REGISTER,
        )
        stored = self._connection.execute(select(moodle_stay.c.key).where(*mine)).scalars()
        gone = sorted(set(stored).difference(besides))
        for start in range(0, len(gone), _AT_ONCE):
            some = moodle_stay.c.key.in_(gone[start : start + _AT_ONCE])
            self._connection.execute(delete(moodle_stay).where(*mine, some))
        return len(gone)

    def _known(self, pilot_id: str, keys: Collection[str]) -> dict[str, Stay]:
        wanted, found = list(keys), dict[str, Stay]()
        for start in range(0, len(wanted), _AT_ONCE):
            some = moodle_stay.c.key.in_(wanted[start : start + _AT_ONCE])
            query = select(moodle_stay).where(moodle_stay.c.pilot_id == pilot_id, some)
            found |= {row["key"]: _stay(row) for row in self._connection.execute(query).mappings()}
        return found


def _stay(row: RowMapping) -> Stay:
    return Stay(
        pairing_id=row["pairing_id"],
        course_id=row["course_id"],
        pseudonym=row["pseudonym"],
        joined=row["joined_minute"],
        left=row["left_minute"],
        source=PresenceSource(row["source"]),
    )
