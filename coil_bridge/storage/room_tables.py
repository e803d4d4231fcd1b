"""Rooms that administrators have set up, how many people courses have, and recordings of sessions."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import ReasonText, UtcDateTime

# A meeting server, or a room by its link; for one institution's pairings, or for everybody's.
room_offer = Table(
    "room_offer",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(15), nullable=False),
    Column("name", String(100), nullable=False),
    Column("institution_id", ID, ForeignKey("institution.id")),
    Column("address", String(1000), nullable=False),
    Column("app_id", String(100)),  # Jitsi's, beside its secret
    Column("secret_encrypted", LargeBinary),
    Column("capacity", Integer),
    Column("added_at", UtcDateTime, nullable=False),
    Column("checked_at", UtcDateTime),
    Column("problem", ReasonText),
    Column("removed_at", UtcDateTime),
)

course_size = Table(
    "course_size",
    metadata,
    Column("course_id", ID, ForeignKey("course.id", ondelete="CASCADE"), primary_key=True),
    Column("people", Integer, nullable=False),
    Column("counted_at", UtcDateTime, nullable=False),
)

session_recording = Table(
    "session_recording",
    metadata,
    Column("session_id", ID, ForeignKey("joint_session.id", ondelete="CASCADE"), primary_key=True),
    Column("record_id", String(100), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("url", String(1000), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Index(None, "session_id"),
)
