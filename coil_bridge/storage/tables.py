"""The one schema, for SQLite and PostgreSQL alike (SQLAlchemy 2 Core).

Identifiers are random text, instants are ``UtcDateTime``, wall times are plain ``DateTime`` without a
zone (their zone stands beside them), secrets are stored encrypted or as a hash, never as they are.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
)

from coil_bridge.storage.types import ReasonText, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = String(26)


def _id() -> Column[str]:
    return Column("id", ID, primary_key=True)


def _ref(name: str, target: str, *, nullable: bool = False, primary_key: bool = False) -> Column[str]:
    return Column(name, ID, ForeignKey(target), nullable=nullable, primary_key=primary_key)


institution = Table(
    "institution",
    metadata,
    _id(),
    Column("name", String(200), nullable=False, unique=True),
    Column("short_name", String(40), nullable=False),
    Column("city", String(80), nullable=False),
    Column("country", String(2), nullable=False),
    Column("subdivision", String(10)),
    Column("zone", String(64), nullable=False),
    Column("day_starts", Time, nullable=False),
    Column("day_ends", Time, nullable=False),
)

site = Table(
    "site",
    metadata,
    _id(),
    _ref("institution_id", "institution.id"),
    Column("name", String(200), nullable=False),
    Column("base_url", String(400), nullable=False, unique=True),
    Column("token_encrypted", LargeBinary),
    Column("state", String(10), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("checked_at", UtcDateTime),
    Column("readiness", JSON),
    Column("last_ok_at", UtcDateTime),
    Column("last_error", ReasonText),
    Column("last_error_at", UtcDateTime),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("retry_at", UtcDateTime),
    Column("courses_synced_at", UtcDateTime),
)

course = Table(
    "course",
    metadata,
    _id(),
    _ref("site_id", "site.id"),
    Column("moodle_id", Integer, nullable=False),
    Column("fullname", String(1333), nullable=False),  # Moodle 5.1 allows 1333
    Column("shortname", String(255), nullable=False),
    Column("summary", Text, nullable=False),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("language", String(30)),
    Column("visible", Boolean, nullable=False),
    Column("synced_at", UtcDateTime, nullable=False),
    Column("gone_at", UtcDateTime),
    Column("search_text", Text, nullable=False),  # names and summary without case and accents
    UniqueConstraint("site_id", "moodle_id"),
)

person = Table(
    "person",
    metadata,
    _id(),
    Column("name", String(255), nullable=False),
    Column("email", String(254)),
    Column("language", String(10)),
    Column("zone", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime),
)

# One person, several ways in: ("moodle", site id, Moodle user id) or ("email", "", address).
person_identity = Table(
    "person_identity",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    _ref("person_id", "person.id"),
    Index(None, "person_id"),
)

person_role = Table(
    "person_role",
    metadata,
    _ref("person_id", "person.id", primary_key=True),
    Column("role", String(20), primary_key=True),
    Column("granted_at", UtcDateTime, nullable=False),
)

enrolment = Table(
    "enrolment",
    metadata,
    _ref("course_id", "course.id", primary_key=True),
    _ref("person_id", "person.id", primary_key=True),
    Column("role", String(10), nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index(None, "person_id"),
)

signin_token = Table(
    "signin_token",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    _ref("person_id", "person.id"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("used_at", UtcDateTime),
)

# Counts requests for sign-in links, so that nobody can flood a mailbox; the key is a keyed hash.
signin_request = Table(
    "signin_request",
    metadata,
    _id(),
    Column("requester_hash", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Index(None, "requester_hash", "at"),
)

web_session = Table(
    "web_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    _ref("person_id", "person.id"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Index(None, "person_id"),
)

pilot = Table(
    "pilot",
    metadata,
    _id(),
    Column("name", String(200), nullable=False, unique=True),
    Column("description", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("suppression_threshold", Integer, nullable=False),
    Column("key_encrypted", LargeBinary),
    Column("key_destroyed_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("suppression_threshold >= 5", name="suppression_floor"),
)

phase = Table(
    "phase",
    metadata,
    _id(),
    _ref("pilot_id", "pilot.id"),
    Column("name", String(100), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    UniqueConstraint("pilot_id", "name"),
)

pairing = Table(
    "pairing",
    metadata,
    _id(),
    _ref("phase_id", "phase.id", nullable=True),
    Column("title", String(200), nullable=False),
    Column("model", String(10), nullable=False),
    Column("language", String(30), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("message", Text, nullable=False),
    Column("state", String(12), nullable=False),
    _ref("proposed_by", "person.id"),
    Column("idempotency_key", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    UniqueConstraint("proposed_by", "idempotency_key"),
    Index(None, "phase_id"),
)

pairing_course = Table(
    "pairing_course",
    metadata,
    _ref("pairing_id", "pairing.id", primary_key=True),
    _ref("course_id", "course.id", primary_key=True),
    Column("initiating", Boolean, nullable=False),
    Column("answer", String(10), nullable=False),
    _ref("answered_by", "person.id", nullable=True),
    Column("answered_at", UtcDateTime),
    Index(None, "course_id"),
)

joint_session = Table(
    "joint_session",
    metadata,
    _id(),
    _ref("pairing_id", "pairing.id"),
    Column("series_id", ID),
    Column("uid", String(255), nullable=False, unique=True),
    Column("title", String(200), nullable=False),
    Column("phase", String(20), nullable=False),
    Column("starts_local", DateTime(timezone=False), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("fold", Integer, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("room_url", String(1000)),
    Column("notes", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    _ref("created_by", "person.id"),
    Column("idempotency_key", String(64), nullable=False),
    Column("position", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    # What the series gives this session; it differs from the wall time where it was moved on its own.
    Column("slot_local", DateTime(timezone=False)),
    Column("slot_zone", String(64)),
    UniqueConstraint("created_by", "idempotency_key", "position"),
    CheckConstraint("minutes > 0", name="positive_length"),
    Index(None, "pairing_id", "starts_at"),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    _ref("actor_id", "person.id", nullable=True),
    Column("actor_name", String(255), nullable=False),
    Column("subject_kind", String(20), nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("action", String(40), nullable=False),
    Column("detail", JSON, nullable=False),
    Index(None, "subject_kind", "subject_id"),
)

# A message to one person through one channel, written in the transaction of what it tells about.
delivery = Table(
    "delivery",
    metadata,
    _id(),
    Column("dedup_key", String(200), nullable=False, unique=True),
    Column("channel", String(10), nullable=False),
    _ref("person_id", "person.id"),
    _ref("site_id", "site.id", nullable=True),
    Column("subject", String(300), nullable=False),
    Column("body_encrypted", LargeBinary),  # may hold a sign-in link; wiped once sent
    Column("calendar_encrypted", LargeBinary),  # a calendar file (RFC 5546) with the person's address
    Column("kind", String(10)),  # of those that the person can do without
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", UtcDateTime, nullable=False),
    Column("give_up_at", UtcDateTime, nullable=False),  # a sign-in link is not worth sending for days
    Column("claimed_by", String(80)),
    Column("claimed_until", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("last_error", ReasonText),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "state", "due_at"),
)

# One-off work for the worker (a sign-in to check, a site to read), claimed like deliveries.
task = Table(
    "task",
    metadata,
    _id(),
    Column("kind", String(40), nullable=False),
    _ref("site_id", "site.id", nullable=True),
    Column("payload", JSON, nullable=False),
    Column("dedup_key", String(200), unique=True),  # emptied when the task ends, so that it can come again
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", UtcDateTime, nullable=False),
    Column("claimed_by", String(80)),
    Column("claimed_until", UtcDateTime),
    Column("last_error", ReasonText),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Index(None, "state", "due_at"),
)

# Declared jobs: the row lets exactly one worker do each piece of work, and keeps due times over a restart.
job_run = Table(
    "job_run",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("due_at", UtcDateTime, nullable=False),
    Column("claimed_by", String(80)),
    Column("claimed_until", UtcDateTime),
    Column("last_started_at", UtcDateTime),
    Column("last_finished_at", UtcDateTime),
    Column("last_outcome", String(20)),
    Column("last_error", ReasonText),
)

worker_beat = Table(
    "worker_beat",
    metadata,
    Column("worker", String(80), primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

pull_run = Table(
    "pull_run",
    metadata,
    _id(),
    _ref("pilot_id", "pilot.id"),
    _ref("pairing_id", "pairing.id"),
    _ref("course_id", "course.id"),
    Column("state", String(10), nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("rows_read", Integer, nullable=False, server_default="0"),
    Column("rows_stored", Integer, nullable=False, server_default="0"),
    Column("rows_dropped", JSON, nullable=False),  # count by reason
    Column("steps_done", Integer, nullable=False, server_default="0"),
    Column("steps_expected", Integer, nullable=False, server_default="0"),
    Column("error", JSON),  # the message and its values apart, so that a page can translate it
    Index(None, "pilot_id", "requested_at"),
)

# What people did is in event_tables.py.
participant = Table(
    "participant",
    metadata,
    _ref("pilot_id", "pilot.id", primary_key=True),
    _ref("pairing_id", "pairing.id", primary_key=True),
    _ref("course_id", "course.id", primary_key=True),
    Column("pseudonym", String(32), primary_key=True),
    Column("role", String(10), nullable=False),
    Column("last_access_week", Date),  # its Monday, by the institution's local date
    Column("completed", Boolean),
    Column("observed_at", UtcDateTime, nullable=False),
)
