"""The form of a week: rows of days, from when to when, and how these hours suit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from marshmallow import Schema, ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from coil_bridge.errors import InvalidInput
from coil_bridge.i18n import mark
from coil_bridge.web.forms import load
from coil_bridge.web.schemas.fields import Choice, FormSchema, Secret, TimeOfDay
from scheduling.weekly_hours import (
    ACCEPTABLE,
    DAY,
    IMPOSSIBLE,
    PREFERRED,
    Stretch,
    Week,
    stretches_of,
    week_of,
)

LEVELS = {"preferred": PREFERRED, "acceptable": ACCEPTABLE, "impossible": IMPOSSIBLE}
_NAMES = {level: name for name, level in LEVELS.items()}
MOST_ROWS = 40
SPARE_ROWS = 2
_ROW = re.compile(r"(?:days|from|to|level)-(\d{1,2})")


@dataclass(frozen=True, slots=True)
class HourRow:
    """One row as it was typed; times are ``HH:MM`` or empty."""

    number: int
    days: tuple[str, ...] = ()
    starts: str = ""
    ends: str = ""
    level: str = "preferred"


class RowSchema(FormSchema):
    """One row with something in it."""

    days = fields.List(
        fields.String(validate=validate.OneOf([str(day) for day in range(7)])),
        required=True,
        error_messages={"required": mark("Choose at least one day.")},
    )
    starts = TimeOfDay(required=True)
    ends = TimeOfDay(required=True)
    level = Choice(tuple(LEVELS), required=True)


class OtherwiseSchema(FormSchema):
    """How all other hours suit."""

    otherwise = Choice(tuple(LEVELS), required=True)


class AddressSchema(FormSchema):
    """The address of somebody's own calendar."""

    address = Secret(2000, required=True)


def rows_of(week: Week) -> tuple[str, list[HourRow]]:
    """How most of a week suits, and the rows for the rest, with some empty ones to fill in."""
    otherwise, stretches = stretches_of(week)
    rows = [
        HourRow(
            number,
            tuple(str(day) for day in each.days),
            _typed(each.starts),
            _typed(each.ends % DAY),
            _NAMES[each.level],
        )
        for number, each in enumerate(stretches)
    ]
    return _NAMES[otherwise], [*rows, *(HourRow(len(rows) + spare) for spare in range(SPARE_ROWS))]


def typed_rows(values: MultiDict[str, str]) -> list[HourRow]:
    """The rows of a form as they were sent, in their order."""
    numbers = sorted({int(found[1]) for name in values if (found := _ROW.fullmatch(name))})[:MOST_ROWS]
    return [
        HourRow(
            number,
            tuple(values.getlist(f"days-{number}")),
            values.get(f"from-{number}", ""),
            values.get(f"to-{number}", ""),
            values.get(f"level-{number}", "preferred"),
        )
        for number in numbers
    ]


def load_week(values: MultiDict[str, str]) -> Week:
    """The week of a form.

    Raises:
        InvalidInput: reasons by field, a row's under ``days-3``, ``from-3``, ``to-3``.
    """
    otherwise = load(OtherwiseSchema(), values)["otherwise"]
    stretches, errors = [], {}
    for row in typed_rows(values):
        if not (row.days or row.starts or row.ends):
            continue
        try:
            stretches.append(_stretch(row))
        except ValidationError as error:
            for name, reasons in error.messages_dict.items():
                errors[f"{_FIELDS[name]}-{row.number}"] = [_first(reasons)]
    if errors:
        raise InvalidInput(errors)
    return week_of(stretches, LEVELS[otherwise])


_FIELDS = {"days": "days", "starts": "from", "ends": "to", "level": "level"}


def _stretch(row: HourRow) -> Stretch:
    schema: Schema = RowSchema()
    sent = [
        *(("days", day) for day in row.days),
        ("starts", row.starts),
        ("ends", row.ends),
        ("level", row.level),
    ]
    loaded = schema.load(MultiDict(sent))
    starts, ends = _quarter(loaded["starts"]), _quarter(loaded["ends"], up=True) or DAY
    if starts >= ends:
        raise ValidationError({"ends": [mark("The hours end after they begin; midnight is 00:00.")]})
    return Stretch(tuple(sorted(int(day) for day in loaded["days"])), starts, ends, LEVELS[loaded["level"]])


def _first(reasons: object) -> str:
    while isinstance(reasons, dict | list):
        reasons = next(iter(reasons.values() if isinstance(reasons, dict) else reasons))
    return str(reasons)


def _quarter(clock: time, *, up: bool = False) -> int:
    """Whole quarters: down at the start and up at the end, so that nobody loses a minute."""
    return (clock.hour * 60 + clock.minute + (14 if up else 0)) // 15


def _typed(quarter: int) -> str:
    return f"{quarter // 4:02d}:{quarter % 4 * 15:02d}"
