"""Surveys and their answers.

An answer stands for itself: no person, no time, and on SQLite no row number that would tell the order.
Who has answered stands apart from it, so that nobody answers twice, and is deleted once the round is over.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import UtcDateTime

survey = Table(
    "survey",
    metadata,
    Column("id", ID, primary_key=True),
    Column("pilot_id", ID, ForeignKey("pilot.id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("title", String(200), nullable=False),
    Column("introduction", Text, nullable=False),
    Column("language", String(10), nullable=False),
    Column("items", JSON, nullable=False),
    Column("translations", JSON, nullable=False, server_default="{}"),  # by language code
    Column("pre_first", Date),
    Column("pre_last", Date),
    Column("post_first", Date),
    Column("post_last", Date),
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

survey_response = Table(
    "survey_response",
    metadata,
    Column("id", ID, primary_key=True),  # random: nothing about it tells who wrote it or when
    Column("survey_id", ID, ForeignKey("survey.id"), nullable=False),
    Column("wave", String(10), nullable=False),
    Column("pairing_id", ID, ForeignKey("pairing.id"), nullable=False),
    Column("institution_id", ID, ForeignKey("institution.id"), nullable=False),
    Column("session_id", ID),
    Column("code", String(32)),  # keyed hash of a self-made code
    Column("answers", JSON, nullable=False),
    Column("imported_for", ID),  # the course whose file it came with, so that a second one replaces it
    Index(None, "survey_id", "wave"),
    sqlite_with_rowid=False,
)

survey_taken = Table(
    "survey_taken",
    metadata,
    Column("survey_id", ID, ForeignKey("survey.id"), primary_key=True),
    Column("wave", String(10), primary_key=True),
    # What is evaluated: a joint session, or a pairing for the rounds before and after.
    Column("subject_id", ID, primary_key=True),
    Column("person_id", ID, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)
