"""Academic calendars of the demo's universities and the plan of its pairing, entered as people do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from coil_bridge.domain import CoilPhase, Pairing, Person
from coil_bridge.services.bundle import Services
from coil_bridge.services.calendar.calendar_files import Entry, read_file, written
from coil_bridge.services.context import SYSTEM

_WRITTEN_FOR = 2026  # the academic year of the data file
_BEGINS = 8  # its first month
_YEARS_AHEAD = 2  # this academic year and the next


def seed_calendar(services: Services, institution_id: str, text: str, week_zero: date) -> None:
    """Bring a calendar in as a file, moved to the academic year of the demo."""
    this = week_zero.year - (week_zero.month < _BEGINS) - _WRITTEN_FOR
    entries = [line.entry for line in read_file(text.strip().encode(), "UTC") if line.entry]
    moved = [_moved(each, this + ahead) for ahead in range(_YEARS_AHEAD) for each in entries]
    services.terms.imports.apply(SYSTEM, institution_id, written(moved).encode(), None)


def seed_plan(services: Services, teacher: Person, pairing: Pairing, facts: Mapping[str, Any]) -> None:
    """Lay the phases over the common weeks and keep them under their own titles."""
    lengths = {CoilPhase(phase): weeks for phase, weeks in facts["weeks"].items()}
    laid = services.terms.plans.laid_out(teacher, pairing.id, lengths).phases
    named = [replace(each, title=facts["titles"].get(each.phase, "")) for each in laid]
    services.terms.plans.save(teacher, pairing.id, named, 0)


def _moved(entry: Entry, years: int) -> Entry:
    first, last = (day.replace(year=day.year + years) for day in (entry.first, entry.last))
    return replace(entry, first=first, last=last)
