"""What the LTI tool stores, as plain frozen values. Instants are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from coil_bridge.domain import CourseRole

Jwk = Mapping[str, Any]


class RegisteredBy(StrEnum):
    """How a platform came to be known."""

    DYNAMIC = "dynamic"
    MANUAL = "manual"


class ResourceKind(StrEnum):
    """What a teacher can place into a course from Moodle's picker."""

    SESSIONS = "sessions"
    NEXT = "next"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Platform:
    """A Moodle in which the tool is registered under one client id."""

    id: str
    site_id: str
    issuer: str
    client_id: str
    login_url: str
    token_url: str
    jwks_url: str
    registered_by: RegisteredBy
    release: str  # as the platform calls itself, empty when it did not say
    created_at: datetime
    first_launch_at: datetime | None
    disabled_at: datetime | None
    last_launch_at: datetime | None = None  # to the minute

    @property
    def pending(self) -> bool:
        """Nobody has come from there yet: most likely the administrator has not clicked Activate."""
        return self.first_launch_at is None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A registration URL that was given to a partner; ``platform_id`` is what became of it."""

    id: str
    site_id: str
    created_at: datetime
    expires_at: datetime
    attempts: int
    used_at: datetime | None
    platform_id: str | None


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """One of our key pairs, the private part sealed."""

    kid: str
    public: Jwk
    private_encrypted: bytes = field(repr=False)
    created_at: datetime
    signs_from: datetime
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeySet:
    """A platform's public keys; never fetched yet when ``fetched_at`` is ``None``."""

    keys: tuple[Jwk, ...]
    fetched_at: datetime | None
    attempted_at: datetime


@dataclass(frozen=True, slots=True)
class LoginState:
    """A login on its way; everything secret about it is hashed."""

    state_hash: str
    nonce_hash: str
    browser_hash: str
    platform_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LtiContext:
    """A course as seen through one deployment, and the addresses of its services."""

    platform_id: str
    deployment_id: str
    context_id: str
    course_id: str
    roster_url: str | None
    line_items_url: str | None
    grade_scopes: tuple[str, ...]
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Resource:
    """A link placed by deep linking, in the course where it was placed first."""

    id: str
    site_id: str
    kind: ResourceKind
    course_id: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LaunchScope:
    """Who a web session is, in the platform's terms, and in which part of which course.

    ``administers``: the platform called the person an administrator of the whole site.
    """

    person_id: str
    platform_id: str
    deployment_id: str
    subject: str
    course_id: str | None
    part: CourseRole | None
    administers: bool
