"""The form of a joint session."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import fields, post_load, validate

from coil_bridge.domain import CoilPhase
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.session_plans import LONGEST, MOST_WEEKS, SHORTEST, ChosenDate, PlanInput
from coil_bridge.services.sessions.series_edits import Scope
from coil_bridge.web.schemas.fields import (
    REQUIRED,
    Choice,
    Chosen,
    Count,
    Day,
    FormSchema,
    Line,
    Paragraphs,
    TimeOfDay,
)


class WallTime(fields.NaiveDateTime):
    """A wall time as datetime-local inputs send it, with or without seconds: 2026-10-27T14:00."""

    def __init__(self, **kwargs: Any) -> None:
        wrong = mark("Please give a day and a time, for example 2026-10-27 14:00.")
        reasons: dict[str, Any] = {
            "required": REQUIRED,
            "null": REQUIRED,
            "invalid": wrong,
            "invalid_awareness": wrong,
        }
        super().__init__(format="iso", error_messages=reasons, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        return super()._deserialize(str(value).replace(" ", "T", 1), attr, data, **kwargs)


class WhenSchema(FormSchema):
    """What decides about the instants; enough for a preview while the rest is still empty."""

    starts_local = WallTime(required=True)
    zone = Line(64, required=True)
    minutes = Count(SHORTEST, LONGEST, mark("A session lasts from 5 minutes to 10 hours."), required=True)
    count = Count(1, MOST_WEEKS, mark("A series has from 1 to 30 sessions."), load_default=1)
    choice = Choice(("earlier", "later"), load_default=None)
    repeat = Choice(("once", "weekly", "fortnightly", "dates"), load_default="weekly")
    dates = fields.List(Day(), load_default=())
    skip_days_off = fields.Boolean(load_default=False, error_messages={"invalid": REQUIRED})


def repeated(data: dict[str, Any]) -> dict[str, Any]:
    """What the choice of "how often" makes of count and dates; a form without it is a single session's."""
    repeat, days = data.pop("repeat"), data.pop("dates")
    if repeat == "once":
        data["count"] = 1
    if repeat == "fortnightly":
        data["every"] = 2
    if repeat == "dates":
        first: datetime = data["starts_local"]
        data["dates"] = tuple(ChosenDate(day, first.time(), data["zone"]) for day in {first.date(), *days})
    return data


class WhatSchema(FormSchema):
    """What people read of a session, and where it is; without a phase the pairing's plan decides."""

    title = Line(200, required=True)
    phase = Chosen(CoilPhase, load_default=None)
    room = Line(1000, load_default=None)  # one of those offered; it goes before a pasted link
    room_url = Line(1000, load_default=None)
    notes = Paragraphs(4000, load_default="")


def in_one_room(data: dict[str, Any]) -> dict[str, Any]:
    """What was loaded with one address for the room."""
    room = data.pop("room")
    return data | {"room_url": room or data["room_url"]}


class PlanSchema(WhatSchema, WhenSchema):
    """The whole form; loads a ``PlanInput``."""

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> PlanInput:
        return PlanInput(**repeated(in_one_room(data)))


class PreviewSchema(WhenSchema):
    """The form so far; loads a ``PlanInput`` with what is not asked for left empty."""

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> PlanInput:
        return PlanInput(title="", phase=None, **repeated(data))


class ScopeSchema(FormSchema):
    """How far into the series a change goes."""

    scope = Chosen(Scope, load_default=Scope.ONE)


class AskedSchema(FormSchema):
    """What a link into the form proposes (a free slot that somebody found)."""

    date = Day(load_default=None)
    time = TimeOfDay(load_default=None)
    zone = Line(64, load_default=None)
    minutes = Count(SHORTEST, LONGEST, mark("A session lasts from 5 minutes to 10 hours."), load_default=None)
    weeks = Count(1, MOST_WEEKS, mark("A series has from 1 to 30 sessions."), load_default=1)
    again = Line(26, load_default=None)


class VersionSchema(FormSchema):
    """Which version of a thing the form was opened on, and a reason where one may be given."""

    version = fields.Integer(
        required=True,
        validate=validate.Range(0, 1_000_000),
        error_messages={"required": REQUIRED, "invalid": REQUIRED},
    )
    reason = Paragraphs(1000, load_default="")
