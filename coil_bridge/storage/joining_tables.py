"""Who joined which session, what of it goes to a gradebook, and accounts on their way to be connected.

A join names a person: it goes away with the person or the session, and by itself when it is old
(``Joins.prune``). The evaluation sees it under a pseudonym only.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Table

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import ReasonText, UtcDateTime

# Somebody pressed "join" while the room was open.
session_join = Table(
    "session_join",
    metadata,
    Column("session_id", ID, ForeignKey("joint_session.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ID, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("at", UtcDateTime, primary_key=True, index=True),
    Column("course_id", ID, ForeignKey("course.id"), nullable=False),
    Column("role", String(10), nullable=False),
    Index(None, "person_id"),
)

# A course whose teachers want participation in a pairing as a grade; no row, no grades.
grading = Table(
    "grading",
    metadata,
    Column("pairing_id", ID, ForeignKey("pairing.id"), primary_key=True),
    Column("course_id", ID, ForeignKey("course.id"), primary_key=True),
    Column("set_by", ID, ForeignKey("person.id"), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("problem", ReasonText),
)

# What the gradebook was told last of a student, so that nothing is sent twice.
sent_grade = Table(
    "sent_grade",
    metadata,
    Column("pairing_id", ID, primary_key=True),
    Column("course_id", ID, primary_key=True),
    Column("person_id", ID, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("joined", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("taken", Boolean, nullable=False),  # False: that Moodle grades no such person in the course
    ForeignKeyConstraint(
        ["pairing_id", "course_id"], ["grading.pairing_id", "grading.course_id"], ondelete="CASCADE"
    ),
)

# A link by which somebody with a role connects the own Moodle account; it signs nobody in.
account_link = Table(
    "account_link",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("person_id", ID, ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)
