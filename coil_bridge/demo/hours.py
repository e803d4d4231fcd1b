"""The demo's hours: what its universities and some teachers have said about a usual week."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from importlib import resources
from typing import Any

from coil_bridge.domain import Person
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import SYSTEM
from scheduling.weekly_hours import ACCEPTABLE, DAY, IMPOSSIBLE, PREFERRED, Stretch, Week, week_of

_LEVELS = {"good": PREFERRED, "possible": ACCEPTABLE, "impossible": IMPOSSIBLE}


def load_times() -> dict[str, Any]:
    """The demo's data on hours, and on a pairing that looks for its times."""
    return tomllib.loads(resources.files("config").joinpath("demo_times.toml").read_text("utf-8"))


def add_hours(services: Services, data: Sequence[Mapping[str, Any]], institutions: Mapping[str, str]) -> None:
    """Store each entry, of a university or of one of its teachers; they are found by e-mail."""
    teachers = _teachers(services)
    for each in data:
        week = week_of([_stretch(row) for row in each["rows"]], _LEVELS[each["otherwise"]])
        _set(services, each, week, institutions, teachers)


def _set(
    services: Services,
    entry: Mapping[str, Any],
    week: Week,
    institutions: Mapping[str, str],
    teachers: Mapping[str | None, Person],
) -> None:
    if "teacher" in entry:
        services.slots.hours.set_own(teachers[entry["teacher"]], entry["zone"], week)
    else:
        services.slots.hours.set_institution(SYSTEM, institutions[entry["site"]], week)


def _teachers(services: Services) -> Mapping[str | None, Person]:
    courses: Iterable[Any] = services.catalogue.search(SYSTEM, "").items
    with services.storage.read() as tx:
        return {person.email: person for course in courses for person in tx.courses.people(course.id)}


def _stretch(row: Mapping[str, Any]) -> Stretch:
    starts, ends = _quarter(row["from"]), _quarter(row["to"]) or DAY
    return Stretch(tuple(row["days"]), starts, ends, _LEVELS[row["is"]])


def _quarter(text: str) -> int:
    clock = time.fromisoformat(text)
    return clock.hour * 4 + clock.minute // 15
