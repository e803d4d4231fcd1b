"""core_calendar_get_calendar_events, whose answers surprise.

User and site events come along unless declined; events asked for by id come on top, in another shape; a
group's events need the course beside the group unless the caller manages every calendar of the site.
"""

from __future__ import annotations

from connectors.moodle.simulator import access
from connectors.moodle.simulator.functions.call import Call, Json, formatted, seconds
from connectors.moodle.simulator.records import SITE_COURSE, Event
from connectors.moodle.simulator.world import World


def get_calendar_events(call: Call) -> Json:
    """List events by id, course and group within a time span (Unix seconds; end 0 is no end)."""
    wanted = call.arguments["events"]
    manages_all = call.can("moodle/calendar:manageentries")
    warnings: list[Json] = []
    courses = set(wanted["courseids"]) if manages_all else _courses(call, wanted["courseids"], warnings)
    groups = set(wanted["groupids"]) if manages_all else _groups(call, wanted["groupids"], warnings)
    listed = [
        event
        for event in call.world.events.values()
        if _in_span(call, event) and _in_place(call, event, courses, groups, narrow=not manages_all)
    ]
    listed.sort(key=lambda event: (event.start, event.id))
    by_id = [call.world.events[number] for number in wanted["eventids"] if number in call.world.events]
    readable = [event for event in by_id if event not in listed and (manages_all or _own(call, event))]
    return {
        "events": [_listed(event) for event in listed] + [_stored(event) for event in readable],
        "warnings": warnings,
    }


def _courses(call: Call, ids: list[int], warnings: list[Json]) -> set[int]:
    allowed = {number for number in ids if _enters(call.world, call, number)}
    warnings += [
        {
            "item": "course",
            "itemid": number,
            "warningcode": "nopermissions",
            "message": "No access rights in course context",
        }
        for number in ids
        if number not in allowed
    ]
    return allowed


def _enters(world: World, call: Call, course_id: int) -> bool:
    course = world.courses.get(course_id)
    return course is not None and access.can_enter(world, call.user, course)


def _groups(call: Call, ids: list[int], warnings: list[Json]) -> set[int]:
    own = {group.id for group in call.world.groups.values() if call.user.id in group.members}
    message = "you do not have permissions to access this group"
    warnings += [
        {"item": str(number), "warningcode": "nopermissions", "message": message}
        for number in ids
        if number not in own
    ]
    return own & set(ids)


def _in_span(call: Call, event: Event) -> bool:
    options = call.arguments["options"]
    if options["ignorehidden"] and not event.visible:
        return False
    ends = event.start + event.duration
    return ends >= options["timestart"] and (not options["timeend"] or event.start <= options["timeend"])


def _in_place(call: Call, event: Event, courses: set[int], groups: set[int], *, narrow: bool) -> bool:
    options = call.arguments["options"]
    if event.group_id:
        return event.group_id in groups and (not narrow or event.course_id in courses)
    if event.course_id == SITE_COURSE:
        return bool(options["siteevents"]) or SITE_COURSE in courses
    if event.course_id:
        return event.course_id in courses
    return bool(options["userevents"]) and event.user_id == call.user.id


def _own(call: Call, event: Event) -> bool:
    if event.group_id:
        return call.user.id in call.world.groups[event.group_id].members
    enrolled = call.world.enrolment(call.user.id, event.course_id)
    return event.user_id == call.user.id or event.course_id == SITE_COURSE or enrolled is not None


def _listed(event: Event) -> Json:
    """Return the shape of the legacy listing: null where there is nothing, and no uuid."""
    return _common(event) | {
        "categoryid": None,
        "groupid": event.group_id or None,
        "repeatid": event.repeat_id or None,
        "modulename": None,
        "instance": None,
    }


def _stored(event: Event) -> Json:
    """Return the shape of a row fetched by its id."""
    return _common(event) | {
        "categoryid": 0,
        "groupid": event.group_id,
        "repeatid": event.repeat_id,
        "modulename": "",
        "instance": 0,
        "uuid": "",
    }


def _common(event: Event) -> Json:
    return {
        "id": event.id,
        "name": formatted(event.name),
        "description": event.description,
        "format": event.text_format,
        "courseid": event.course_id,
        "userid": event.user_id or None,
        "eventtype": event.kind,
        "timestart": event.start,
        "timeduration": event.duration,
        "visible": event.visible,
        "sequence": event.sequence,
        "timemodified": seconds(event.modified),
        "subscriptionid": None,
    }
