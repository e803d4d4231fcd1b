"""Public holidays and weekends by country and region, from the ``holidays`` package.

The package knows no academic terms, and not every country. Names are in English: without a fixed
language it follows the environment of the process (LANG), and two workers would disagree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays
from holidays import HolidayBase

_ESTIMATED = re.compile(r" \((observed, )?estimated\)")


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
