"""What the plugin tells besides the log: stays in rooms, counts of answers, how far each was read.

A stay says that somebody was in a room of the course, or in its register, from one minute to another. Which
joint session that was is found out when it is read: sessions are also entered and moved afterwards.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
)

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import UtcDateTime

moodle_stay = Table(
    "moodle_stay",
    metadata,
    Column("pilot_id", ID, ForeignKey("pilot.id"), primary_key=True),
    Column(
        "key", String(32), primary_key=True
    ),  # keyed hash of Moodle's record: another reading adds nothing
    Column("pairing_id", ID, ForeignKey("pairing.id"), nullable=False),
    Column("course_id", ID, ForeignKey("course.id"), nullable=False),
    Column("pseudonym", String(32), nullable=False),
    Column("source", String(10), nullable=False),
    Column("joined_minute", Integer, nullable=False),  # since 1970-01-01 UTC
    Column("left_minute", Integer),
    CheckConstraint("left_minute >= joined_minute", name="order_of_time"),
    Index(None, "pilot_id", "pairing_id"),
)

# How far a kind of fact was read, of a course for a pairing; moves in the transaction of the rows before it.
fact_cursor = Table(
    "fact_cursor",
    metadata,
    Column("pilot_id", ID, ForeignKey("pilot.id"), primary_key=True),
    Column("pairing_id", ID, ForeignKey("pairing.id"), primary_key=True),
    Column("course_id", ID, ForeignKey("course.id"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("after_id", BigInteger, nullable=False),
    Column("first_day", Integer, nullable=False),  # the days of which it has told, as date.toordinal()
    Column("last_day", Integer, nullable=False),
)

# How many have answered a Feedback activity; who and what is not known here.
feedback_count = Table(
    "feedback_count",
    metadata,
    Column("pilot_id", ID, ForeignKey("pilot.id"), primary_key=True),
    Column("pairing_id", ID, ForeignKey("pairing.id"), primary_key=True),
    Column("course_id", ID, ForeignKey("course.id"), primary_key=True),
    Column("module", Integer, primary_key=True),  # Moodle's number of the activity in the course
    Column("answers", Integer, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("observed_at", UtcDateTime, nullable=False),
)
