"""Names and Role Provisioning Services: a course's roster (IMS NRPS 2.0; `ltiservice_memberships`)."""

from __future__ import annotations

import json
from typing import Any

from connectors.moodle.simulator.lti import roles
from connectors.moodle.simulator.lti.errors import ServiceError
from connectors.moodle.simulator.lti.records import Link, Tool
from connectors.moodle.simulator.lti.scopes import MEMBERSHIP_READ
from connectors.moodle.simulator.lti.service_requests import Resource, ServiceAnswer, ServiceRequest
from connectors.moodle.simulator.records import Course, User

CONTAINER = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_MESSAGE_TYPE = "https://purl.imsglobal.org/spec/lti/claim/message_type"


def _read(request: ServiceRequest) -> ServiceAnswer:
    tool, course = request.tool(MEMBERSHIP_READ), request.course()
    link = _link(request, course)
    people = _people(request, course)
    limit = max(request.number("limit"), 0)
    first = max(request.number("from"), 0) if limit else 0
    shown = people[first : first + limit] if limit else people
    endpoint = request.platform.addresses.memberships(course.id, tool.id)
    answer = {
        "id": endpoint,
        "context": {"id": str(course.id), "label": course.shortname, "title": course.fullname},
        "members": [_member(request, course, tool, person, link) for person in shown],
    }
    more = bool(limit) and first + limit < len(people)
    return ServiceAnswer(
        json.dumps(answer), CONTAINER, link=_next(endpoint, limit, first, link) if more else ""
    )


def _link(request: ServiceRequest, course: Course) -> Link | None:
    number = request.query.get("rlid", "")
    if not number:
        return None
    link = request.platform.links.get(int(number)) if number.isdecimal() else None
    if link is None or link.course_id != course.id:
        raise ServiceError(404, "Not Found: LTI link doesn't exist")
    return link


def _people(request: ServiceRequest, course: Course) -> list[User]:
    """Return those with an active enrolment, as `get_enrolled_users()` sorts them, of the role asked for."""
    world = request.platform.world
    enrolled = [
        world.users[person]
        for (person, place), enrolment in world.enrolments.items()
        if place == course.id and not enrolment.suspended and not world.users[person].suspended
    ]
    enrolled.sort(key=lambda user: (user.lastname, user.firstname, user.id))
    role = request.query.get("role", "").removeprefix(roles.MEMBERSHIP)
    if role not in {roles.INSTRUCTOR, roles.LEARNER}:
        return enrolled
    wanted = role == roles.INSTRUCTOR
    return [user for user in enrolled if roles.edits(world, user, course.id) == wanted]


def _member(
    request: ServiceRequest, course: Course, tool: Tool, user: User, link: Link | None
) -> dict[str, Any]:
    world = request.platform.world
    member: dict[str, Any] = {"status": "Active", "roles": roles.roster_roles(world, user, course.id)}
    if link is not None:
        member["message"] = [{_MESSAGE_TYPE: "LtiResourceLinkRequest"}]
    member |= {"user_id": str(user.id), "lis_person_sourcedid": user.idnumber}
    if tool.settings.send_name:
        member |= {"name": user.fullname, "given_name": user.firstname, "family_name": user.lastname}
    if tool.settings.send_email:
        member["email"] = user.email
    return member


def _next(endpoint: str, limit: int, first: int, link: Link | None) -> str:
    """Return the Link header; Moodle leaves the role out of it."""
    page = f"{endpoint}?limit={limit}&from={first + limit}" + (f"&rlid={link.id}" if link else "")
    return f'<{page}>; rel="next"'


ROSTER = Resource(
    r"/(?P<kind>[^/]+)/(?P<course>[^/]+)/bindings/(?P<tool>[^/]+)/memberships", (CONTAINER,), {"GET": _read}
)
