"""The form of a joint session."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import fields, post_load, validate

from coil_bridge.domain import CoilPhase
from coil_bridge.i18n import mark
from coil_bridge.services.session_plans import LONGEST, MOST_WEEKS, SHORTEST, PlanInput
from coil_bridge.web.schemas.fields import REQUIRED, Choice, Chosen, Count, FormSchema, Line, Paragraphs


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


class PlanSchema(WhenSchema):
    """The whole form; loads a ``PlanInput``."""

    title = Line(200, required=True)
    phase = Chosen(CoilPhase, required=True)
    room_url = Line(1000, load_default=None)
    notes = Paragraphs(4000, load_default="")

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> PlanInput:
        return PlanInput(**data)


class PreviewSchema(WhenSchema):
    """The form so far; loads a ``PlanInput`` with what is not asked for left empty."""

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> PlanInput:
        return PlanInput(title="", phase=CoilPhase.TEAM_BUILDING, **data)


class VersionSchema(FormSchema):
    """Which version of a thing the form was opened on, and a reason where one may be given."""

    version = fields.Integer(
        required=True,
        validate=validate.Range(0, 1_000_000),
        error_messages={"required": REQUIRED, "invalid": REQUIRED},
    )
    reason = Paragraphs(1000, load_default="")
