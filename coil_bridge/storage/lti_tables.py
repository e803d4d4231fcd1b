"""The tables of the LTI 1.3 tool, on the same metadata as the others.

Nothing here can be used by whoever reads the database: states, nonces, invitations and hand-overs are
kept as hashes, our private keys are sealed by the vault, and the keys of platforms are public anyway.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import UtcDateTime

URL = String(1000)
OPAQUE = String(255)  # what LTI 1.3 allows for sub, deployment_id, context.id (255 ASCII characters)


def _platform(*, primary_key: bool = False, nullable: bool = False) -> Column[str]:
    return Column(
        "platform_id", ID, ForeignKey("lti_platform.id"), primary_key=primary_key, nullable=nullable
    )


# A Moodle as an LTI platform: one row for each registration of the tool there (issuer and client).
lti_platform = Table(
    "lti_platform",
    metadata,
    Column("id", ID, primary_key=True),
    Column("site_id", ID, ForeignKey("site.id"), nullable=False),
    Column("issuer", String(400), nullable=False),
    Column("client_id", OPAQUE, nullable=False),
    Column("login_url", URL, nullable=False),
    Column("token_url", URL, nullable=False),
    Column("jwks_url", URL, nullable=False),
    Column("registered_by", String(10), nullable=False),
    Column("release", String(100), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("first_launch_at", UtcDateTime),
    Column("last_launch_at", UtcDateTime),
    Column("disabled_at", UtcDateTime),
    UniqueConstraint("issuer", "client_id"),
    Index(None, "site_id"),
)

lti_deployment = Table(
    "lti_deployment",
    metadata,
    _platform(primary_key=True),
    Column("deployment_id", OPAQUE, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
)

# A registration URL for one partner; it is used up by the registration that succeeds.
lti_invitation = Table(
    "lti_invitation",
    metadata,
    Column("id", ID, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("site_id", ID, ForeignKey("site.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("used_at", UtcDateTime),
    _platform(nullable=True),
    Index(None, "site_id"),
)

# Our own key pairs: published before they sign, and for a while after.
lti_key = Table(
    "lti_key",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("public", JSON, nullable=False),
    Column("private_encrypted", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("signs_from", UtcDateTime, nullable=False),
    Column("retired_at", UtcDateTime),
)

# A platform's public keys as last fetched, shared by all workers; the attempt limits the next one.
lti_key_set = Table(
    "lti_key_set",
    metadata,
    _platform(primary_key=True),
    Column("keys", JSON, nullable=False),
    Column("fetched_at", UtcDateTime),
    Column("attempted_at", UtcDateTime, nullable=False),
)

# A login that was begun and has not come back as a launch; the launch deletes it.
lti_state = Table(
    "lti_state",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("nonce_hash", String(64), nullable=False),
    Column("browser_hash", String(64), nullable=False),
    _platform(),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

# Where a course's roster and grades are to be had, as its last launch said.
lti_context = Table(
    "lti_context",
    metadata,
    _platform(primary_key=True),
    Column("deployment_id", OPAQUE, primary_key=True),
    Column("context_id", OPAQUE, primary_key=True),
    Column("course_id", ID, ForeignKey("course.id"), nullable=False),
    Column("roster_url", URL),
    Column("line_items_url", URL),
    Column("grade_scopes", JSON, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index(None, "course_id", "seen_at"),
)

# A link that a teacher placed by deep linking; a copied course carries our id with it.
lti_resource = Table(
    "lti_resource",
    metadata,
    Column("id", ID, primary_key=True),
    Column("site_id", ID, ForeignKey("site.id"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("course_id", ID, ForeignKey("course.id"), nullable=False),
    Column("created_by", ID, ForeignKey("person.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

# A column in the gradebook of a home Moodle. Without an address it is being made by somebody.
lti_line_item = Table(
    "lti_line_item",
    metadata,
    _platform(primary_key=True),
    Column("context_id", OPAQUE, primary_key=True),
    Column("resource_id", String(64), primary_key=True),
    Column("url", URL),
    Column("claimed_until", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

# What a web session that began with a launch is bound to.
lti_web_session = Table(
    "lti_web_session",
    metadata,
    Column(
        "token_hash", String(64), ForeignKey("web_session.token_hash", ondelete="CASCADE"), primary_key=True
    ),
    _platform(),
    Column("deployment_id", OPAQUE, nullable=False),
    Column("subject", OPAQUE, nullable=False),
    Column("course_id", ID, ForeignKey("course.id")),
    Column("part", String(10)),
    Column("administers", Boolean, nullable=False),
)

# A session on its way from Moodle's frame into a tab of its own.
lti_handover = Table(
    "lti_handover",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("person_id", ID, ForeignKey("person.id"), nullable=False),
    _platform(),
    Column("deployment_id", OPAQUE, nullable=False),
    Column("subject", OPAQUE, nullable=False),
    Column("course_id", ID, ForeignKey("course.id")),
    Column("part", String(10)),
    Column("administers", Boolean, nullable=False),
    Column("path", String(500), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)
