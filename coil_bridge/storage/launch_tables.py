"""What launches say about people, beyond what the roster of a Moodle can tell."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table

from coil_bridge.storage.tables import ID, metadata

# Somebody's latest launch from a course was a teacher's. The roster service calls non-editing teachers
# learners; only a launch tells them from teachers who were made students.
launched_teacher = Table(
    "launched_teacher",
    metadata,
    Column("course_id", ID, ForeignKey("course.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ID, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True),
)
