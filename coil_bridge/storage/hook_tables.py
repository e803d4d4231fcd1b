"""Notifications from the plugin in partners' Moodles: keys, what was received, what is to be followed up."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import UtcDateTime

# What a site signs with; two may be valid at once while one replaces the other.
hook_key = Table(
    "hook_key",
    metadata,
    Column("id", ID, primary_key=True),
    Column("site_id", ID, ForeignKey("site.id"), nullable=False),
    Column("secret_encrypted", LargeBinary),  # wiped with the key's end
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("last_used_at", UtcDateTime),
    Index(None, "site_id"),
)

# Deliveries of the last minutes, so that none is taken twice.
hook_delivery = Table(
    "hook_delivery",
    metadata,
    Column("site_id", ID, ForeignKey("site.id"), primary_key=True),
    Column("delivery", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
)

# What a notification made worth asking the Moodle about; however often it is said, it is one row.
hook_wish = Table(
    "hook_wish",
    metadata,
    Column("site_id", ID, ForeignKey("site.id"), primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("course_id", ID, primary_key=True),  # empty for the whole site
    Column("said_at", UtcDateTime, nullable=False),  # the last time: a wish that comes again meanwhile stays
    Column("due_at", UtcDateTime, nullable=False),
)
