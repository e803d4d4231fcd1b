"""core_calendar_submit_create_update_form: Moodle's own event form, submitted by token.

Its wall-clock fields are read in the time zone of the account that submits it. Only what the form of an
event of a course takes is here; without an id it creates, like the real one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from connectors.moodle.simulator import errors
from connectors.moodle.simulator.functions.calendar import bare_ampersands, may_change
from connectors.moodle.simulator.functions.call import Call, Json, formatted, seconds
from connectors.moodle.simulator.records import Event

_MINUTES = "2"


def submit_create_update_form(call: Call) -> Json:
    """Create or change one event from the fields of the form."""
    form = dict(parse_qsl(call.arguments["formdata"], keep_blank_values=True))
    number = int(form.get("id") or 0)
    stored = call.world.events.get(number)
    if number and stored is None:
        raise errors.MissingRecord("event", call.site.release)
    event = _filled(call, form, stored)
    if not may_change(call, event):
        raise errors.plain("nopermissions", "Sorry, but you do not currently have permissions to do that ().")
    if not event.name.strip() or event.duration < 0:
        return {"validationerror": True}
    call.world.keep(call.world.events, event.id, event)
    return {"event": _exported(event)}


def _filled(call: Call, form: dict[str, str], stored: Event | None) -> Event:
    course = call.existing_course(int(form.get("courseid") or 0))
    values: Json = {
        "name": form.get("name", ""),
        "description": bare_ampersands(form.get("description[text]", "")),
        "text_format": int(form.get("description[format]", 1)),
        "course_id": course.id,
        "start": _start(call, form),
        "duration": int(form.get("timedurationminutes", 0)) * 60 if form.get("duration") == _MINUTES else 0,
        "visible": int(form.get("visible", 1)),
        "modified": call.world.clock(),
    }
    if stored is not None:
        return replace(stored, user_id=0, **values)  # as 4.1 and 5.1 do
    return Event(
        id=call.world.next_id("event"),
        group_id=0,
        user_id=call.user.id,
        kind=form.get("eventtype", "course"),
        sequence=1,
        **values,
    )


def _start(call: Call, form: dict[str, str]) -> int:
    """A wall time as the form has it, on the clock of whoever submits it."""
    zone = call.site.zone if call.user.timezone == "99" else call.user.timezone
    year, month, day, hour, minute = (
        int(form[f"timestart[{name}]"]) for name in ("year", "month", "day", "hour", "minute")
    )
    return int(datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone)).timestamp())


def _exported(event: Event) -> Json:
    return {
        "id": event.id,
        "name": formatted(event.name),
        "description": event.description,
        "descriptionformat": event.text_format,
        "location": "",
        "groupid": event.group_id or None,
        "userid": event.user_id or None,
        "eventtype": event.kind,
        "timestart": event.start,
        "timeduration": event.duration,
        "timesort": event.start,
        "visible": event.visible,
        "timemodified": seconds(event.modified),
    }
