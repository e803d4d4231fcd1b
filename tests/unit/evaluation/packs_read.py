"""The CSV files of a pack, read as an attacker reads them: every number is a sum over known people."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from coil_bridge.evaluation.counted import Counted, Edition, Who
from coil_bridge.evaluation.dataset import Dataset
from coil_bridge.evaluation.records import GroupKey
from coil_bridge.evaluation.suppression import is_dominated
from coil_bridge.evaluation.writers.comma_separated import write_csv
from tests.unit.evaluation.backsolver import Backsolver, Unknown

Row = Mapping[str, str]
_ENROLLED = Counted(enrolled=True)
Measure = Callable[[Who, Counted], int]

_PLACE = {"axis", "place", "phase", "model", "pairing_id", "institution_id", "note"}
_KNOWN = {"enrolled", "students", "staff", "sessions_held", "session_hours"}
"""What every teacher knows, or is no number about students."""
_COMPUTED = {"active_days_per_student", "contact_hours_per_student", "active_percent", "cross_percent"}
_OF_PAIRS = {"pairs", "reciprocity_percent"}  # no sums over people
_WITHOUT_NUMBERS = {"headline", "network", "institution_group", "indicator", "definition", "about"}


@dataclass(frozen=True)
class Number:
    """Something published: of what, how much, what a person counts for in it, and which people."""

    name: str
    value: int
    of: Measure
    people: Mapping[Who, Counted]


@dataclass
class Pack:
    """The tables of one publication, and who is counted in it."""

    edition: Edition
    tables: Mapping[str, list[Row]]
    units: Mapping[GroupKey, Row] = field(init=False)
    people: Mapping[GroupKey, Mapping[Who, Counted]] = field(init=False)

    def __post_init__(self) -> None:
        by_unit: dict[GroupKey, dict[Who, Counted]] = defaultdict(dict)
        for who, each in self.edition.counted.items():
            by_unit[who.group][who] = each
        self.people = by_unit
        self.units = {
            GroupKey(row["pairing_id"], row["institution_id"]): row
            for row in self.tables["institution_group"]
            if row["status"] == "shown"
        }

    def within(self, row: Row) -> set[GroupKey]:
        """The units that a row is about."""
        wanted: dict[str, Callable[[GroupKey, Row], bool]] = {
            "phase": lambda _key, unit: unit["phase"] == row["phase"],
            "model": lambda _key, unit: unit["model"] == row["model"],
            "pairing": lambda key, _unit: key.pairing_id == row["pairing_id"],
            "institution": lambda key, _unit: key.institution_id == row["institution_id"],
            "group": lambda key, _unit: key == GroupKey(row["pairing_id"], row["institution_id"]),
        }
        belongs = wanted.get(row["axis"], lambda _key, _unit: True)
        return {key for key, unit in self.units.items() if belongs(key, unit)}

    def numbers(self) -> Iterator[Number]:
        """Every number about students."""
        for name, rows in self.tables.items():
            for row in rows if name not in _WITHOUT_NUMBERS else ():
                yield from self._of_row(name, row)
        for row in self.tables["network"]:
            by, to = GroupKey(row["pairing_id"], row["from_institution_id"]), row["to_institution_id"]
            yield Number(
                f"answers to {to}",
                int(row["replies"]),
                lambda _who, each, to=to: dict(each.answered).get(to, 0),
                self.people[by],
            )

    def _of_row(self, table: str, row: Row) -> Iterator[Number]:
        units = self.within(row)
        everybody = {who: each for unit in units for who, each in self.people.get(unit, {}).items()}
        for column, cell in row.items():
            people = everybody
            measure = self._measure(table, column, row)
            if measure is not None and cell and units:
                value = round(float(cell) * (60 if "hours" in column else 1))
                if column == "invited":  # all who are enrolled are
                    value -= int(row["enrolled"])
                    people = {who: each for who, each in people.items() if not each.enrolled}
                yield Number(measure[0], value, measure[1], people)

    def _measure(self, table: str, column: str, row: Row) -> tuple[str, Measure] | None:
        if column in _PLACE | _COMPUTED | _OF_PAIRS or (
            column in _KNOWN and table not in ("gender", "country")
        ):
            return None
        if table == "weekly":
            monday = row["week_starts"]
            return _weekly(monday) if column == "active" else None
        if table in ("gender", "country"):
            own = {each[table] for each in self.tables[table]}
            return _trait(table, row[table], own) if column == "students" else None
        return column, lambda who, each: _COUNTS[column](self, who, each)

    def answers(self, who: Who, replies: tuple[tuple[str, int], ...], *, across: bool) -> int:
        """Replies between people of shown units."""
        return sum(
            count
            for to, count in replies
            if GroupKey(who.pairing_id, to) in self.units and not (across and to == who.institution_id)
        )


_COUNTS: Mapping[str, Callable[[Pack, Who, Counted], int]] = {
    "invited": lambda _pack, _who, each: not each.guest,
    "active": lambda _pack, _who, each: each.active,
    "completing": lambda _pack, _who, each: each.completing,
    "active_days": lambda _pack, _who, each: each.days,
    "attendances": lambda _pack, _who, each: each.attended,
    "contact_hours": lambda _pack, _who, each: each.contact,
    "contact_hours_estimated": lambda _pack, _who, each: each.estimated,
    "time_on_task_hours": lambda _pack, _who, each: each.on_task,
    "replies": lambda pack, who, each: pack.answers(who, each.answered, across=False),
    "replies_across": lambda pack, who, each: pack.answers(who, each.answered, across=True),
    "isolates": lambda _pack, _who, each: each.enrolled and not each.connected,
}
"""What a person counts for; a column that is not among them fails the test: decide what it tells."""


def read_pack(edition: Edition, dataset: Dataset) -> Pack:
    """The tables as they are written and read again."""
    found = {}
    for table in dataset.tables:
        text = write_csv(table).decode("utf-8-sig")
        found[table.name] = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    return Pack(edition, found)


def computed(packs: Sequence[Pack], fewer_than: int) -> list[str]:
    """Small groups that follow from all packs together, and sums that are nearly one person's."""
    solvers: dict[str, Backsolver] = defaultdict(Backsolver)
    versions: dict[tuple[str, Who], list[int]] = {}
    problems: list[str] = []
    for at, pack in enumerate(packs):
        for number in pack.numbers():
            parts = {who: number.of(who, each) for who, each in number.people.items()}
            assert sum(parts.values()) == number.value, number.name
            terms: dict[Unknown, int] = {}
            for who, part in parts.items():
                late = at > 0 and who not in packs[0].edition.people
                usual = number.of(who, _ENROLLED) if late else None  # of whom nothing is counted at first
                values = versions.setdefault((number.name, who), [])
                if part not in values:
                    values.append(part)
                if part != usual or values[0] != usual:
                    terms[who, values.index(part)] = 1
            solvers[number.name].add(terms)
            if is_dominated(parts.values()):
                problems.append(f"{number.name}: {number.value} is nearly one person's")
    for name, solver in solvers.items():
        problems += [f"{name} of {sorted(map(str, group))}" for group in solver.found(fewer_than)]
    return problems


def _weekly(monday: str) -> tuple[str, Measure]:
    day = date.fromisoformat(monday).toordinal()
    return f"week {monday}", lambda _who, each: day in each.weeks


def _trait(table: str, value: str, own: set[str]) -> tuple[str, Measure]:
    def belongs(_who: Who, each: Counted) -> int:
        mine = getattr(each, table)
        return each.enrolled and (mine if mine in own else "other or undisclosed") == value

    return f"{table} {value} of {sorted(own)}", belongs
