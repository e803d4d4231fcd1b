"""Sums over the participations of each shown unit (an institution in a pairing): what tables are made of.

Everything here is exact and for nobody's eyes; ``publication.py`` decides what of it is published.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from coil_bridge.evaluation.facts import UNDISCLOSED, Facts, Participation, Stored, gather
from coil_bridge.evaluation.participation import GroupStatus
from coil_bridge.evaluation.records import GroupKey, PilotCourse
from coil_bridge.evaluation.suppression import shown_groups
from coil_bridge.evaluation.weeks import monday, mondays
from coil_bridge.evaluation.windows import course_window, phase_windows


@dataclass(slots=True)
class Amount:
    """A sum, and how many people gave something to it."""

    total: int = 0
    people: int = 0

    def add(self, value: int) -> None:
        """One person's part; nothing is nobody's."""
        if value:
            self.total += value
            self.people += 1


@dataclass(slots=True)
class UnitFigures:
    """One shown institution in one pairing. ``enrolled`` is its size."""

    course: PilotCourse
    enrolled: int = 0
    invited_only: int = 0
    active: int = 0
    completing: int = 0
    staff: int = 0
    isolated: int = 0
    active_days: Amount = field(default_factory=Amount)
    on_task: Amount = field(default_factory=Amount)  # minutes
    contact: Amount = field(default_factory=Amount)  # minutes
    estimated: Amount = field(default_factory=Amount)  # minutes, part of contact
    attendances: Amount = field(default_factory=Amount)
    within: Amount = field(default_factory=Amount)  # replies inside the institution
    cross: Amount = field(default_factory=Amount)  # replies to other institutions
    edges: dict[str, Amount] = field(default_factory=lambda: defaultdict(Amount))  # by institution
    weeks: Counter[date] = field(default_factory=Counter)  # active students by Monday
    genders: Counter[str] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Dyads:
    """Pairs of students of a pairing with a reply between them, and those of them with replies both ways."""

    pairs: int = 0
    mutual: int = 0
    people: int = 0  # in any of the pairs
    mutual_people: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """The shown units of a pilot, and how every unit stands."""

    stored: Stored
    people: Sequence[Participation]  # for the statements about single people only
    units: Mapping[GroupKey, UnitFigures]
    statuses: Mapping[GroupKey, GroupStatus]
    withheld: Sequence[int]  # the sizes of the withheld units; never to be shown
    overlap: int  # participations of people who take part in more than one shown unit, less those people
    sessions: Mapping[str, int]  # held, by pairing
    session_minutes: Mapping[str, int]
    dyads: Mapping[str, Dyads]  # by pairing
    weeks: Sequence[date]


def figures_of(stored: Stored) -> Figures:
    """Count everything once."""
    facts = gather(stored)
    sizes: Counter[GroupKey] = Counter({course.group: 0 for course in stored.courses})
    sizes.update(person.group for person in facts.people.values() if person.enrolled)
    statuses = _statuses(stored, sizes)
    shown = {group for group, status in statuses.items() if status is GroupStatus.SHOWN}
    units = _units(stored, facts, shown)
    names = [
        person.pseudonym for person in facts.people.values() if person.group in shown and person.enrolled
    ]
    minutes: Counter[str] = Counter()
    for meeting in facts.meetings:
        minutes[meeting.pairing_id] += meeting.minutes
    return Figures(
        stored=stored,
        people=list(facts.people.values()),
        units=units,
        statuses=statuses,
        withheld=[sizes[group] for group, status in statuses.items() if status is GroupStatus.WITHHELD],
        overlap=len(names) - len(set(names)),
        sessions=Counter(meeting.pairing_id for meeting in facts.meetings),
        session_minutes=minutes,
        dyads=_dyads(facts, shown),
        weeks=_weeks(stored, shown),
    )


def _statuses(stored: Stored, sizes: Mapping[GroupKey, int]) -> dict[GroupKey, GroupStatus]:
    whole: dict[GroupKey, bool] = {}
    for course in stored.courses:
        pulled = (course.pairing_id, course.course_id) in stored.pulled
        whole[course.group] = whole.get(course.group, True) and pulled
    large = shown_groups(sizes, stored.pilot.suppression_threshold)
    return {
        group: GroupStatus.NOT_PULLED
        if not whole[group]
        else GroupStatus.SHOWN
        if group in large
        else GroupStatus.WITHHELD
        for group in whole
    }


def _units(stored: Stored, facts: Facts, shown: set[GroupKey]) -> dict[GroupKey, UnitFigures]:
    units: dict[GroupKey, UnitFigures] = {}
    for course in stored.courses:
        if course.group in shown and course.group not in units:
            units[course.group] = UnitFigures(course, staff=len(facts.staff.get(course.group, ())))
    for person in facts.people.values():
        if unit := units.get(person.group):
            _count(unit, person)
    _count_replies(units, facts)
    return units


def _count(unit: UnitFigures, person: Participation) -> None:
    if not person.enrolled:
        unit.invited_only += 1
        return
    unit.enrolled += 1
    unit.active += person.active
    unit.completing += person.completing
    unit.isolated += not person.connected
    unit.active_days.add(len(person.days))
    unit.on_task.add(person.sitting_minutes)
    unit.contact.add(person.contact)
    unit.estimated.add(person.estimated)
    unit.attendances.add(person.attendances)
    unit.weeks.update({monday(date.fromordinal(day)) for day in person.days})
    unit.genders[person.trait.gender] += 1
    unit.countries[person.trait.country or UNDISCLOSED] += 1


def _count_replies(units: Mapping[GroupKey, UnitFigures], facts: Facts) -> None:
    """By who wrote them; replies to people of a group that is not shown are left out, or it would show."""
    sums: dict[tuple[tuple[GroupKey, str], str], int] = defaultdict(int)
    for (by, to), count in facts.replies.items():
        if by[0] in units and to[0] in units:
            sums[by, to[0].institution_id] += count
    crossing: dict[tuple[GroupKey, str], int] = defaultdict(int)
    for (by, institution), count in sums.items():
        unit = units[by[0]]
        unit.edges[institution].add(count)
        if institution == by[0].institution_id:
            unit.within.add(count)
        else:
            crossing[by] += count
    for by, count in crossing.items():
        units[by[0]].cross.add(count)


def _dyads(facts: Facts, shown: set[GroupKey]) -> dict[str, Dyads]:
    found: dict[str, set[frozenset[object]]] = defaultdict(set)
    mutual: dict[str, set[frozenset[object]]] = defaultdict(set)
    for by, to in facts.replies:
        if by[0] in shown and to[0] in shown:
            pair: frozenset[object] = frozenset((by, to))
            found[by[0].pairing_id].add(pair)
            if (to, by) in facts.replies:
                mutual[by[0].pairing_id].add(pair)
    return {
        pairing: Dyads(
            len(pairs), len(mutual[pairing]), len(set().union(*pairs)), len(set().union(*mutual[pairing]))
        )
        for pairing, pairs in found.items()
    }


def _weeks(stored: Stored, shown: Iterable[GroupKey]) -> list[date]:
    windows = phase_windows(stored.phases)
    wanted = set(shown)
    spans = [
        course_window(course, windows, stored.through) for course in stored.courses if course.group in wanted
    ]
    spans = [span for span in spans if span[0] <= span[1]]
    if not spans:
        return []
    return list(mondays(min(first for first, _ in spans), max(last for _, last in spans)))
