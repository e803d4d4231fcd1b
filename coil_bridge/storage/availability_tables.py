"""When people can meet: weekly hours, and busy times out of calendars that teachers name."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import ReasonText, UtcDateTime

# 672 digits, one a quarter of an hour from Monday 00:00 on the institution's clock: 0 preferred,
# 1 acceptable, 2 impossible. Text, so that people who ask what is held of them can read it.
institution_hours = Table(
    "institution_hours",
    metadata,
    Column("institution_id", ID, ForeignKey("institution.id"), primary_key=True),
    Column("week", String(672), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

# The same for a person, on the clock of ``zone``.
person_hours = Table(
    "person_hours",
    metadata,
    Column("person_id", ID, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("zone", String(64), nullable=False),
    Column("week", String(672), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

# A calendar of a person's own. Its address is a secret: whoever has it reads the whole calendar.
busy_calendar = Table(
    "busy_calendar",
    metadata,
    Column("person_id", ID, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("address_encrypted", LargeBinary, nullable=False),
    Column("zone", String(64), nullable=False),  # for events that name none
    Column("added_at", UtcDateTime, nullable=False),
    Column("attempted_at", UtcDateTime),
    Column("read_at", UtcDateTime),
    Column("problem", ReasonText),
)

# What was read of it: from when to when, and nothing else.
busy_time = Table(
    "busy_time",
    metadata,
    Column("person_id", ID, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("starts_at", UtcDateTime, primary_key=True),
    Column("ends_at", UtcDateTime, nullable=False),
)
