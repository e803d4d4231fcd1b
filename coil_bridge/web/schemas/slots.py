"""What is asked of the finder of times, and the dates of a plan that is about to be made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from coil_bridge.i18n import mark
from coil_bridge.services.agreed.session_plans import LONGEST, SHORTEST, ChosenDate, PlanInput
from coil_bridge.services.times.slot_finder import MOST_MEETINGS
from coil_bridge.web.schemas.fields import Count, Day, FormSchema, Ids, Line
from coil_bridge.web.schemas.session import WhatSchema, in_one_room

RHYTHMS = (1, 2, 3, 4)
_DATES = mark("The dates of the plan are not complete. Find a time anew, please.")


class QuestionSchema(FormSchema):
    """The question; what is not given stays as usual. ``asked``: the boxes of the teachers were shown."""

    minutes = Count(SHORTEST, LONGEST, mark("A session lasts from 5 minutes to 10 hours."), load_default=None)
    meetings = Count(1, MOST_MEETINGS, mark("Ask for 1 to 30 meetings."), load_default=None)
    every = Count(RHYTHMS[0], RHYTHMS[-1], mark("Please choose one from the list."), load_default=None)
    first = Day(load_default=None)
    last = Day(load_default=None)
    asked = Line(1, load_default="")
    there = Ids(load_default=list)
    slot = Line(40, load_default="")


class PlannedDate(fields.Field[ChosenDate]):
    """A wall time and its zone in one field, as ``dated`` writes them; loads a ``ChosenDate``."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> ChosenDate:
        local, _, zone = str(value).partition(" ")
        try:
            moment = datetime.fromisoformat(local)
            return ChosenDate(date.fromisoformat(local[:10]), moment.time().replace(tzinfo=None), zone)
        except ValueError:
            raise ValidationError(_DATES) from None


class DatesSchema(FormSchema):
    """The dates of a plan, enough for a preview; loads a ``PlanInput``."""

    dates = fields.List(
        PlannedDate(),
        required=True,
        validate=validate.Length(min=1, max=MOST_MEETINGS, error=_DATES),
        error_messages={"required": _DATES},
    )
    minutes = Count(SHORTEST, LONGEST, mark("A session lasts from 5 minutes to 10 hours."), required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> PlanInput:
        return on_dates({"title": "", "phase": None, **data})


class DatedPlanSchema(WhatSchema, DatesSchema):
    """The same with what people will read."""

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> PlanInput:
        return on_dates(in_one_room(data))


def on_dates(data: dict[str, Any]) -> PlanInput:
    """A plan of chosen dates; the first one stands for day, hour and clock until they are put in order."""
    dates: list[ChosenDate] = data.pop("dates")
    return PlanInput(starts_local=dates[0].local, zone=dates[0].zone, dates=tuple(dates), **data)


def dated(at: datetime, zone: str) -> str:
    """A wall time and its zone in one field: ``2026-10-27T14:00 Europe/Belgrade``."""
    return f"{at:%Y-%m-%dT%H:%M} {zone}"
