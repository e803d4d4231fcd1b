"""A course's calendar in Moodle: reading its events and changing one.

Moodle has no function that updates an event by values. The one behind its own form does it by token too
(``id`` and an empty ``sesskey``; measured on 4.1, 4.5 and 5.1), but reads the wall-clock fields in the time
zone of the account that calls: ``change`` is for an account in UTC, and says what Moodle made of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from marshmallow import Schema, fields, post_load

from connectors.moodle.caller import Caller
from connectors.moodle.errors import MoodleFault
from connectors.moodle.fields import Line, Moment, RecordSchema, Whole, optional, required
from connectors.moodle.functions import Function
from connectors.moodle.outgoing import NewCalendarEvent
from connectors.moodle.wire import Value

_IDS_AT_ONCE = 200
_HTML = 1
_LASTS_MINUTES = 2  # of the form's three ways to say a length


@dataclass(frozen=True)
class ListedEvent:
    """An event as it stands in Moodle. ``name`` is plain text, ``description`` as Moodle stores it.

    ``user_id`` is who made it, ``None`` once it was changed by Moodle's form (4.1 and 5.1, measured).
    """

    id: int
    course_id: int
    user_id: int | None
    kind: str
    name: str
    description: str
    starts_at: datetime
    length: timedelta


class _ListedSchema(RecordSchema):
    record = ListedEvent
    id = required(Whole)
    course_id = required(Whole, "courseid")
    user_id = optional(Whole, "userid")
    kind = required(fields.String, "eventtype")
    name = required(Line)
    description = optional(fields.String)
    starts_at = required(Moment, "timestart")
    seconds = required(Whole, "timeduration")

    @post_load
    def build(self, data: Mapping[str, Any], **_: object) -> object:
        """A length in seconds; a negative one (Moodle takes those) is none."""
        values = {**data, "length": timedelta(seconds=max(data["seconds"], 0))}
        del values["seconds"]
        return ListedEvent(**{**values, "description": values["description"] or ""})


@dataclass(frozen=True)
class ChangedEvent:
    """What Moodle made of a change."""

    id: int
    starts_at: datetime
    length: timedelta


class _ChangedSchema(RecordSchema):
    record = ChangedEvent
    id = required(Whole)
    starts_at = required(Moment, "timestart")
    seconds = required(Whole, "timeduration")

    @post_load
    def build(self, data: Mapping[str, Any], **_: object) -> object:
        """A length in seconds."""
        return ChangedEvent(data["id"], data["starts_at"], timedelta(seconds=data["seconds"]))


class CourseCalendar:
    """Reads and changes events of one site's courses; raises the tree of MoodleError."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def since(self, course_id: int, earliest: datetime) -> tuple[ListedEvent, ...]:
        """The events of a course that end at ``earliest`` or later, without a limit into the future."""
        return self._listed({"courseids": [course_id]}, earliest)

    def by_ids(self, event_ids: Sequence[int]) -> tuple[ListedEvent, ...]:
        """Events by their numbers, whenever they are; those that are gone or not for us are left out."""
        found: list[ListedEvent] = []
        for start in range(0, len(event_ids), _IDS_AT_ONCE):
            wanted = event_ids[start : start + _IDS_AT_ONCE]
            found += [each for each in self._listed({"eventids": wanted}, None) if each.id in wanted]
        return tuple(found)

    def change(self, event_id: int, event: NewCalendarEvent, account_id: int) -> ChangedEvent:
        """Let an event of a course be as ``event`` says; for an account whose time zone is UTC.

        Raises RecordUnknown for an event that is gone and MoodleFault when Moodle's form refuses the values.
        """
        function = Function.CHANGE_EVENT
        form = urlencode(_form(event_id, event, account_id))
        # A repetition after a lost answer writes the same values again.
        answer = self._caller.call(function, {"formdata": form}, repeatable=True)
        if isinstance(answer, dict) and answer.get("validationerror"):
            raise MoodleFault(self._caller.site, function, errorcode="validationerror")
        found = self._caller.part(function, answer, "event")
        return self._caller.load(_ChangedSchema(), function, found, ChangedEvent)

    def _listed(self, which: Mapping[str, Value], earliest: datetime | None) -> tuple[ListedEvent, ...]:
        function = Function.GET_EVENTS
        # Without a time span Moodle lists nothing for the courses, and events asked for by id come anyway.
        # A hidden event of ours is there: it must not be created a second time.
        options: dict[str, Value] = {"userevents": False, "siteevents": False, "ignorehidden": False}
        if earliest is not None:
            options["timestart"] = int(earliest.timestamp())
        answer = self._caller.call(function, {"events": which, "options": options}, repeatable=True)
        found = self._caller.part(function, answer, "events")
        schema: Schema = _ListedSchema()
        return self._caller.load_all(schema, function, found, ListedEvent)


def _form(event_id: int, event: NewCalendarEvent, account_id: int) -> dict[str, str | int]:
    """The fields of Moodle's own event form, for an event of a course."""
    at = event.starts_at.astimezone(UTC)
    values = event.parameters()
    return {
        "id": event_id,
        "userid": account_id,
        "modulename": "",
        "instance": 0,
        "visible": 1,
        "eventtype": "course",
        "courseid": event.course_id,
        "name": str(values["name"]),
        "timestart[day]": at.day,
        "timestart[month]": at.month,
        "timestart[year]": at.year,
        "timestart[hour]": at.hour,
        "timestart[minute]": at.minute,
        "description[text]": str(values["description"]),
        "description[format]": _HTML,
        "description[itemid]": 0,
        "location": "",
        "duration": _LASTS_MINUTES,
        "timedurationminutes": int(event.length.total_seconds()) // 60,
        "_qf__core_calendar_local_event_forms_update": 1,
        "sesskey": "",
    }
