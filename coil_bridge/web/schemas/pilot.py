"""The forms of a pilot and its phases."""

from __future__ import annotations

from typing import Any

from marshmallow import post_load
from werkzeug.datastructures import MultiDict

from coil_bridge.errors import InvalidInput
from coil_bridge.evaluation.suppression import FLOOR
from coil_bridge.i18n import mark
from coil_bridge.services.piloting.pilot_inputs import MOST_THRESHOLD, PhaseInput, PilotInput
from coil_bridge.web.forms import load
from coil_bridge.web.schemas.fields import Count, Day, FormSchema, Line, Paragraphs

PHASE_ROWS = 4
_PHASE_FIELDS = ("name", "starts_on", "ends_on")


class PhaseSchema(FormSchema):
    """A phase; loads a ``PhaseInput``."""

    name = Line(100, required=True)
    starts_on = Day(required=True)
    ends_on = Day(required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> PhaseInput:
        return PhaseInput(**data)


class _PilotSchema(FormSchema):
    name = Line(200, required=True)
    description = Paragraphs(4000, load_default="")
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    suppression_threshold = Count(
        FLOOR, MOST_THRESHOLD, mark("Choose a threshold from 5 to 1000."), load_default=None
    )


def load_pilot(form: MultiDict[str, str]) -> PilotInput:
    """A pilot with its phases, from fields named ``phases.0.name`` and so on; empty rows are left out.

    Raises:
        InvalidInput: the reasons by field, of the pilot and of every row together.
    """
    errors: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    phases: list[PhaseInput] = []
    try:
        values = load(_PilotSchema(), form)
    except InvalidInput as error:
        errors |= error.errors
    for position, row in enumerate(_filled_rows(form)):
        try:
            phases.append(load(PhaseSchema(), row))
        except InvalidInput as error:
            errors |= {f"phases.{position}.{name}": why for name, why in error.errors.items()}
    if errors:
        raise InvalidInput(errors)
    return PilotInput(phases=phases, **values)


def _filled_rows(form: MultiDict[str, str]) -> list[MultiDict[str, str]]:
    rows = [
        MultiDict({name: form.get(f"phases.{position}.{name}", "") for name in _PHASE_FIELDS})
        for position in range(PHASE_ROWS)
    ]
    return [row for row in rows if any(value.strip() for value in row.values())]
