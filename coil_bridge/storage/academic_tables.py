"""Academic calendars as institutions enter them, and the phases that a pairing lays over its weeks."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import UtcDateTime

# One row for each institution whose calendar anybody has touched; the version of all that hangs on it.
academic_calendar = Table(
    "academic_calendar",
    metadata,
    Column("institution_id", ID, ForeignKey("institution.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

academic_span = Table(
    "academic_span",
    metadata,
    Column("id", ID, primary_key=True),
    Column("institution_id", ID, ForeignKey("institution.id"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("name", String(100), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    CheckConstraint("last >= first", name="first_before_last"),
    Index(None, "institution_id", "first"),
)

# What an institution says of one day against the public holidays that are known of its country.
holiday_override = Table(
    "holiday_override",
    metadata,
    Column("institution_id", ID, ForeignKey("institution.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("name", String(100), nullable=False),
)

phase_plan = Table(
    "phase_plan",
    metadata,
    Column("pairing_id", ID, ForeignKey("pairing.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

planned_phase = Table(
    "planned_phase",
    metadata,
    Column("pairing_id", ID, ForeignKey("phase_plan.pairing_id"), primary_key=True),
    Column("phase", String(20), primary_key=True),
    Column("title", String(100), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    CheckConstraint("last >= first", name="first_before_last"),
)
