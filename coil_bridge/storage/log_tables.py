"""How far the activity logs of the partners' Moodles were read, and the accounts of each reading."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    false,
)

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import UtcDateTime

# How far one course was read for one pairing; moves in the transaction of the rows before it.
log_cursor = Table(
    "log_cursor",
    metadata,
    Column("pilot_id", ID, ForeignKey("pilot.id"), primary_key=True),
    Column("pairing_id", ID, ForeignKey("pairing.id"), primary_key=True),
    Column("course_id", ID, ForeignKey("course.id"), primary_key=True),
    Column("reader", String(100), nullable=False),  # the log store that the ids belong to
    Column("after_id", BigInteger, nullable=False),
    Column("recent", LargeBinary, nullable=False),  # ids and times of the rows shortly before the cursor
    Column("told_from", Integer),  # the minutes of which the log has told
    Column("told_until", Integer),
    Column("has_files", Boolean, nullable=False, server_default=false()),
    Column("has_posts", Boolean, nullable=False, server_default=false()),
)

# One reading of one Moodle's log for one pilot.
log_run = Table(
    "log_run",
    metadata,
    Column("id", ID, primary_key=True),
    Column("pilot_id", ID, ForeignKey("pilot.id"), nullable=False),
    Column("site_id", ID, ForeignKey("site.id"), nullable=False),
    Column("state", String(10), nullable=False),
    Column("finding", String(20)),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("rows_read", Integer, nullable=False, server_default="0"),
    Column("rows_stored", Integer, nullable=False, server_default="0"),
    Column("rows_dropped", JSON, nullable=False),  # count by reason
    Column("first_id", BigInteger, nullable=False, server_default="0"),
    Column("at_id", BigInteger, nullable=False, server_default="0"),
    Column("last_id", BigInteger, nullable=False, server_default="0"),
    Column("refused", JSON, nullable=False),  # why a course could not be read, by its id
    Column("error", JSON),
    Index(None, "pilot_id", "site_id", "requested_at"),
)
