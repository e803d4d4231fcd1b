"""A launch as the rest of the product sees it: frozen values, nothing that was not checked.

Addresses of services are taken only from the platform's own host: a claim is the platform's word, but a
request of ours must not be led elsewhere by it. ``return_url`` and ``deep_link_return_url`` hold the
user's sesskey and never show in a repr.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from coil_bridge.domain import CourseRole
from coil_bridge.lti.claims import MessageType
from coil_bridge.lti.message_schemas import load_claims, message_type
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.lti.roles import Roles, read_roles
from coil_bridge.lti.urls import same_origin
from coil_bridge.storage.lti_records import Platform

RESOURCE_LINK_ITEM = "ltiResourceLink"
ZONE, HISTORY, BEGINS, ENDS, RESOURCE = (
    "coil_zone",
    "coil_history",
    "coil_begins",
    "coil_ends",
    "coil_resource",
)
# What the registration asks Moodle to fill in.
VARIABLES = {
    ZONE: "$Person.address.timezone",
    HISTORY: "$Context.id.history",
    BEGINS: "$CourseSection.timeFrame.begin",
    ENDS: "$CourseSection.timeFrame.end",
}
_UNEXPANDED = re.compile(r"\$[A-Za-z]")
_SERVER_ZONE = "99"  # Moodle's way to say that the person has chosen none


@dataclass(frozen=True, slots=True)
class Context:
    """The course of a launch, as Moodle calls it."""

    id: str
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Custom:
    """Custom variables that mean something to us; ``None`` or empty where Moodle filled in nothing.

    A teacher can set any of them on a link, so nothing here says who somebody is.
    """

    zone: str | None
    history: tuple[str, ...]
    begins_at: datetime | None
    ends_at: datetime | None
    resource_id: str | None


@dataclass(frozen=True, slots=True)
class GradeService:
    """Where the gradebook of a course is, and what we may do there."""

    scopes: tuple[str, ...]
    line_items_url: str | None
    line_item_url: str | None


@dataclass(frozen=True, slots=True)
class DeepLinkingSettings:
    """Where Moodle's picker wants its answer."""

    return_url: str = field(repr=False)
    multiple: bool
    data: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """A genuine launch. ``name`` and ``email`` are empty where the Moodle keeps them to itself."""

    type: MessageType
    platform: Platform
    deployment_id: str
    subject: str
    roles: Roles
    context: Context | None
    resource_link_id: str | None
    custom: Custom
    roster_url: str | None
    grades: GradeService | None
    deep_linking: DeepLinkingSettings | None
    for_user: str | None
    locale: str
    embedded: bool
    name: str = field(repr=False)
    email: str = field(repr=False)
    return_url: str | None = field(repr=False)


def read_message(claims: Mapping[str, Any], platform: Platform, deployment_id: str, own_url: str) -> Message:
    """The message of verified claims; ``own_url`` is the address at which people reach us.

    Raises:
        Refusal: something required is missing, the launch is for another tool, or a learner wants to pick.
    """
    kind = message_type(claims)
    given = load_claims(kind, claims)
    roles = read_roles(given["roles"])
    if not same_origin(given["target_link_uri"], own_url):
        raise Refusal(Reason.TARGET_FOREIGN, platform=platform.id)
    presentation = given["presentation"] or {}
    return Message(
        type=kind,
        platform=platform,
        deployment_id=deployment_id,
        subject=given["sub"],
        roles=roles,
        context=Context(**given["context"]) if given["context"] else None,
        resource_link_id=given["resource_link"]["id"] if given["resource_link"] else None,
        custom=_custom(given["custom"]),
        roster_url=_own(platform, given["roster"]["context_memberships_url"]) if given["roster"] else None,
        grades=_grades(platform, given["grades"]),
        deep_linking=_deep_linking(platform, roles, given["deep_linking"]) if _picks(kind) else None,
        for_user=given["for_user"]["user_id"] if given["for_user"] else None,
        locale=presentation.get("locale", ""),
        embedded=presentation.get("document_target", "") in ("iframe", "frame"),
        name=given["name"],
        email=given["email"],
        return_url=_own(platform, presentation.get("return_url")),
    )


def _picks(kind: MessageType) -> bool:
    return kind is MessageType.DEEP_LINKING


def _own(platform: Platform, url: str | None) -> str | None:
    """An address on the platform's own host, or none."""
    return url if url and same_origin(url, platform.issuer) else None


def _grades(platform: Platform, given: Mapping[str, Any] | None) -> GradeService | None:
    if not given:
        return None
    return GradeService(
        tuple(given["scope"]), _own(platform, given["lineitems"]), _own(platform, given["lineitem"])
    )


def _deep_linking(platform: Platform, roles: Roles, given: Mapping[str, Any]) -> DeepLinkingSettings:
    if roles.part is not CourseRole.TEACHER and not roles.administrator:
        raise Refusal(Reason.LEARNER_PICKS, platform=platform.id)
    return_url = _own(platform, given["deep_link_return_url"])
    if return_url is None:
        raise Refusal(Reason.CLAIM_WRONG, platform=platform.id, claims="deep_link_return_url")
    if RESOURCE_LINK_ITEM not in given["accept_types"]:
        raise Refusal(Reason.CLAIM_WRONG, platform=platform.id, claims="accept_types")
    return DeepLinkingSettings(return_url, given["accept_multiple"], given["data"])


def _custom(given: Mapping[str, Any]) -> Custom:
    filled = {name: value.strip() for name, value in given.items() if _is_filled(value)}
    zone = filled.get(ZONE)
    return Custom(
        zone=zone if zone != _SERVER_ZONE else None,
        history=tuple(part.strip() for part in filled.get(HISTORY, "").split(",") if part.strip()),
        begins_at=_instant(filled.get(BEGINS)),
        ends_at=_instant(filled.get(ENDS)),
        resource_id=filled.get(RESOURCE),
    )


def _is_filled(value: object) -> bool:
    """Whether a variable has a value: an unknown one arrives as its own name, an empty one may be null."""
    return isinstance(value, str) and bool(value.strip()) and not _UNEXPANDED.match(value)


def _instant(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None
