"""How the partners of each pilot stood when the worker last looked: what the start page shows."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import UtcDateTime

# How many partners (courses in pairings) have which worst light.
board_summary = Table(
    "board_summary",
    metadata,
    Column("pilot_id", ID, ForeignKey("pilot.id"), primary_key=True),
    Column("red", Integer, nullable=False),
    Column("soon", Integer, nullable=False),
    Column("unknown", Integer, nullable=False),
    Column("good", Integer, nullable=False),
    Column("looked_at", UtcDateTime, nullable=False),
)
