"""What people did, made for tens of millions of rows (decision 15).

``event_block`` holds the events themselves, many in one value and only ever appended to, in a form that is
read at once. Everything that counts is asked of ``event_day``, which is kept in the same transaction: what
one person did of one kind on one day is one row there. On PostgreSQL each pilot has a partition of its own in
it (``event_day_p<number>``), so that asking one does not touch the others' pages.

Events have minutes and no seconds: a second could be looked up in the partner's Moodle. ``day`` is
``date.toordinal()`` of the institution's local date.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from coil_bridge.storage.tables import ID, metadata

# A pilot's short number, in rows of which there are millions.
event_pilot = Table(
    "event_pilot",
    metadata,
    Column("no", Integer, primary_key=True),
    Column("pilot_id", ID, ForeignKey("pilot.id"), nullable=False, unique=True),
)

# Somebody in one course of one pairing: a row of ``participant`` by a short number.
actor = Table(
    "actor",
    metadata,
    Column("no", Integer, primary_key=True),
    Column("pilot_id", ID, ForeignKey("pilot.id"), nullable=False),
    Column("pairing_id", ID, ForeignKey("pairing.id"), nullable=False),
    Column("course_id", ID, ForeignKey("course.id"), nullable=False),
    Column("pseudonym", String(32), nullable=False),
    Column("part", String(10), nullable=False),
    UniqueConstraint("pilot_id", "pairing_id", "course_id", "pseudonym"),
)

event_day = Table(
    "event_day",
    metadata,
    Column("pilot_no", Integer, primary_key=True),
    Column("actor", Integer, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("kind", SmallInteger, primary_key=True),  # evaluation.records.EventKind
    Column("n", Integer, nullable=False),
    sqlite_with_rowid=False,
    postgresql_partition_by="LIST (pilot_no)",
)

# Events, packed (evaluation.packed_events): what storage.event_blocks is for.
event_block = Table(
    "event_block",
    metadata,
    Column("no", Integer, primary_key=True),
    Column("pilot_no", Integer, nullable=False),
    Column("source", SmallInteger, nullable=False),  # evaluation.records.EventSource
    Column("packed", LargeBinary, nullable=False),
    Index(None, "pilot_no"),
)

# Who answered whom in a forum, once for each answer.
reply = Table(
    "reply",
    metadata,
    Column("pilot_no", Integer, nullable=False),
    Column("from_actor", Integer, nullable=False),
    Column("to_actor", Integer, nullable=False),
    Column("day", Integer, nullable=False),
    Index(None, "pilot_no"),
)

# Records of a Moodle that were stored already, as keyed hashes: a second pull adds nothing.
seen_record = Table(
    "seen_record",
    metadata,
    Column("pilot_no", Integer, primary_key=True),
    Column("key", String(32), primary_key=True),
    ForeignKeyConstraint(["pilot_no"], ["event_pilot.no"]),
    sqlite_with_rowid=False,
)
