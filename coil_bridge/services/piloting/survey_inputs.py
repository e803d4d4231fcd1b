"""What the lead fills in for a survey, and the checks of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from coil_bridge.domain import Pilot
from coil_bridge.evaluation.surveys import FEWEST_POINTS, MOST_POINTS, Item, SurveyKind, Window
from coil_bridge.i18n import mark
from coil_bridge.services.checks import Problems, check_line, check_text

MOST_ITEMS = 40


@dataclass(frozen=True, slots=True)
class ItemInput:
    """A statement as filled in; ``id`` is empty for a new one."""

    id: str
    text: str
    points: int
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class SurveyInput:
    """A survey as filled in; the four days count for a survey of change only."""

    title: str
    introduction: str
    language: str
    items: Sequence[ItemInput]
    pre_first: date | None = None
    pre_last: date | None = None
    post_first: date | None = None
    post_last: date | None = None


def check_survey(form: SurveyInput, kind: SurveyKind, pilot: Pilot) -> None:
    """Check a survey.

    Raises:
        InvalidInput: reasons by field; a statement's fields are named ``items.0.text`` and so on.
    """
    problems = Problems()
    check_line(problems, "title", form.title, 200)
    check_text(problems, "introduction", form.introduction, 4000)
    if not form.items:
        problems.add("items", mark("Write at least one statement."))
    if len(form.items) > MOST_ITEMS:
        problems.add("items", mark("A survey has at most 40 statements."))
    for position, item in enumerate(form.items):
        _check_item(problems, item, f"items.{position}.")
    if kind is SurveyKind.CHANGE:
        _check_windows(problems, form, pilot)
    problems.raise_any()


def windows_of(form: SurveyInput, kind: SurveyKind) -> tuple[Window | None, Window | None]:
    """The two rounds of a checked survey of change."""
    days = (form.pre_first, form.pre_last, form.post_first, form.post_last)
    if kind is not SurveyKind.CHANGE or None in days:
        return None, None
    first, last, again, end = (day for day in days if day is not None)
    return Window(first, last), Window(again, end)


def numbered(items: Sequence[ItemInput]) -> tuple[Item, ...]:
    """Statements with ids: those they had, the next free ones for new statements."""
    used = [int(item.id[1:]) for item in items if item.id]
    following = iter(range(max(used, default=0) + 1, max(used, default=0) + len(items) + 1))
    return tuple(
        Item(item.id or f"q{next(following)}", item.text, item.points, item.low, item.high) for item in items
    )


def _check_item(problems: Problems, item: ItemInput, prefix: str) -> None:
    check_line(problems, f"{prefix}text", item.text, 1000)
    check_line(problems, f"{prefix}low", item.low, 100)
    check_line(problems, f"{prefix}high", item.high, 100)
    if not FEWEST_POINTS <= item.points <= MOST_POINTS:
        problems.add(f"{prefix}points", mark("A scale has from 2 to 10 points."))


def _check_windows(problems: Problems, form: SurveyInput, pilot: Pilot) -> None:
    for name in ("pre_first", "pre_last", "post_first", "post_last"):
        day = getattr(form, name)
        if day is None:
            problems.add(name, mark("Please fill this in."))
    if form.pre_first and form.pre_last and form.pre_last < form.pre_first:
        problems.add("pre_last", mark("The last day comes after the first day."))
    if form.post_first and form.post_last and form.post_last < form.post_first:
        problems.add("post_last", mark("The last day comes after the first day."))
    if form.pre_last and form.post_first and form.post_first <= form.pre_last:
        problems.add("post_first", mark("The second round begins after the first has ended."))
    if form.post_last and form.post_last < pilot.starts_on:
        problems.add("post_last", mark("The second round ends after the pilot has begun."))
