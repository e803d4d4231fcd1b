"""Two packs of a pilot, a fortnight apart: nobody computes a small group from all that is in their tables."""

from __future__ import annotations

from typing import Any

import pytest

from coil_bridge.evaluation import figures
from coil_bridge.evaluation.counted import Counted
from coil_bridge.evaluation.dataset import Dataset
from coil_bridge.evaluation.definitions.registry import SETS, CompletionRule
from coil_bridge.evaluation.evidence_dataset import Made, evidence_dataset
from coil_bridge.evaluation.figures import Figures, figures_of
from coil_bridge.evaluation.publication import publish
from coil_bridge.evaluation.records import GroupKey
from tests.unit.evaluation.attacker import Attacker
from tests.unit.evaluation.growing import FIRST, SECOND, THRESHOLD, Growing, growing
from tests.unit.evaluation.pilots import MADE_AT

_GENDERS = ("female", "male", "undisclosed")


class Reader:
    """Turns the tables of two packs into what an attacker knows."""

    def __init__(self, pilot: Growing) -> None:
        first = figures_of(pilot.stored(FIRST))
        second = figures_of(pilot.stored(SECOND), [first.edition])
        older = figures_of(pilot.stored(SECOND, CompletionRule.MOODLE), [first.edition])
        self.units = sorted(second.units, key=str)
        self.attacker = Attacker(first.edition, second.edition, self.units)
        self.weeks = sorted({*first.weeks, *second.weeks})
        self._sizes()
        self._sets()
        self._read(first, 1, "2")
        self._read(second, 2, "2")
        self._read(older, 2, "1")

    def found(self) -> list[str]:
        """What was computed; how many are enrolled is no secret."""
        return self.attacker.found(THRESHOLD, apart=("enrolled 1", "enrolled 2"))

    def _sizes(self) -> None:
        know = self.attacker.know
        know("enrolled 1", lambda a, _b: a.enrolled)
        know("enrolled 2", lambda _a, b: b.enrolled)
        for name in ("enrolled 1", "enrolled 2"):
            self.attacker.holds({name: 1}, lambda unit, name=name: self.attacker.truth(name, unit))

    def _sets(self) -> None:
        """Sets, how they lie in each other, and that what was done stays done."""
        self._part("active", "enrolled", lambda each: each.active)
        self._part("completing", "active", lambda each: each.completing)
        self._part("by Moodle", "completing", lambda each: each.by_moodle)
        self._part("connected", "active", lambda each: each.connected and each.active)
        self._part("present", "active", lambda each: each.attended > 0)
        for week in self.weeks:
            self._part(f"week {week}", "active", lambda each, week=week: week.toordinal() in each.weeks)
        for gender in _GENDERS:
            self._part(
                gender, "enrolled", lambda each, gender=gender: each.enrolled and each.gender == gender
            )
        for date_ in (1, 2):
            names = {f"{gender} {date_}": 1 for gender in _GENDERS}
            self.attacker.holds({**names, f"enrolled {date_}": -1})

    def _part(self, name: str, whole: str, belongs: Any) -> None:
        know, holds = self.attacker.know, self.attacker.holds
        inside = self._belongs
        inside[name] = belongs
        know(f"{name} 1", lambda a, _b: belongs(a))
        know(f"{name} 2", lambda _a, b: belongs(b))
        know(f"newly {name}", lambda a, b: belongs(b) and not belongs(a))
        if name in _GENDERS:  # what is known of somebody may change; what was done stays done
            know(f"no longer {name}", lambda a, b: belongs(a) and not belongs(b))
            holds({f"{name} 2": 1, f"{name} 1": -1, f"newly {name}": -1, f"no longer {name}": 1})
        else:
            holds({f"{name} 2": 1, f"{name} 1": -1, f"newly {name}": -1})
        of = inside.get(whole, lambda each: each.enrolled)
        for date_, pick in ((1, lambda a, _b: a), (2, lambda _a, b: b)):
            rest = f"{whole} but not {name} {date_}"
            know(rest, lambda a, b, pick=pick: of(pick(a, b)) and not belongs(pick(a, b)))
            holds({f"{whole} {date_}": 1, f"{name} {date_}": -1, rest: -1})

    @property
    def _belongs(self) -> dict[str, Any]:
        return self.__dict__.setdefault("belongs", {})

    def _read(self, of: Figures, date_: int, chosen: str) -> None:
        found = evidence_dataset(publish(of), Made(MADE_AT, SETS[chosen], "tzdata", "COIL Bridge"))
        completing = "completing" if chosen == "2" else "by Moodle"
        for row, units in self._rows(found, "funnel", of):
            self._equation(row["active"], f"active {date_}", units)
            self._equation(row["completing"], f"{completing} {date_}", units)
        for row, units in self._rows(found, "weekly", of):
            self._equation(row["active"], f"week {row['week_starts']} {date_}", units)
        for row, units in self._rows(found, "interaction", of):
            if row["isolates"] is not None and not any(of.units[unit].connected_idle for unit in units):
                connected = row["enrolled"] - row["isolates"]
                self._equation(connected, f"connected {date_}", units)
        for row, units in self._rows(found, "engagement", of):
            if all(of.sessions.get(unit.pairing_id, 0) == 1 for unit in units):
                self._equation(row["attendances"], f"present {date_}", units)
        for row, units in self._rows(found, "gender", of):
            if row["gender"] in ("female", "male"):
                self._equation(row["students"], f"{row['gender']} {date_}", units)

    def _equation(self, value: int | None, name: str, units: list[GroupKey]) -> None:
        if value is not None:
            self.attacker.add({name: 1}, units, value)

    def _rows(self, found: Dataset, table: str, of: Figures) -> list[tuple[dict[str, Any], list[GroupKey]]]:
        named = found.table(table)
        rows = [dict(zip(named.header, row, strict=True)) for row in named.rows]
        return [(row, units) for row in rows if (units := _units(row, of))]


def _is(gender: str, each: Counted) -> bool:
    return each.enrolled and each.gender == gender


def _units(row: dict[str, Any], of: Figures) -> list[GroupKey]:
    courses = {key: unit.course for key, unit in of.units.items()}
    wanted = {
        "phase": lambda each: each.phase_name == row["phase"],
        "model": lambda each: each.model == row["model"],
        "pairing": lambda each: each.pairing_id == row["pairing_id"],
        "institution": lambda each: each.institution.id == row["institution_id"],
        "group": lambda each: (
            (each.pairing_id, each.institution.id) == (row["pairing_id"], row["institution_id"])
        ),
    }.get(row["axis"], lambda _each: True)
    return [key for key, each in courses.items() if wanted(each)]


@pytest.mark.parametrize("seed", range(6))
def test_no_small_group_can_be_computed_from_two_packs(seed: int) -> None:
    reader = Reader(growing(seed))
    assert reader.found() == []


@pytest.mark.parametrize(("seed", "found"), [(1, "newly completing"), (5, "newly active")])
def test_the_attacker_is_no_straw_man(monkeypatch: pytest.MonkeyPatch, seed: int, found: str) -> None:
    """Where nothing waits, the difference of two packs is a handful of people, and the attacker has them."""
    monkeypatch.setattr(figures, "settled", lambda _before, now, _running, _threshold: now)
    assert any(each.startswith(found) for each in Reader(growing(seed)).found())
