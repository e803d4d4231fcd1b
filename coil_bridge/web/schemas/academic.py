"""The forms around academic calendars and plans of phases."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from coil_bridge.domain import CoilPhase
from coil_bridge.i18n import mark
from coil_bridge.services.calendar.calendar_inputs import CHANGE_KINDS, SPAN_KINDS, DayInput, SpanInput
from coil_bridge.services.times.phase_plans import MOST_WEEKS
from coil_bridge.web.schemas.fields import REQUIRED, Choice, Count, Day, FormSchema, Line


class CalendarVersionSchema(FormSchema):
    """Which version of a calendar or plan the form was opened on."""

    version = fields.Integer(
        required=True,
        validate=validate.Range(0, 1_000_000),
        error_messages={"required": REQUIRED, "invalid": REQUIRED},
    )


class SpanSchema(FormSchema):
    """A term, break or examination weeks; loads a ``SpanInput``. Without a last day it is one day."""

    kind = Choice(SPAN_KINDS, required=True)
    name = Line(100, required=True)
    first = Day(required=True)
    last = Day(load_default=None)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> SpanInput:
        return SpanInput(**data | {"last": data["last"] or data["first"]})


class DaySchema(FormSchema):
    """What a day is at the institution; loads a ``DayInput``."""

    day = Day(required=True)
    change = Choice(CHANGE_KINDS, required=True)
    holiday = Line(100, load_default="")

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> DayInput:
        return DayInput(**data)


def _weeks() -> Count:
    return Count(0, MOST_WEEKS, mark("A phase has from 0 to 60 weeks."), load_default=0)


class LengthsSchema(FormSchema):
    """How many common weeks each phase gets; loads lengths by phase."""

    team_building_weeks = _weeks()
    comparing_weeks = _weeks()
    joint_project_weeks = _weeks()
    presentation_weeks = _weeks()

    @post_load
    def _make(self, data: dict[str, int], **_kwargs: Any) -> dict[CoilPhase, int]:
        return {phase: data[f"{phase.value}_weeks"] for phase in CoilPhase}


class PhaseSchema(FormSchema):
    """One phase of a plan; without days it is left out. In the form each name has the phase's in front."""

    first = Day(load_default=None)
    last = Day(load_default=None)
    title = Line(100, load_default="")
