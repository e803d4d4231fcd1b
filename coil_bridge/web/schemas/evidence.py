"""The forms around a pilot's evidence."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from coil_bridge.evaluation.definitions.registry import CURRENT, SETS
from coil_bridge.evaluation.facts import Rules
from coil_bridge.i18n import mark
from coil_bridge.services.piloting.attendance_sheet import Correction
from coil_bridge.web.schemas.fields import Choice, Count, FormSchema, Line


class PackSchema(FormSchema):
    """What goes into a pack."""

    definitions = Choice(SETS, load_default=CURRENT)
    xapi = fields.Boolean(load_default=False)


class RulesSchema(FormSchema):
    """What a pilot sets; loads ``Rules``."""

    presence_percent = Count(1, 100, mark("Choose a share from 1 to 100 per cent."), required=True)
    gap_minutes = Count(1, 240, mark("Choose a gap from 1 to 240 minutes."), required=True)
    silent_days = Count(1, 60, mark("Choose from 1 to 60 days."), required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> Rules:
        return Rules(**data)


class TraitSchema(FormSchema):
    """For which course a file comes."""

    course_id = Line(26, required=True)


class CorrectionSchema(FormSchema):
    """What a teacher says of one student's attendance; loads a ``Correction``."""

    course_id = Line(26, required=True)
    person_id = Line(26, required=True)
    verdict = Line(10, load_default="")
    minutes = Count(0, 1440, mark("Say how many minutes."), load_default=None)
    reason = Line(300, load_default="")

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> Correction:
        return Correction(**data)


class ObjectionSchema(FormSchema):
    """Whether a student objects."""

    on = fields.Boolean(load_default=False)
