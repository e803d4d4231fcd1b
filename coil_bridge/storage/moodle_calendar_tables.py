"""What stands of ours in the calendars of partners' Moodles.

Moodle's create takes no key of ours and is not idempotent, so what was begun is written down before it is
done: ``creating_until`` is a claim after which somebody has to look before creating again.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import ReasonText, UtcDateTime

# A course whose calendar we look after: when next, who is at it, and how it went. ``asked`` grows with every
# change of a session, so that a change during the work is not taken for done.
moodle_calendar = Table(
    "moodle_calendar",
    metadata,
    Column("course_id", ID, ForeignKey("course.id", ondelete="CASCADE"), primary_key=True),
    Column("due_at", UtcDateTime, index=True),
    Column("asked", Integer, nullable=False, server_default="0"),
    Column("claimed_by", String(80)),
    Column("claimed_until", UtcDateTime),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("looked_at", UtcDateTime),
    Column("problem", ReasonText),
)

# A session's event in one course's calendar, as we last left it there.
moodle_event = Table(
    "moodle_event",
    metadata,
    Column("session_id", ID, ForeignKey("joint_session.id", ondelete="CASCADE"), primary_key=True),
    Column("course_id", ID, ForeignKey("course.id", ondelete="CASCADE"), primary_key=True),
    Column("event_id", BigInteger),  # Moodle's number of it
    Column("content", String(64)),  # hash of what was written
    Column("creating_until", UtcDateTime),
    Index(None, "course_id"),
)
