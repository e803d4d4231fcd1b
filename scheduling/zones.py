"""Strict conversion between wall clocks and instants, and what the zones are called.

Python's zoneinfo never refuses a wall time: in the hour that a clock change skips or repeats it
picks a reading silently (PEP 495). A session planned on such a picked hour has half the students
in an empty room, so pytz's ``localize(is_dst=None)`` is asked first and a person chooses between
the two readings. This is the only module that imports pytz; no pytz zone ever leaves it.

Zone data come from the PyPI package tzdata: the operating system's may be years older
(``use_packaged_zone_data``, ``check_zone_data``).
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import pytz
import tzdata  # type: ignore[import-untyped]  # the package carries data, no annotations

from scheduling import spellings

Choice = Literal["earlier", "later"]
"""Which reading of an unresolvable wall time is meant."""

# pytz carries no rules after 2037 and rounds the offsets of long ago; no course is planned there.
FIRST_YEAR, LAST_YEAR = 2000, 2037


class ZoneError(ValueError):
    """A zone or a wall time that cannot be used."""


ZoneProblem = Literal["unknown", "several", "offset", "site_default"]


class UnknownZone(ZoneError):
    """A spelling that names no zone, or more than one.

    ``problem`` says why, for a page to word it: nothing known, ``several`` zones (``meanings``), an
    ``offset`` that no zone keeps all year, or the site's own zone where that is not known.
    """

    def __init__(
        self, message: str, spelling: str, problem: ZoneProblem = "unknown", meanings: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.spelling = spelling
        self.problem = problem
        self.meanings = tuple(meanings)


class ZoneDataMismatch(ZoneError):
    """pytz and zoneinfo do not carry the same rules, so neither may be trusted."""


@dataclass(frozen=True)
class Reading:
    """One meaning of an unresolvable wall time; ``local`` is the wall time that will then stand."""

    choice: Choice
    local: datetime
    instant: datetime
    utc_offset: timedelta


@dataclass(frozen=True)
class Resolved:
    """An instant (UTC) and the naive wall time it has in the zone asked for."""

    instant: datetime
    local: datetime


class UnresolvableTime(ZoneError):
    """A wall time that a clock change skips or repeats; carries its earlier and later reading."""

    problem = "cannot be resolved"

    def __init__(self, local: datetime, zone: str, readings: tuple[Reading, Reading]) -> None:
        super().__init__(f"{local:%Y-%m-%d %H:%M} {self.problem} in {zone}")
        self.local = local
        self.zone = zone
        self.readings = readings


class NonExistentTime(UnresolvableTime):
    """The clocks jump over this wall time."""

    problem = "does not exist"


class AmbiguousTime(UnresolvableTime):
    """The clocks show this wall time twice."""

    problem = "exists twice"


def to_instant(local: datetime, zone: str, choice: Choice | None = None) -> Resolved:
    """The instant at which the clocks of ``zone`` show ``local`` (naive).

    In a repeated hour ``choice`` picks the first or the second pass. In a skipped hour it replaces
    the wall time: ``earlier`` by as much before the jump as the jump is long, ``later`` by as much
    after it. Elsewhere ``choice`` changes nothing.

    Raises NonExistentTime or AmbiguousTime without a choice, UnknownZone, ZoneError for years
    outside 2000-2037, ZoneDataMismatch when the two libraries disagree, TypeError for an aware value.
    """
    wall = _plain_wall_time(local)
    clock = _zone(zone)
    kind: type[UnresolvableTime]
    try:
        strict = pytz.timezone(zone).localize(wall, is_dst=None)
    except pytz.NonExistentTimeError:
        kind = NonExistentTime
    except pytz.AmbiguousTimeError:
        kind = AmbiguousTime
    else:
        return Resolved(_agreed(strict.astimezone(UTC), wall, clock), wall)
    readings = _readings(wall, clock)
    for reading in readings:
        if reading.choice == choice:
            return Resolved(reading.instant, reading.local)
    raise kind(wall, zone, readings)


def to_local(instant: datetime, zone: str) -> datetime:
    """``instant`` on the clocks of ``zone``, aware (zoneinfo). Raises UnknownZone; TypeError if naive."""
    if instant.tzinfo is None:
        raise TypeError("An instant carries its offset; this datetime is naive")
    return instant.astimezone(_zone(zone))


def _plain_wall_time(local: datetime) -> datetime:
    if local.tzinfo is not None:
        raise TypeError("A wall time is naive and its zone is named beside it; this datetime is aware")
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise ZoneError(f"{local:%Y-%m-%d} is outside the years {FIRST_YEAR}-{LAST_YEAR} that can be planned")
    return local.replace(fold=0)


def _zone(name: str) -> ZoneInfo:
    # Asked first because ZoneInfo turns a folder's name ("Europe") into an OSError.
    if not is_zone(name):
        raise UnknownZone(f"There is no time zone named {name!r}", name)
    return ZoneInfo(name)


def _agreed(instant: datetime, wall: datetime, clock: ZoneInfo) -> datetime:
    if instant != wall.replace(tzinfo=clock).astimezone(UTC):
        raise ZoneDataMismatch(f"pytz and zoneinfo disagree about {wall:%Y-%m-%d %H:%M} in {clock.key}")
    return instant


def _readings(wall: datetime, clock: ZoneInfo) -> tuple[Reading, Reading]:
    """Both folds of PEP 495; in a gap fold=1 is the earlier instant, in an overlap fold=0."""
    first, second = sorted(wall.replace(tzinfo=clock, fold=fold).astimezone(UTC) for fold in (0, 1))
    return _reading("earlier", first, clock), _reading("later", second, clock)


def _reading(choice: Choice, instant: datetime, clock: ZoneInfo) -> Reading:
    local = instant.astimezone(clock).replace(tzinfo=None, fold=0)
    return Reading(choice, local, instant, local - instant.replace(tzinfo=None))


def resolve_zone(spelling: str, *, site_default: str | None = None, country: str | None = None) -> str:
    """The IANA name, as used today, for anything that a Moodle, a Windows or a person may write.

    ``site_default`` is what ``99`` and an empty value stand for. ``country`` (ISO 3166 code) picks
    that country's own zone for names without a city ("Central Europe Standard Time" is
    Europe/Belgrade in RS) and decides abbreviations with several meanings. Raises UnknownZone.
    """
    text = " ".join(spelling.split())
    land = country.upper() if country else None
    if text in spellings.SITE_DEFAULT:
        if site_default is None:
            told = "The person follows the site's time zone, and the site's is not known"
            raise UnknownZone(told, text, "site_default")
        return resolve_zone(site_default, country=country)
    minutes = spellings.offset_minutes(text)
    if minutes is not None:
        return _zone_of_offset(text, minutes)
    name = _iana_names().get(text.replace(" ", "_").casefold())
    if name is not None and "/" in name:
        return spellings.current_name(name)
    found = spellings.current_name(name) if name else _zone_without_city(text, land)
    return _own_zone(found, land)


def _zone_of_offset(text: str, minutes: int) -> str:
    zone = spellings.offset_zone(minutes)
    if zone is None:
        told = f"No time zone keeps the offset {text!r} all year; name a city instead"
        raise UnknownZone(told, text, "offset")
    return zone


def _zone_without_city(text: str, country: str | None) -> str:
    zone = spellings.windows_zone(text, country) or spellings.plain_zone(text)
    if zone is not None:
        return zone
    meanings = spellings.abbreviated_zones(text)
    if country and country in meanings:
        return meanings[country]
    if len(meanings) == 1:
        return next(iter(meanings.values()))
    if meanings:
        zones = sorted(meanings.values())
        raise UnknownZone(f"{text!r} may mean {', '.join(zones)}; name the city", text, "several", zones)
    raise UnknownZone(f"{text!r} is no time zone that is known here; write one like Europe/Belgrade", text)


def _own_zone(zone: str, country: str | None) -> str:
    """The country's first zone with the same clock, if it has one: people look for their own city."""
    own = country_zones(country) if country else []
    if zone in own or zone.startswith("Etc/"):
        return zone
    return next((candidate for candidate in own if _same_clock(candidate, zone)), zone)


@lru_cache(maxsize=1024)
def _same_clock(one: str, other: str) -> bool:
    """Whether two zones agree at every noon (UTC) of the year after the zone data were made."""
    start = datetime(int(tzdata.IANA_VERSION[:4]) + 1, 1, 1, 12, tzinfo=UTC)
    noons = (start + timedelta(days=day) for day in range(365))
    return all(to_local(noon, one).utcoffset() == to_local(noon, other).utcoffset() for noon in noons)


@lru_cache(maxsize=1)
def _iana_names() -> dict[str, str]:
    return {name.casefold(): name for name in pytz.all_timezones}


def is_zone(name: str) -> bool:
    """Whether ``name`` is an IANA name, exactly as spelt there; older names count."""
    return name in pytz.all_timezones_set


@lru_cache(maxsize=1)
def zone_names() -> Sequence[str]:
    """Names for a form: every zone that belongs to a country, by region and city, then Etc/UTC."""
    cities = {zone for zones in pytz.country_timezones.values() for zone in zones}
    return (*sorted(cities), "Etc/UTC")


def country_zones(country: str) -> list[str]:
    """The zones of a country (ISO 3166 code), most populous first; empty where tzdata lists none."""
    return list(pytz.country_timezones.get(country.upper(), ()))


def zone_city(name: str) -> str:
    """The English city of a zone, ``UTC+5`` for Etc/GMT-5; translations belong to the page."""
    area, _, city = name.rpartition("/")
    if area == "Etc" and city.startswith("GMT") and city[3:]:
        return _label(-int(city[3:]) * 60)
    return city.replace("_", " ")


def utc_offset_label(instant: datetime, zone: str) -> str:
    """The offset in force at ``instant``: ``UTC``, ``UTC+5``, ``UTC-3`` or ``UTC+05:45``."""
    local = to_local(instant, zone)
    shift = local.replace(tzinfo=None) - instant.astimezone(UTC).replace(tzinfo=None)
    return _label(shift // timedelta(minutes=1))


def _label(minutes: int) -> str:
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours:02d}:{rest:02d}" if rest else f"UTC{sign}{hours}"


@dataclass(frozen=True)
class ZoneData:
    """Versions of the zone rules in use, as IANA names them (``2026f``).

    ``packaged`` says whether zoneinfo reads the package and not the operating system's files.
    """

    tzdata: str
    pytz: str
    packaged: bool

    @property
    def consistent(self) -> bool:
        """Whether both libraries use the same version, each from its package."""
        return self.packaged and self.tzdata == self.pytz


def use_packaged_zone_data() -> None:
    """Let zoneinfo read the PyPI package tzdata only. Called once, before any zone is used."""
    zoneinfo.reset_tzpath(())
    ZoneInfo.clear_cache()
    _same_clock.cache_clear()


def zone_data() -> ZoneData:
    """What the health page shows about the zone rules."""
    rules_of_pytz: str = pytz.OLSON_VERSION  # type: ignore[attr-defined]  # missing from types-pytz
    return ZoneData(tzdata.IANA_VERSION, rules_of_pytz, packaged=not zoneinfo.TZPATH)


def check_zone_data() -> None:
    """Raises ZoneDataMismatch unless both libraries use the same version from their packages."""
    data = zone_data()
    if not data.packaged:
        raise ZoneDataMismatch(f"zoneinfo reads the system's files in {', '.join(zoneinfo.TZPATH)}")
    if not data.consistent:
        raise ZoneDataMismatch(
            f"tzdata is {data.tzdata} but pytz is {data.pytz}; install the same release of both"
        )
