"""core_calendar_create_calendar_events and core_calendar_delete_calendar_events.

Creating is not idempotent and accepts what later breaks (a negative duration, any eventtype, a group event
without its course); a missing permission skips one event with a warning, an exception undoes the batch.
"""

from __future__ import annotations

import re
from dataclasses import replace

from connectors.moodle.simulator import errors
from connectors.moodle.simulator.functions.call import Call, Json, seconds
from connectors.moodle.simulator.records import SITE_COURSE, Event

_WEEK = 7 * 24 * 3600
_HTML = 1
_BARE_AMPERSAND = re.compile(r"&(?!(?:[a-zA-Z]+|#[0-9]+|#x[0-9a-fA-F]+);)")


def create_calendar_events(call: Call) -> Json:
    """Create events; `repeats` n makes n weekly rows with one repeatid."""
    created: list[Event] = []
    warnings: list[Json] = []
    for wanted in call.arguments["events"]:
        event = _event(call, wanted)
        if may_change(call, event):
            created += _repeated(call, event, wanted["repeats"])
        else:
            warnings.append(_denied(event))
    # Kept only now: an unknown course anywhere in the batch has by then raised and undone it all.
    for event in created:
        call.world.keep(call.world.events, event.id, event)
    return {"events": [_answer(event) for event in created], "warnings": warnings}


def _event(call: Call, wanted: Json) -> Event:
    if wanted["courseid"]:
        call.existing_course(wanted["courseid"])
    if wanted["groupid"] and wanted["groupid"] not in call.world.groups:
        raise errors.MissingRecord("groups", call.site.release)
    now = call.world.clock()
    return Event(
        id=0,
        name=wanted["name"],
        description=_description(wanted["description"] or "", wanted["format"]),
        text_format=wanted["format"],
        course_id=wanted["courseid"],
        group_id=wanted["groupid"],
        user_id=call.user.id,
        kind=wanted["eventtype"],
        start=seconds(now) if wanted["timestart"] is None else wanted["timestart"],
        duration=wanted["timeduration"],
        visible=wanted["visible"],
        sequence=wanted["sequence"],
        modified=now,
    )


def _description(text: str, text_format: int) -> str:
    return bare_ampersands(text) if text_format == _HTML else text


def bare_ampersands(markup: str) -> str:
    """The HTML purifier writes a bare "&", as in the query of a link, as an entity."""
    return _BARE_AMPERSAND.sub("&amp;", markup)


def _repeated(call: Call, event: Event, repeats: int) -> list[Event]:
    ids = [call.world.next_id("event") for _ in range(max(repeats, 1))]
    repeat_id = ids[0] if repeats > 1 else 0
    return [
        replace(event, id=number, start=event.start + week * _WEEK, repeat_id=repeat_id)
        for week, number in enumerate(ids)
    ]


def _denied(event: Event) -> Json:
    message = "you do not have permissions to create this event"
    return {"item": event.name, "warningcode": "nopermissions", "message": message}


def may_change(call: Call, event: Event) -> bool:
    """Whether the caller may create, change or delete an event of this kind in this place."""
    if call.can("moodle/calendar:manageentries"):
        return True
    if event.kind == "user" and not event.course_id:
        return event.user_id == call.user.id
    if event.kind == "group" and event.group_id:
        return _may_change_group_event(call, call.world.groups[event.group_id].course_id, event.group_id)
    return call.can("moodle/calendar:manageentries", event.course_id or SITE_COURSE)


def _may_change_group_event(call: Call, course_id: int, group_id: int) -> bool:
    if call.can("moodle/calendar:manageentries", course_id):
        return True
    inside = call.user.id in call.world.groups[group_id].members
    reaches = inside or call.can("moodle/site:accessallgroups", course_id)
    return reaches and call.can("moodle/calendar:managegroupentries", course_id)


def _answer(event: Event) -> Json:
    answer: Json = {
        "id": event.id,
        "name": event.name,
        "description": event.description,
        "format": event.text_format,
        "courseid": event.course_id,
        "groupid": event.group_id,
        "userid": event.user_id,
        "modulename": "",
        "instance": 0,
        "eventtype": event.kind,
        "timestart": event.start,
        "timeduration": event.duration,
        "visible": event.visible,
        "uuid": "",
        "sequence": event.sequence,
        "timemodified": seconds(event.modified),
        "subscriptionid": None,
    }
    return answer | ({"repeatid": event.repeat_id} if event.repeat_id else {})


def delete_calendar_events(call: Call) -> None:
    """Delete events, with `repeat` the whole series; an unknown id undoes the batch."""
    doomed: set[int] = set()
    for wanted in call.arguments["events"]:
        event = call.world.events.get(wanted["eventid"])
        if event is None or event.id in doomed:
            raise errors.MissingRecord("event", call.site.release)
        if not may_change(call, event):
            sentence = "Sorry, but you do not currently have permissions to do that (Delete event)."
            raise errors.plain("nopermissions", sentence)
        doomed |= _series(call, event) if wanted["repeat"] else {event.id}
    for event_id in doomed:
        del call.world.events[event_id]


def _series(call: Call, event: Event) -> set[int]:
    if not event.repeat_id:
        return {event.id}
    return {other.id for other in call.world.events.values() if other.repeat_id == event.repeat_id}
