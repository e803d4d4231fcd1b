"""An academic year at one institution: a month a row, a day a cell. Positions as in ``weeks_drawn``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from babel.dates import format_date

from coil_bridge.i18n import Translator
from coil_bridge.web.week_words import STATES, day_words
from coil_bridge.web.weeks_drawn import Bar
from scheduling.terms import AcademicCalendar, Day, each_day

FIRST_MONTH = 8  # an academic year is shown from August, before most of them begin
_LONGEST_MONTH = 31


@dataclass(frozen=True, slots=True)
class Month:
    """A row."""

    label: str
    bars: tuple[Bar, ...]
    today: float | None  # where this day begins, in per cent


def academic_year(day: date) -> int:
    """The year in which the academic year begins that a day lies in."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def year_ends(year: int) -> tuple[date, date]:
    """First and last day of an academic year."""
    return date(year, FIRST_MONTH, 1), date(year + 1, FIRST_MONTH, 1) - timedelta(days=1)


def year_picture(calendar: AcademicCalendar, year: int, today: date, words: Translator) -> list[Month]:
    """Twelve rows from August on; ``today`` is marked."""
    first, last = year_ends(year)
    months = groupby(each_day(first, last), key=lambda day: (day.year, day.month))
    return [
        Month(
            format_date(
                date(number, month, 1), "LLL yy" if month in (1, FIRST_MONTH) else "LLL", words.locale
            ),
            tuple(_bars(list(days), calendar, words)),
            _place(today) if (today.year, today.month) == (number, month) else None,
        )
        for (number, month), days in months
    ]


def _bars(days: list[date], calendar: AcademicCalendar, words: Translator) -> Iterable[Bar]:
    """Neighbouring days of the same sort as one bar: the eye sees stretches, and the page stays small."""
    for what, group in groupby(days, key=calendar.on):
        same = list(group)
        width = 100 * len(same) / _LONGEST_MONTH
        yield Bar(_place(same[0]), round(width, 3), 0, 100, what.kind, _title(what, same, words))


def _place(day: date) -> float:
    return round(100 * (day.day - 1) / _LONGEST_MONTH, 3)


def _title(what: Day, days: list[date], words: Translator) -> str:
    name = (what.name or str(STATES["teaching"])) if what.teaches else day_words(what, words)
    return (
        f"{name}: {words.span(days[0], days[-1])}" if len(days) > 1 else f"{name}: {words.short_day(days[0])}"
    )
