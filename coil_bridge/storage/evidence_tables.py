"""Attendance under pseudonyms, what partners and people said about being counted, and what was made of it.

Presence is kept in minutes since 1970-01-01 UTC, never in seconds: to the second it could be looked up in
the partner's own records. Nobody's name is in any of these tables; the link is the pilot's key.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import ReasonText, UtcDateTime

# Somebody was in the room of a session from one minute to another; without an end: nobody knows how long.
presence = Table(
    "presence",
    metadata,
    Column("pilot_id", ID, ForeignKey("pilot.id"), primary_key=True),
    Column("session_id", ID, ForeignKey("joint_session.id"), primary_key=True),
    Column("course_id", ID, ForeignKey("course.id"), primary_key=True),
    Column("pseudonym", String(32), primary_key=True),
    Column("joined_minute", Integer, primary_key=True),
    Column("source", String(10), primary_key=True),
    Column("left_minute", Integer),
    CheckConstraint("left_minute >= joined_minute", name="order_of_time"),
    Index(None, "session_id"),
)

# What a teacher said about somebody's attendance; rows are only added, the latest of them counts.
attendance_override = Table(
    "attendance_override",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("pilot_id", ID, ForeignKey("pilot.id"), nullable=False),
    Column("session_id", ID, ForeignKey("joint_session.id"), nullable=False),
    Column("course_id", ID, ForeignKey("course.id"), nullable=False),
    Column("pseudonym", String(32), nullable=False),
    Column("verdict", String(10), nullable=False),
    Column("minutes", Integer),
    Column("reason", Text, nullable=False),
    Column("set_by", ID, ForeignKey("person.id", ondelete="SET NULL")),
    Column("set_at", UtcDateTime, nullable=False),
    Index(None, "session_id"),
    Index(None, "pilot_id"),
)

# Where a pilot wants other rules than the usual ones; no row, the usual ones.
pilot_rule = Table(
    "pilot_rule",
    metadata,
    Column("pilot_id", ID, ForeignKey("pilot.id"), primary_key=True),
    Column("presence_percent", Integer, nullable=False),
    Column("gap_minutes", Integer, nullable=False),
    Column("silent_days", Integer, nullable=False),
)

# What a partner lawfully supplied about people; whoever has no row is "undisclosed".
participant_trait = Table(
    "participant_trait",
    metadata,
    Column("pilot_id", ID, ForeignKey("pilot.id"), primary_key=True),
    Column("pseudonym", String(32), primary_key=True),
    Column("gender", String(12), nullable=False),
    Column("country", String(2), nullable=False),  # ISO 3166-1 alpha-2, empty where undisclosed
    # The institution at which a guest in a partner's course counts; empty for everybody else.
    Column("home", ID, nullable=False, server_default=""),
)

# Somebody does not want to be counted in evaluations.
objection = Table(
    "objection",
    metadata,
    Column("person_id", ID, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
)

# The same under a pilot's pseudonyms, so that it holds when the key is gone.
pilot_exclusion = Table(
    "pilot_exclusion",
    metadata,
    Column("pilot_id", ID, ForeignKey("pilot.id"), primary_key=True),
    Column("pseudonym", String(32), primary_key=True),
)

# The figures of a pilot as pages show them: suppressed already, charts drawn.
evidence_figures = Table(
    "evidence_figures",
    metadata,
    Column("pilot_id", ID, ForeignKey("pilot.id"), primary_key=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

# An evidence pack: asked for, made by the worker, kept for a stated time.
evidence_pack = Table(
    "evidence_pack",
    metadata,
    Column("id", ID, primary_key=True),
    Column("pilot_id", ID, ForeignKey("pilot.id"), nullable=False),
    Column("requested_by", ID, ForeignKey("person.id", ondelete="SET NULL")),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("options", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    Column("share", Integer, nullable=False, server_default="0"),
    Column("name", String(200)),
    Column("size", Integer),
    Column("sha256", String(64)),
    Column("content", LargeBinary),
    Column("finished_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("failure", ReasonText),
    Index(None, "pilot_id", "requested_at"),
    Index(None, "expires_at"),
)
