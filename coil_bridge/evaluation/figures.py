"""Sums over the participations of each shown unit (an institution in a pairing): what tables are made of.

Everything here is exact and for nobody's eyes; ``opened_tables.py`` decides what of it is published.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from coil_bridge.evaluation.counted import Counted, Dyads, Edition, Who, edition_of
from coil_bridge.evaluation.definitions.registry import CompletionRule
from coil_bridge.evaluation.facts import Facts, Participation, Stored, gather
from coil_bridge.evaluation.leaving import left
from coil_bridge.evaluation.participation import GroupStatus
from coil_bridge.evaluation.records import GroupKey, Part, PilotCourse
from coil_bridge.evaluation.settling import Running, begun, settled
from coil_bridge.evaluation.suppression import shown_groups
from coil_bridge.evaluation.weeks import mondays
from coil_bridge.evaluation.windows import Window, course_window, phase_windows


@dataclass(slots=True)
class Amount:
    """A sum, how many people gave something to it, and the two largest parts."""

    total: int = 0
    people: int = 0
    largest: tuple[int, int] = (0, 0)

    def add(self, value: int) -> None:
        """One person's part; nothing is nobody's."""
        if value:
            self.total += value
            self.people += 1
            first, second = self.largest
            self.largest = (max(first, value), max(second, min(first, value)))


@dataclass(slots=True)
class UnitFigures:
    """One shown institution in one pairing. ``enrolled`` is its size."""

    course: PilotCourse
    enrolled: int = 0
    invited_only: int = 0
    active: int = 0
    by_moodle: int = 0
    by_sessions: int = 0  # and not by Moodle
    connected: int = 0
    connected_idle: int = 0  # of these, not active
    staff: int = 0
    active_days: Amount = field(default_factory=Amount)
    several_days: int = 0  # people active on more than one day
    more_days: Amount = field(default_factory=Amount)  # days beyond one in each week; of people with such
    on_task: Amount = field(default_factory=Amount)  # minutes
    contact: Amount = field(default_factory=Amount)  # minutes
    estimated: Amount = field(default_factory=Amount)  # minutes, part of contact
    recorded: Amount = field(default_factory=Amount)  # minutes, the other part
    not_all_contact: int = 0  # people who missed some minute
    attendances: Amount = field(default_factory=Amount)
    attended_all: int = 0  # people present in every session held
    absences: int = 0  # sessions held, less those attended, of active people
    within: Amount = field(default_factory=Amount)  # replies inside the institution
    cross: Amount = field(default_factory=Amount)  # replies to other institutions
    edges: dict[str, Amount] = field(default_factory=lambda: defaultdict(Amount))  # by institution
    within_received: Amount = field(default_factory=Amount)  # by those who were answered
    cross_received: Amount = field(default_factory=Amount)
    edges_received: dict[str, Amount] = field(default_factory=lambda: defaultdict(Amount))
    weeks: Counter[date] = field(default_factory=Counter)  # active students by Monday
    genders: Counter[str] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)

    @property
    def isolated(self) -> int:
        """Students without a reply to or from another student."""
        return self.enrolled - self.connected


@dataclass(frozen=True, slots=True)
class Figures:
    """The shown units of a pilot, and how every unit stands."""

    stored: Stored
    edition: Edition  # what is counted, person by person: stored with the publication, never shown
    people: Sequence[Participation]  # for the statements about single people only
    units: Mapping[GroupKey, UnitFigures]
    earlier: Sequence[Mapping[GroupKey, UnitFigures]]  # the same units in what was published before
    statuses: Mapping[GroupKey, GroupStatus]
    over: frozenset[GroupKey]  # units whose phase was over on the last day covered
    overlap: int  # participations of people who take part in more than one shown unit, less those people
    overlapping: int  # those people
    sessions: Mapping[str, int]  # held, by pairing
    session_minutes: Mapping[str, int]
    completion: CompletionRule
    weeks: Sequence[date]

    @property
    def dyads(self) -> Mapping[str, Dyads]:
        """Pairs of students, by pairing."""
        return self.edition.dyads


def figures_of(stored: Stored, before: Sequence[Edition] = ()) -> Figures:
    """Count everything once; ``before`` is what was published already, the latest last."""
    facts = gather(stored)
    statuses = _statuses(stored, [person.group for person in facts.people.values() if person.enrolled])
    shown = {group for group, status in statuses.items() if status is GroupStatus.SHOWN}
    edition = edition_of(facts, stored.through, shown | _counted_in(before))
    threshold = stored.pilot.suppression_threshold
    if before:
        running = _running(stored, before[-1].through)
        latest = left(before[-1], stored.excluded, _elsewhere(stored), all_over=not running)
        edition = settled(latest, edition, running, threshold)
    else:
        edition = begun(edition, _running(stored, stored.through), threshold)
    return _figures(stored, facts, edition, statuses, before)


def figures_again(stored: Stored, editions: Sequence[Edition]) -> Figures | None:
    """The figures of an earlier edition, the last of some, whatever has been stored since; none where
    somebody counted in it who has left: it would tell what this person counted for."""
    edition = editions[-1]
    if any(
        (each.erased or who.pseudonym in stored.excluded) and not each.left_out
        for who, each in edition.people.items()
    ):
        return None
    return _without_news(stored, edition, editions[:-1])


def figures_last(stored: Stored, editions: Sequence[Edition]) -> Figures:
    """The figures of the last edition that there can be, without those who have left since."""
    return _without_news(stored, left(editions[-1], stored.excluded, (), all_over=True), editions[:-1])


def _without_news(stored: Stored, edition: Edition, before: Sequence[Edition]) -> Figures:
    facts = gather(stored)
    statuses = _statuses(stored, [person.group for person in facts.people.values() if person.enrolled])
    return _figures(stored, facts, edition, statuses, before)


def _figures(
    stored: Stored,
    facts: Facts,
    edition: Edition,
    statuses: Mapping[GroupKey, GroupStatus],
    before: Sequence[Edition],
) -> Figures:
    """What is shown follows from who is counted: a group that has become too small may still wait. One that
    was counted goes on counting within sums: if it went, it could be computed from what is missing."""
    threshold = stored.pilot.suppression_threshold
    sizes = edition.sizes
    known = {course.group for course in stored.courses}
    shown = (shown_groups(sizes, threshold) | (_counted_in(before) & sizes.keys())) & known
    statuses = {
        group: GroupStatus.SHOWN
        if group in shown
        else GroupStatus.WITHHELD
        if status is GroupStatus.SHOWN
        else status
        for group, status in statuses.items()
    }
    minutes: Counter[str] = Counter()
    for meeting in facts.meetings:
        minutes[meeting.pairing_id] += meeting.minutes
    sessions = Counter(meeting.pairing_id for meeting in facts.meetings)
    names = Counter(
        who.pseudonym for who, each in edition.counted.items() if who.group in shown and each.enrolled
    )
    return Figures(
        stored=stored,
        edition=edition,
        people=list(facts.people.values()),
        units=_units(stored, facts, edition, shown, sessions=sessions, minutes=minutes),
        earlier=[_units(stored, facts, each, shown, sessions=sessions, minutes=minutes) for each in before],
        statuses=statuses,
        over=frozenset(course.group for course in stored.courses) - _running(stored, stored.through).keys(),
        overlap=names.total() - len(names),
        overlapping=sum(count > 1 for count in names.values()),
        sessions=sessions,
        session_minutes=minutes,
        completion=stored.rules.completion,
        weeks=_weeks(stored, shown),
    )


def _counted_in(before: Sequence[Edition]) -> frozenset[GroupKey]:
    """The groups that counted in the latest publication."""
    return frozenset(before[-1].sizes) if before else frozenset()


def _running(stored: Stored, through: date) -> Running:
    """The units whose phase (without one, their pairing) is not over on a day."""
    windows: Mapping[str, Window] = phase_windows(stored.phases)
    found = {}
    for course in stored.courses:
        _, last = windows.get(course.phase_id, (course.starts_on, course.ends_on))
        if last > through:
            found[course.group] = f"phase {course.phase_id}"
    return found


def _elsewhere(stored: Stored) -> set[str]:
    """Who turned out to be a guest or to teach counts elsewhere at once: that is no news about anybody."""
    guests = {name for name, trait in stored.traits.items() if trait.home}
    return guests | {member.pseudonym for member in stored.members if member.part is Part.STAFF}


def _statuses(stored: Stored, enrolled: Iterable[GroupKey]) -> dict[GroupKey, GroupStatus]:
    sizes = Counter(enrolled)
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


def _units(
    stored: Stored,
    facts: Facts,
    edition: Edition,
    shown: frozenset[GroupKey],
    *,
    sessions: Mapping[str, int],
    minutes: Mapping[str, int],
) -> dict[GroupKey, UnitFigures]:
    units: dict[GroupKey, UnitFigures] = {}
    for course in stored.courses:
        if course.group in shown and course.group not in units:
            units[course.group] = UnitFigures(course, staff=len(facts.staff.get(course.group, ())))
    for who, person in edition.counted.items():
        if unit := units.get(who.group):
            if person.enrolled:
                _count(unit, person, sessions.get(who.pairing_id, 0), minutes.get(who.pairing_id, 0))
            elif not person.guest:
                unit.invited_only += 1
            _count_replies(unit, who, person, shown)
    return units


def _count(unit: UnitFigures, person: Counted, held: int, minutes: int) -> None:
    unit.enrolled += 1
    unit.active += person.active
    unit.by_moodle += person.by_moodle
    unit.by_sessions += person.by_sessions and not person.by_moodle
    unit.connected += person.connected
    unit.connected_idle += person.connected and not person.active
    unit.active_days.add(person.days)
    unit.several_days += person.days > 1
    unit.more_days.add(max(person.days - len(person.weeks), 0))
    unit.on_task.add(person.on_task)
    unit.contact.add(person.contact)
    unit.estimated.add(person.estimated)
    unit.recorded.add(person.contact - person.estimated)
    unit.not_all_contact += person.contact < minutes
    unit.attendances.add(person.attended)
    unit.attended_all += 0 < held <= person.attended
    unit.absences += max(held - person.attended, 0) if person.active else 0
    unit.weeks.update(date.fromordinal(week) for week in person.weeks)
    unit.genders[person.gender] += 1
    unit.countries[person.country] += 1


def _count_replies(unit: UnitFigures, who: Who, person: Counted, shown: Collection[GroupKey]) -> None:
    """By who wrote them; replies to people of a group that is not shown are left out, or it would show."""
    for replies, edges, within, cross in (
        (person.answered, unit.edges, unit.within, unit.cross),
        (person.received, unit.edges_received, unit.within_received, unit.cross_received),
    ):
        crossing = 0
        for institution, count in replies:
            if GroupKey(who.pairing_id, institution) in shown:
                edges[institution].add(count)
                if institution == who.institution_id:
                    within.add(count)
                else:
                    crossing += count
        cross.add(crossing)


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
