"""The forms of a survey: starting one, editing its statements, answering it."""

from __future__ import annotations

from typing import Any

from marshmallow import fields
from werkzeug.datastructures import MultiDict

from coil_bridge.errors import InvalidInput
from coil_bridge.evaluation.surveys import FEWEST_POINTS, MOST_POINTS, ItemWords, Survey, Wave, Words
from coil_bridge.i18n import mark
from coil_bridge.services.piloting.survey_inputs import MOST_ITEMS, ItemInput, SurveyInput
from coil_bridge.web.forms import load
from coil_bridge.web.schemas.fields import Choice, Chosen, Count, Day, FormSchema, Line, Paragraphs

SPARE_ROWS = 3
_ITEM_FIELDS = ("id", "text", "points", "low", "high")


class StartSchema(FormSchema):
    """What a new survey starts from."""

    start = Line(20, required=True)


class _SurveySchema(FormSchema):
    title = Line(200, required=True)
    introduction = Paragraphs(4000, load_default="")
    language = Line(10, required=True)
    pre_first = Day(load_default=None)
    pre_last = Day(load_default=None)
    post_first = Day(load_default=None)
    post_last = Day(load_default=None)


class VersionSchema(FormSchema):
    """The version that somebody has been editing."""

    version = fields.Integer(required=True)


class UploadSchema(FormSchema):
    """A table of responses from Moodle: for which round and course, and what the code's question is."""

    wave = Chosen(Wave, required=True)
    course = Line(60, required=True)
    code_question = Line(200, required=True)


class _ItemSchema(FormSchema):
    id = Line(10, load_default="")
    text = Line(1000, required=True)
    points = Count(FEWEST_POINTS, MOST_POINTS, mark("A scale has from 2 to 10 points."), required=True)
    low = Line(100, required=True)
    high = Line(100, required=True)


def load_survey(form: MultiDict[str, str], survey: Survey) -> SurveyInput:
    """A survey with its statements, from fields named ``items.0.text`` and so on; an emptied one is left out.

    Raises:
        InvalidInput: the reasons by field, of the survey and of every row together.
    """
    errors: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    items: list[ItemInput] = []
    try:
        values = load(_SurveySchema(), form)
    except InvalidInput as error:
        errors |= error.errors
    known = {item.id for item in survey.items}
    for position in range(MOST_ITEMS + SPARE_ROWS):
        row = MultiDict({name: form.get(f"items.{position}.{name}", "") for name in _ITEM_FIELDS})
        if not row["text"].strip():
            continue
        try:
            item = ItemInput(**load(_ItemSchema(), row))
            items.append(
                item if item.id in known else ItemInput("", item.text, item.points, item.low, item.high)
            )
        except InvalidInput as error:
            errors |= {f"items.{position}.{name}": why for name, why in error.errors.items()}
    if errors:
        raise InvalidInput(errors)
    return SurveyInput(items=items, **values)


class _WordsSchema(FormSchema):
    title = Line(200, load_default="")
    introduction = Paragraphs(4000, load_default="")


class _ItemWordsSchema(FormSchema):
    text = Line(1000, required=True)
    low = Line(100, required=True)
    high = Line(100, required=True)


def load_words(form: MultiDict[str, str], survey: Survey) -> Words:
    """A survey in another language, from fields named ``items.q1.text`` and so on.

    A statement of which nothing is filled in is not translated.

    Raises:
        InvalidInput: the reasons by field, of all statements together.
    """
    errors: dict[str, list[str]] = {}
    items: dict[str, ItemWords] = {}
    values: dict[str, Any] = {}
    try:
        values = load(_WordsSchema(), form)
    except InvalidInput as error:
        errors |= error.errors
    for item in survey.items:
        row = MultiDict({name: form.get(f"items.{item.id}.{name}", "") for name in ("text", "low", "high")})
        if not any(value.strip() for value in row.values()):
            continue
        try:
            items[item.id] = ItemWords(**load(_ItemWordsSchema(), row))
        except InvalidInput as error:
            errors |= {f"items.{item.id}.{name}": why for name, why in error.errors.items()}
    if errors:
        raise InvalidInput(errors)
    return Words(items=items, **values)


class WordsOfSchema(FormSchema):
    """Into which language a survey is translated, and the version that somebody looked at."""

    language = Line(10, required=True)
    version = fields.Integer(required=True)


def load_answers(form: MultiDict[str, str], survey: Survey) -> dict[str, int]:
    """The answers, by statement; a statement that was left open is not in it.

    Raises:
        InvalidInput: something was sent that is no point of a scale.
    """
    points = {item.id: [str(point) for point in range(1, item.points + 1)] for item in survey.items}
    schema = FormSchema.from_dict(
        {name: Choice(values, load_default=None) for name, values in points.items()}
    )
    try:
        found = load(schema(), MultiDict({name: form.get(f"answer.{name}", "") for name in points}))
    except InvalidInput as error:
        errors = {f"answer.{name}": why for name, why in error.errors.items()}
        raise InvalidInput(errors) from None
    return {name: int(value) for name, value in found.items() if value is not None}
