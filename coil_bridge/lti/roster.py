"""The people of a course by Names and Role Provisioning Services 2.0 (NRPS).

Moodle lists active enrolments only, with short roles ("Learner"), non-editing teachers among the learners,
and names only where its privacy settings allow. Without a limit everybody comes in one answer; a link to a
next page is followed all the same, on the platform's own host.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields
from requests.utils import parse_header_links

from coil_bridge.domain import CourseRole
from coil_bridge.i18n import mark
from coil_bridge.lti.claims import ROSTER_SCOPE, ROSTER_TYPE
from coil_bridge.lti.message_schemas import OPAQUE, Words
from coil_bridge.lti.roles import read_roles
from coil_bridge.lti.services import ServiceCalls, ServiceFailed, read_json
from coil_bridge.storage.lti_records import LtiContext, Platform
from connectors.transport import Reply

_MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with an active enrolment; ``part`` is ``None`` when the roles name neither."""

    user_id: str
    part: CourseRole | None
    name: str = field(repr=False)
    email: str = field(repr=False)


class _MemberSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    user_id = fields.String(required=True, validate=OPAQUE)
    roles = fields.List(fields.String(), load_default=list)
    status = fields.String(load_default="Active")
    name = Words(load_default="", allow_none=True)
    email = Words(load_default="", allow_none=True)


class _PageSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    members = fields.List(fields.Nested(_MemberSchema), required=True)


def read_roster(calls: ServiceCalls, platform: Platform, context: LtiContext) -> list[Member]:
    """Everybody with an active enrolment in a course.

    Raises:
        ServiceFailed: the course has no roster service, or it gives no usable answer.
    """
    if context.roster_url is None:
        raise ServiceFailed(mark("%(host)s offers no list of participants for this course."), platform)
    found = {
        member.user_id: member for page in _pages(calls, platform, context.roster_url) for member in page
    }
    return list(found.values())


def _pages(calls: ServiceCalls, platform: Platform, url: str | None) -> Iterator[list[Member]]:
    for _ in range(_MOST_PAGES):
        if url is None:
            return
        # Moodle answers 400 to `application/json`.
        reply = calls.call(platform, [ROSTER_SCOPE], "GET", url, accept=ROSTER_TYPE, repeatable=True)
        yield _members(platform, reply)
        url = _next_page(reply)
    raise ServiceFailed(mark("%(host)s splits its list of participants into too many pages."), platform)


def _members(platform: Platform, reply: Reply) -> list[Member]:
    try:
        loaded: dict[str, Any] = _PageSchema().load(read_json(platform, reply))
    except ValidationError:
        raise ServiceFailed(
            mark("%(host)s gave a list of participants that cannot be read (%(status)s)."),
            platform,
            http_status=reply.status,
        ) from None
    return [
        Member(each["user_id"], read_roles(each["roles"]).part, each["name"] or "", each["email"] or "")
        for each in loaded["members"]
        if each["status"] == "Active"
    ]


def _next_page(reply: Reply) -> str | None:
    links = next((value for name, value in reply.headers.items() if name.lower() == "link"), "")
    named = parse_header_links(links)
    return next((str(each["url"]) for each in named if "next" in each.get("rel", "").split()), None)
