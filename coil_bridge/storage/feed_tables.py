"""Calendar feeds as they go out, which pairings each covers, and the addresses that lead to them.

A feed is stored once for what it is about and each form in which it is wanted, and shared by every link to
it. A link is never deleted: a calendar program that still asks has to be told that it ended.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    false,
)

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import UtcDateTime

calendar_feed = Table(
    "calendar_feed",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("language", String(10), nullable=False),
    Column("alarm", Integer, nullable=False),  # minutes before the start; 0 is none
    Column("called_off", Boolean, nullable=False),
    Column("rooms", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("body_gzip", LargeBinary, nullable=False),
    Column("etag", String(64), nullable=False),
    Column("last_modified", UtcDateTime, nullable=False),
    Column("stale", Boolean, nullable=False, server_default=false(), index=True),
    UniqueConstraint(
        "kind", "subject_id", "language", "alarm", "called_off", "rooms", name="uq_calendar_feed_choice"
    ),
)

# What a feed of several pairings was built from.
feed_pairing = Table(
    "feed_pairing",
    metadata,
    Column("feed_id", ID, ForeignKey("calendar_feed.id", ondelete="CASCADE"), primary_key=True),
    Column("pairing_id", ID, ForeignKey("pairing.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "pairing_id"),
)

calendar_link = Table(
    "calendar_link",
    metadata,
    Column("id", ID, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("token_encrypted", LargeBinary, nullable=False),
    Column("feed_id", ID, ForeignKey("calendar_feed.id"), nullable=False, index=True),
    Column("person_id", ID, ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("public", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)
