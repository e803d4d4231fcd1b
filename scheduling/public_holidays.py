"""Public holidays and weekends by country and region, from the ``holidays`` package.

The package knows no academic terms, and not every country. Names are in English: without a fixed
language it follows the environment of the process (LANG), and two workers would disagree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays
from holidays import HolidayBase

_ESTIMATED = re.compile(r" \((observed, )?estimated\)")
_LOOK_BACK = 5  # years in which a country that knows make-up workdays has had one


@dataclass(frozen=True)
class Holiday:
    """A public holiday; ``estimated`` when its date hangs on a moon not yet sighted."""

    name: str
    estimated: bool


def public_holiday(day: date, country: str, subdivision: str | None) -> Holiday | None:
    """The public holiday on ``day``, None on a working day or where the country is not covered.

    ``country`` is an ISO 3166 code, ``subdivision`` its ISO 3166-2 part with or without the country
    ("NY", "US-NY"). An unknown subdivision counts as none: the nationwide holidays still hold.
    """
    calendar = _calendar(country.upper(), _region(country.upper(), subdivision), day.year)
    name = calendar.get(day) if calendar is not None else None
    if name is None:
        return None
    plain = _ESTIMATED.sub(lambda found: " (observed)" if found[1] else "", name)
    return Holiday(plain, estimated=plain != name)


def is_weekend(day: date, country: str | None) -> bool:
    """Whether people rest on that weekday there, where a weekend made a working day is none.

    Saturday and Sunday where the country is None or not covered.
    """
    calendar = _calendar(country.upper(), None, day.year) if country else None
    if calendar is None:
        return day.isoweekday() >= 6
    return calendar.is_weekend(day) and not calendar.is_working_day(day)


def rest_days(country: str | None) -> frozenset[int]:
    """The weekdays on which people usually rest, Monday is 0; Saturday and Sunday where it is not known."""
    calendar = _open(country.upper(), None, ()) if country else None
    return frozenset(calendar.weekend) if calendar is not None else frozenset({5, 6})


def regions(country: str) -> tuple[str, ...]:
    """The regions (ISO 3166-2 without the country) that are known to have holidays of their own."""
    calendar = _open(country.upper(), None, ())
    return tuple(sorted(calendar.subdivisions)) if calendar is not None else ()


@lru_cache(maxsize=256)
def make_up_workdays(country: str | None, year: int) -> tuple[date, ...]:
    """Days of a year at weekends that the country is known to work, in return for a bridging day off."""
    calendar = _calendar(country.upper(), None, year) if country else None
    if calendar is None:
        return ()
    days = (date(year, 1, 1) + timedelta(days=count) for count in range(366))
    return tuple(day for day in days if day.year == year and _made_up(calendar, day))


def make_up_announced(country: str | None, year: int) -> bool:
    """False where make-up workdays are usual and none is known for the year: they are announced late.

    China's are published in the autumn before; until then neither they nor the bridging days are known.
    """
    usual = any(make_up_workdays(country, earlier) for earlier in range(year - _LOOK_BACK, year))
    return not usual or bool(make_up_workdays(country, year))


def _made_up(calendar: HolidayBase, day: date) -> bool:
    return calendar.is_weekend(day) and calendar.is_working_day(day)


@lru_cache(maxsize=256)
def _region(country: str, subdivision: str | None) -> str | None:
    code = (subdivision or "").upper().removeprefix(f"{country}-")
    bare = _open(country, None, ())
    return code if bare is not None and code in bare.subdivisions else None


@lru_cache(maxsize=512)
def _calendar(country: str, region: str | None, year: int) -> HolidayBase | None:
    return _open(country, region, (year,))


def _open(country: str, region: str | None, years: tuple[int, ...]) -> HolidayBase | None:
    try:
        return holidays.country_holidays(country, subdiv=region, years=years, expand=False, language="en_US")
    except NotImplementedError:
        return None
