"""The many ways to write a time zone, as tables and pure functions.

Sources: CLDR's zone aliases and Windows names (carried by Babel), Moodle's ``core_date`` (what its
profiles and settings may still hold from older versions: ``99``, bare numbers, ``UTC+2``, older
Windows names). Where Moodle and CLDR disagree CLDR wins, because Moodle's table froze around 2015.
Nothing here raises: ``zones.resolve_zone`` decides what an unknown spelling means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

from babel.core import get_global

SITE_DEFAULT = frozenset({"", "99", "99.0"})
"""Moodle's words for "as the site has it" (``core_date::get_user_timezone``)."""

_OFFSET = re.compile(
    r"(?:(?:UTC|GMT)\s*(?=[+-]))?([+-]?)\s*(\d{1,2})(?:\.(\d{1,3})|:([0-5]\d))?", re.IGNORECASE | re.ASCII
)

# A fixed offset that is no whole hour has no Etc zone: a zone that keeps that offset all year
# stands for it. +10:30, +12:45, -2:30 and -3:30 are missing because no zone keeps them.
_BROKEN_HOURS: Mapping[int, str] = MappingProxyType(
    {
        -570: "Pacific/Marquesas",
        210: "Asia/Tehran",
        270: "Asia/Kabul",
        330: "Asia/Kolkata",
        345: "Asia/Kathmandu",
        390: "Asia/Yangon",
        525: "Australia/Eucla",
        570: "Australia/Darwin",
    }
)

# Names that Windows dropped and Moodle still knows, as the name Windows uses today.
_OLDER_WINDOWS: Mapping[str, str] = MappingProxyType(
    {
        "armenian standard time": "caucasus standard time",
        "fiji islands standard time": "fiji standard time",
        "kamchatka standard time": "russia time zone 11",
        "mexico standard time": "central standard time (mexico)",
        "mexico standard time 2": "mountain standard time (mexico)",
        "mid-atlantic standard time": "utc-02",
        "newfoundland and labrador standard time": "newfoundland standard time",
        "transitional islamic state of afghanistan standard time": "afghanistan standard time",
    }
)

_PLAIN_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "central european time": "Europe/Berlin",
        "central time": "America/Chicago",
        "china time": "Asia/Shanghai",
        "eastern time": "America/New_York",
        "india time": "Asia/Kolkata",
        "japan standard time": "Asia/Tokyo",
        "japan time": "Asia/Tokyo",
        "pacific time": "America/Los_Angeles",
    }
)

# Abbreviations by country. One with several countries is never guessed: CST is Chicago to Moodle
# and Shanghai to the person who typed it there.
_ABBREVIATIONS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "CDT": {"US": "America/Chicago", "CU": "America/Havana"},
        "CST": {
            "US": "America/Chicago",
            "CN": "Asia/Shanghai",
            "TW": "Asia/Taipei",
            "CU": "America/Havana",
            "MX": "America/Mexico_City",
        },
        "EDT": {"US": "America/New_York"},
        "FET": {"BY": "Europe/Minsk"},
        "IST": {"IN": "Asia/Kolkata", "IL": "Asia/Jerusalem", "IE": "Europe/Dublin"},
        "JST": {"JP": "Asia/Tokyo"},
        "MDT": {"US": "America/Denver"},
        "PDT": {"US": "America/Los_Angeles"},
        "PST": {"US": "America/Los_Angeles", "PH": "Asia/Manila"},
    }
)

# A Windows name whose zone nobody in that country lives by. Until 2024 "Central Asia Standard
# Time" was what Windows and Moodle called Almaty; CLDR now reads it as Bishkek, +06, while all of
# Kazakhstan has kept +05 since 2024-03-01. A person in Kazakhstan means the clock on the wall.
_WINDOWS_BY_COUNTRY: Mapping[tuple[str, str], str] = MappingProxyType(
    {("central asia standard time", "KZ"): "Asia/Almaty"}
)


def current_name(name: str) -> str:
    """The IANA name in use today for ``name``; other names come back as they are.

    CLDR's table is used and not tzdata's ``backward`` file: the latter also links Sarajevo to
    Belgrade and Reykjavik to Abidjan, where people want to read the city that they chose.
    """
    aliases: Mapping[str, str] = get_global("zone_aliases")
    return aliases.get(name, name)


def offset_minutes(spelling: str) -> int | None:
    """Minutes east of UTC of ``5``, ``5.5``, ``-3.0``, ``UTC+2``, ``GMT-04``, ``UTC+05:45``; else None."""
    match = _OFFSET.fullmatch(spelling.replace("\N{MINUS SIGN}", "-"))
    if match is None:
        return None
    sign, hours, decimals, minutes = match.groups()
    fraction = Fraction(f"0.{decimals}") * 60 if decimals else Fraction(minutes or 0)
    if fraction.denominator != 1:
        return None
    total = int(hours) * 60 + int(fraction)
    return -total if sign == "-" else total


def offset_zone(minutes: int) -> str | None:
    """The IANA name that keeps this offset all year, None where there is none.

    Etc zones carry POSIX's inverted sign: five hours east of Greenwich is ``Etc/GMT-5``.
    """
    hours, rest = divmod(minutes, 60)
    if rest:
        return _BROKEN_HOURS.get(minutes)
    if not -12 <= hours <= 14:
        return None
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/UTC"


def windows_zone(spelling: str, country: str | None) -> str | None:
    """The zone of a Windows name (CLDR ``windowsZones``, territory 001), older spellings included."""
    name = _undotted(spelling)
    name = _OLDER_WINDOWS.get(name, name)
    return _WINDOWS_BY_COUNTRY.get((name, country or "")) or _windows_zones().get(name)


def plain_zone(spelling: str) -> str | None:
    """The zone of a name such as ``Eastern Time``, which older Moodles accepted."""
    return _PLAIN_NAMES.get(spelling.casefold())


def abbreviated_zones(spelling: str) -> Mapping[str, str]:
    """Zones that an abbreviation such as ``CST`` may mean, by country code; empty when it is none."""
    return _ABBREVIATIONS.get(spelling.upper(), {})


def _undotted(spelling: str) -> str:
    """Fold case and spaces, and write ``S.A. Pacific`` as Windows does today: ``SA Pacific``."""
    text = re.sub(r"\b((?:[A-Z]\.){2,})", lambda found: found[0].replace(".", ""), spelling)
    return " ".join(text.split()).casefold()


@lru_cache(maxsize=1)
def _windows_zones() -> Mapping[str, str]:
    names: Mapping[str, str] = get_global("windows_zone_mapping")
    return {windows.casefold(): current_name(zone) for windows, zone in names.items()}
