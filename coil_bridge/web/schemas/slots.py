"""What is asked of the finder of times, and the dates of a plan that is about to be made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from coil_bridge.domain import CoilPhase
from coil_bridge.i18n import mark
from coil_bridge.services.session_plans import LONGEST, SHORTEST, ChosenDate
from coil_bridge.services.slot_finder import MOST_MEETINGS
from coil_bridge.web.schemas.fields import Chosen, Count, Day, FormSchema, Ids, Line, Paragraphs

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


class DatedPlanSchema(FormSchema):
    """A plan of chosen dates: when, and what the sessions are called."""

    dates = fields.List(
        fields.String(validate=validate.Length(max=90)),
        required=True,
        validate=validate.Length(min=1, max=MOST_MEETINGS, error=_DATES),
        error_messages={"required": _DATES},
    )
    minutes = Count(SHORTEST, LONGEST, mark("A session lasts from 5 minutes to 10 hours."), required=True)

    @post_load
    def _read(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return data | {"dates": [_chosen(each) for each in data["dates"]]}


class NamedPlanSchema(DatedPlanSchema):
    """The same with what people will read."""

    title = Line(200, required=True)
    phase = Chosen(CoilPhase, required=True)
    room_url = Line(1000, load_default=None)
    notes = Paragraphs(4000, load_default="")


def dated(at: datetime, zone: str) -> str:
    """A wall time and its zone in one field: ``2026-10-27T14:00 Europe/Belgrade``."""
    return f"{at:%Y-%m-%dT%H:%M} {zone}"


def _chosen(text: str) -> ChosenDate:
    local, _, zone = text.partition(" ")
    try:
        moment = datetime.fromisoformat(local)
        return ChosenDate(date.fromisoformat(local[:10]), moment.time().replace(tzinfo=None), zone)
    except ValueError:
        raise ValidationError({"dates": [_DATES]}) from None
