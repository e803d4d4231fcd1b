"""Custom parameters and the variables in them, as `lti_parse_custom_parameter()` expands them.

A value is a variable only when it begins with a dollar sign. What Moodle does not know stays as it is
written; a variable that reads a launch parameter which privacy settings or deep linking left out is null.
"""

from __future__ import annotations

from datetime import datetime

from connectors.moodle.simulator.lti.roles import role_variable
from connectors.moodle.simulator.lti.situation import Situation

Values = dict[str, str | None]


def custom_claim(situation: Situation) -> Values:
    """Return the custom claim: the link's parameters, the tool's, then those of the services."""
    given = {**(situation.link.custom if situation.link else {}), **situation.tool.settings.custom}
    known = _variables(situation)
    expanded = {name: _expand(value, known) for name, value in given.items()}
    return expanded | _service_parameters(situation)


def _expand(value: str, known: Values) -> str | None:
    if value.startswith("\\"):
        return value[1:]
    return known.get(value[1:], value) if value.startswith("$") else value


def _variables(situation: Situation) -> Values:
    return {
        **_of_course(situation),
        **_of_person(situation),
        **_of_privacy(situation),
        **_of_link(situation),
        **_of_services(situation),
    }


def _of_course(situation: Situation) -> Values:
    course = situation.course
    history = situation.platform.histories.get(course.id, ())
    begins = "" if course.starts is None else str(int(course.starts.timestamp()))
    return {
        "Context.id": str(course.id),
        "Context.title": course.fullname,
        "Context.label": course.shortname,
        "Context.sourcedId": course.idnumber,
        "Context.id.history": ",".join(str(origin) for origin in history),
        "Context.longDescription": course.summary,
        "Context.timeFrame.begin": begins,
        "CourseSection.title": course.fullname,
        "CourseSection.label": course.shortname,
        "CourseSection.sourcedId": course.idnumber,
        "CourseSection.longDescription": course.summary,
        "CourseSection.timeFrame.begin": _iso(course.starts),
        "CourseSection.timeFrame.end": _iso(course.ends),
    }


def _of_person(situation: Situation) -> Values:
    user, course = situation.user, situation.course
    world = situation.platform.world
    groups = world.groups_of(user.id, course.id)
    return {
        "User.id": str(user.id),
        "User.username": user.username,
        "Person.sourcedId": user.idnumber,
        "Person.name.middle": "",
        "Person.address.street1": "",
        "Person.address.locality": user.city,
        "Person.address.country": user.country,
        "Person.address.timezone": user.timezone,
        "Person.phone.primary": "",
        "Person.phone.mobile": "",
        "Person.webaddress": "",
        "Membership.role": role_variable(world, user, course.id, as_learner=situation.as_learner),
        "Moodle.Person.userGroupIds": ",".join(str(group.id) for group in groups),
    }


def _of_privacy(situation: Situation) -> Values:
    user, settings = situation.user, situation.tool.settings
    named = settings.send_name
    return {
        "Person.name.full": user.fullname if named else None,
        "Person.name.given": user.firstname if named else None,
        "Person.name.family": user.lastname if named else None,
        "Person.email.primary": user.email if settings.send_email else None,
    }


def _of_link(situation: Situation) -> Values:
    link = situation.link
    return {
        "ResourceLink.id": None if link is None else str(link.id),
        "ResourceLink.title": None if link is None else link.name,
        "ResourceLink.description": None if link is None else link.text,
    }


def _of_services(situation: Situation) -> Values:
    addresses, tool, course = situation.platform.addresses, situation.tool, situation.course
    known: Values = {}
    if tool.settings.memberships:
        known["ToolProxyBinding.memberships.url"] = addresses.memberships(course.id, tool.id)
    if tool.settings.grades:
        known["LineItems.url"] = addresses.line_items(course.id, tool.id)
    return known


def _service_parameters(situation: Situation) -> Values:
    addresses, tool, course = situation.platform.addresses, situation.tool, situation.course
    given: Values = {}
    if situation.link is None:
        return given
    if tool.settings.memberships:
        given["context_memberships_url"] = addresses.memberships(course.id, tool.id)
    if tool.settings.tool_settings:
        bindings = f"CourseSection/{course.id}/bindings/tool/{tool.id}/custom"
        given["system_setting_url"] = addresses.service(f"tool/{tool.id}/custom")
        given["context_setting_url"] = addresses.service(bindings)
        given["link_setting_url"] = addresses.service("links/{link_id}/custom")
    return given


def _iso(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="seconds")
