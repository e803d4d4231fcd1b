"""local_coilbridge_put_events, local_coilbridge_delete_events and local_coilbridge_set_courses."""

from __future__ import annotations

from dataclasses import replace

from connectors.moodle.simulator import errors
from connectors.moodle.simulator.functions.call import Call, Json
from connectors.moodle.simulator.functions.plugin_access import courses_for, refusal
from connectors.moodle.simulator.records import Event, PutEvent

_RIGHTS = ("local/coilbridge:manageevents",)
_STATUSES = frozenset({"confirmed", "tentative", "cancelled"})


def put_events(call: Call) -> list[Json]:
    """Create or update events under keys; the same twice changes nothing."""
    if not all(wanted["status"] in _STATUSES and wanted["key"] for wanted in call.arguments["events"]):
        raise errors.invalid_parameter()
    return [_put(call, wanted) for wanted in call.arguments["events"]]


def _put(call: Call, wanted: Json) -> Json:
    world, put = call.world, call.site.plugin.put
    reason = refusal(call, wanted["courseid"], _RIGHTS)
    if reason:
        return _result(wanted["key"], 0, reason)
    known = put.get(wanted["key"])
    there = world.events.get(known.event_id) if known else None
    if (
        known
        and there
        and known.status == wanted["status"]
        and _stands(there, _event(call, wanted, there.id))
    ):
        return _result(wanted["key"], there.id, "unchanged")
    if known and there and known.course_id != wanted["courseid"]:
        del world.events[there.id]
        there = None
    event = _event(call, wanted, there.id if there else world.next_id("event"))
    world.keep(world.events, event.id, event)
    put[wanted["key"]] = PutEvent(event.id, event.course_id, wanted["status"])
    return _result(wanted["key"], event.id, "updated" if there else "created")


def _stands(there: Event, wanted: Event) -> bool:
    """Whether an event stands as it should, and nobody has changed it by hand."""
    return replace(there, sequence=wanted.sequence, modified=wanted.modified) == wanted


def _event(call: Call, wanted: Json, event_id: int) -> Event:
    return Event(
        id=event_id,
        name=wanted["name"],
        description=wanted["description"],
        text_format=1,
        course_id=wanted["courseid"],
        group_id=0,
        user_id=call.user.id,
        kind="course",
        start=wanted["timestart"],
        duration=max(0, wanted["timeduration"]),
        visible=1,
        sequence=1,
        modified=call.world.clock(),
        location=wanted["location"],
    )


def delete_events(call: Call) -> list[Json]:
    """Delete events by their keys; what is gone already is "absent"."""
    return [_delete(call, key) for key in call.arguments["keys"]]


def _delete(call: Call, key: str) -> Json:
    put = call.site.plugin.put
    known = put.get(key)
    if known is None or known.event_id not in call.world.events:
        put.pop(key, None)
        return _result(key, 0, "absent")
    reason = refusal(call, known.course_id, _RIGHTS)
    if reason:
        return _result(key, known.event_id, reason)
    del call.world.events[known.event_id], put[key]
    return _result(key, known.event_id, "deleted")


def _result(key: str, event_id: int, outcome: str) -> Json:
    return {"key": key, "eventid": event_id, "outcome": outcome}


def set_courses(call: Call) -> Json:
    """Take over which courses are paired; those not named are no longer."""
    call.require("local/coilbridge:managecourses", "Let COIL Bridge tell which courses are paired")
    wanted = {each["courseid"]: each["url"] for each in call.arguments["courses"]}
    _, refused = courses_for(call, wanted, ())
    unknown = {each["courseid"] for each in refused if each["reason"] == "unknown"}
    call.site.plugin.paired = {course: url for course, url in wanted.items() if course not in unknown}
    return {"courses": len(call.site.plugin.paired), "refused": refused}
