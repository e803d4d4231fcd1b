"""How the partners of pilots stood when the worker last looked: the queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from coil_bridge.storage.board_tables import board_summary
from coil_bridge.storage.tables import pilot
from coil_bridge.storage.writes import upsert


@dataclass(frozen=True, slots=True)
class PilotStanding:
    """How many partners of a pilot have which worst light; ``looked_at``: ``None`` before the first look."""

    pilot_id: str
    pilot: str  # its name
    red: int
    soon: int
    unknown: int
    good: int
    looked_at: datetime | None


class Boards:
    """Summaries of monitoring boards, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, pilot_id: str, lights: Mapping[str, int], at: datetime) -> None:
        """Store how a pilot stands."""
        row = {"pilot_id": pilot_id, **lights, "looked_at": at}
        upsert(self._connection, board_summary, row, key=("pilot_id",))

    def under_way(self, today: date) -> list[PilotStanding]:
        """The pilots that are under way on a day, in the order in which they began."""
        query = (
            select(pilot.c.id, pilot.c.name, board_summary)
            .outerjoin_from(pilot, board_summary, board_summary.c.pilot_id == pilot.c.id)
            .where(pilot.c.starts_on <= today, pilot.c.ends_on >= today)
            .order_by(pilot.c.starts_on, pilot.c.name, pilot.c.id)
        )
        return [
            PilotStanding(
                row.id,
                row.name,
                row.red or 0,
                row.soon or 0,
                row.unknown or 0,
                row.good or 0,
                row.looked_at,
            )
            for row in self._connection.execute(query)
        ]
