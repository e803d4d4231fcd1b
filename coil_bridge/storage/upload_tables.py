"""Files that people upload: logs downloaded from Moodle, attendance lists of rooms."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import ReasonText, UtcDateTime

upload = Table(
    "upload",
    metadata,
    Column("id", ID, primary_key=True),
    Column("pairing_id", ID, ForeignKey("pairing.id"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("course_id", ID, ForeignKey("course.id")),  # of a log
    Column("session_id", ID, ForeignKey("joint_session.id", ondelete="CASCADE")),  # of an attendance list
    Column("zone", String(64), nullable=False),
    Column("file_name", String(200), nullable=False),
    Column("uploaded_by", ID, ForeignKey("person.id", ondelete="SET NULL")),
    Column("uploaded_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("finished_at", UtcDateTime),
    Column("content_encrypted", LargeBinary),  # holds names: wiped as soon as it has been read
    Column("rows_read", Integer, nullable=False, server_default="0"),
    Column("rows_stored", Integer, nullable=False, server_default="0"),
    Column("rows_dropped", JSON, nullable=False),  # count by reason
    Column("unmapped", JSON, nullable=False),  # lines by reason
    Column("failure", ReasonText),
    Index(None, "pairing_id", "uploaded_at"),
)
