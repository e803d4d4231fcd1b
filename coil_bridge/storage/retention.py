"""How long the rows of a pilot are kept: the queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select, update

from coil_bridge.storage.rights_tables import pilot_retention
from coil_bridge.storage.writes import upsert


@dataclass(frozen=True, slots=True)
class Kept:
    """The last day on which a pilot's rows about people are kept, and when they went."""

    pilot_id: str
    keep_until: date
    ended_at: datetime | None


class Retention:
    """Times of keeping, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_pilot(self, pilot_id: str) -> Kept | None:
        """What was decided for a pilot."""
        query = select(pilot_retention).where(pilot_retention.c.pilot_id == pilot_id)
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else Kept(**row)

    def set(self, pilot_id: str, keep_until: date) -> None:
        """Decide for a pilot."""
        row = {"pilot_id": pilot_id, "keep_until": keep_until, "ended_at": None}
        upsert(self._connection, pilot_retention, row, key=("pilot_id",), keep=("ended_at",))

    def end(self, pilot_id: str, at: datetime) -> None:
        """Keep down that the rows have gone."""
        self._connection.execute(
            update(pilot_retention).where(pilot_retention.c.pilot_id == pilot_id).values(ended_at=at)
        )
