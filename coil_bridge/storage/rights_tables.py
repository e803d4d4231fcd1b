"""How long a pilot's rows are kept, who was erased from it, and the certificates that people asked for."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import UtcDateTime

# The last day on which a pilot's rows about people are kept; no row: as the installation's rule says.
pilot_retention = Table(
    "pilot_retention",
    metadata,
    Column("pilot_id", ID, ForeignKey("pilot.id"), primary_key=True),
    Column("keep_until", Date, nullable=False),
    Column("ended_at", UtcDateTime),
)

# Somebody was erased from a pilot: the next pull must not bring the rows back.
erased_pseudonym = Table(
    "erased_pseudonym",
    metadata,
    Column("pilot_id", ID, ForeignKey("pilot.id"), primary_key=True),
    Column("pseudonym", String(32), primary_key=True),
)

# A completion certificate; the signed credential names its holder and is sealed.
credential = Table(
    "credential",
    metadata,
    Column("id", ID, primary_key=True),
    Column("person_id", ID, ForeignKey("person.id"), nullable=False),
    Column("pairing_id", ID, ForeignKey("pairing.id"), nullable=False),
    Column("rule", String(40), nullable=False),
    Column("kid", String(26), nullable=False),
    Column("status_index", Integer, nullable=False, unique=True),  # its bit in the list of revocations
    Column("signed_encrypted", LargeBinary),  # emptied when the holder is erased
    Column("issued_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("reason", Text, nullable=False, server_default=""),
    UniqueConstraint("person_id", "pairing_id"),
)

# By which rules a pilot gives certificates; version 1, with which every pilot begins, is not stored.
certificate_rule = Table(
    "certificate_rule",
    metadata,
    Column("pilot_id", ID, ForeignKey("pilot.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("sessions_percent", Integer, nullable=False),
    Column("contact_hours", Integer, nullable=False),
    Column("moodle", String(10), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
)

# The keys that certificates are signed with: each stays published, since certificates have no end.
credential_key = Table(
    "credential_key",
    metadata,
    Column("kid", String(26), primary_key=True),
    Column("private_encrypted", LargeBinary, nullable=False),
    Column("public_pem", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
