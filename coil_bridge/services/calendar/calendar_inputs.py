"""What people enter into an institution's academic calendar, and what is asked of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import get_args

from coil_bridge.i18n import mark
from coil_bridge.services.checks import Problems, check_line
from coil_bridge.storage.academic import AcademicSpan
from scheduling.terms import ChangeKind, SpanKind
from scheduling.zones import FIRST_YEAR, LAST_YEAR

SPAN_KINDS: tuple[str, ...] = get_args(SpanKind)
CHANGE_KINDS: tuple[str, ...] = get_args(ChangeKind)
LONGEST = timedelta(days=400)
NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class SpanInput:
    """A term, break or examination weeks as typed; both days are counted."""

    kind: str
    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class DayInput:
    """What a day is at the institution: a ``holiday`` (with its name), ``ordinary`` or a ``workday``."""

    day: date
    change: str
    holiday: str = ""


def checked_span(form: SpanInput, others: Iterable[AcademicSpan]) -> SpanInput:
    """The form without stray blanks, held against the rules and the ``others`` in the calendar.

    Raises:
        InvalidInput: reasons by field.
    """
    form = replace(form, name=" ".join(form.name.split()))
    problems = Problems()
    if form.kind not in SPAN_KINDS:
        problems.add("kind", mark("Please choose one from the list."))
    check_line(problems, "name", form.name, NAME_LENGTH)
    _check_days(problems, form.first, form.last)
    if form.kind == "term" and any(each.kind == "term" and overlap(form, each) for each in others):
        problems.add("first", mark("Another term covers some of these days already."))
    problems.raise_any()
    return form


def checked_day(form: DayInput) -> DayInput:
    """The form without stray blanks, held against the rules.

    Raises:
        InvalidInput: reasons by field.
    """
    form = replace(form, holiday=" ".join(form.holiday.split()) if form.change == "holiday" else "")
    problems = Problems()
    if form.change not in CHANGE_KINDS:
        problems.add("change", mark("Please choose one from the list."))
    if form.change == "holiday":
        check_line(problems, "holiday", form.holiday, NAME_LENGTH)
    _check_days(problems, form.day, form.day, field="day")
    problems.raise_any()
    return form


def overlap(one: SpanInput | AcademicSpan, other: SpanInput | AcademicSpan) -> bool:
    """Whether the two have a day in common."""
    return one.first <= other.last and other.first <= one.last


def _check_days(problems: Problems, first: date, last: date, *, field: str = "first") -> None:
    if last < first:
        problems.add("last", mark("The last day does not come before the first day."))
    elif last - first > LONGEST:
        problems.add("last", mark("This is longer than a year; please look at the dates again."))
    if not FIRST_YEAR <= first.year <= last.year <= LAST_YEAR and last >= first:
        problems.add(field, mark("Choose days from 2000 to 2037."))
