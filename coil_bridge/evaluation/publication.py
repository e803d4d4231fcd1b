"""What of a pilot's figures is published: fixed tables, each made of whole blocks (``blocks.py``).

The rows of every table are the same places (pilot, phases, models, pairings, institutions, and each
institution in each pairing), whoever asks and with whatever filter: a filter chooses among these rows.
``None`` means withheld; what is zero is said to be zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from coil_bridge.evaluation.blocks import Blocks, Cells, categories, folded, halves, is_safe, opened
from coil_bridge.evaluation.counted import Dyads
from coil_bridge.evaluation.definitions.registry import CompletionRule
from coil_bridge.evaluation.facts import UNDISCLOSED
from coil_bridge.evaluation.figures import Amount, Figures, UnitFigures
from coil_bridge.evaluation.participation import GroupStatus
from coil_bridge.evaluation.records import GroupKey
from coil_bridge.evaluation.suppression import is_dominated

OTHER = "other or undisclosed"
AXES = ("pilot", "phase", "model", "pairing", "institution", "group")


@dataclass(frozen=True, slots=True)
class Place:
    """A row of every table: where, by its ids, and which shown units it is made of."""

    axis: str
    name: str
    units: frozenset[GroupKey]
    phase: str = ""
    model: str = ""
    pairing_id: str = ""
    institution_id: str = ""


@dataclass(frozen=True, slots=True)
class Values:
    """Everything that is published of one place; ``None`` is withheld.

    ``unrecorded``: sessions were held and nothing is recorded of who came, so contact and attendances are
    ``None`` for another reason. That follows from what is published: nothing counts in any of its pairings.
    ``untimed``: students were active, and no two events of anybody lie close enough to make a time on task.
    """

    place: Place
    enrolled: int | None
    invited: int | None
    active: int | None
    completing: int | None
    staff: int | None
    sessions_held: int
    session_minutes: int
    active_days: int | None
    on_task_minutes: int | None
    contact_minutes: int | None
    estimated_minutes: int | None
    attendances: int | None
    replies: int | None
    cross: int | None
    isolated: int | None
    pairs: int | None
    mutual: int | None
    weeks: Mapping[date, int | None]
    genders: Mapping[str, int] | None
    countries: Mapping[str, int] | None
    unrecorded: bool = False
    untimed: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """Replies from one institution to another (or to its own people) within one pairing."""

    pairing_id: str
    by: str
    to: str
    replies: int


@dataclass(frozen=True, slots=True)
class Published:
    """All that pages and files may show of a pilot."""

    figures: Figures
    values: tuple[Values, ...]
    edges: tuple[Edge, ...]
    statuses: Mapping[GroupKey, GroupStatus]
    people: int | None  # different people in shown units; None where the difference would be small
    genders: tuple[str, ...]
    countries: tuple[str, ...]

    def of(self, axis: str) -> tuple[Values, ...]:
        """The places of one axis."""
        return tuple(each for each in self.values if each.place.axis == axis)

    @property
    def whole(self) -> Values:
        """The pilot."""
        return self.values[0]


def publish(figures: Figures) -> Published:
    """Decide once for all tables."""
    threshold = figures.stored.pilot.suppression_threshold
    decided = _Decided(figures, threshold)
    values = [decided.values(place) for place in places_of(figures)]
    silent = _without_contact(values)
    return Published(
        figures=figures,
        values=tuple(_unrecorded(each, silent) for each in values),
        edges=tuple(decided.edges()),
        statuses=figures.statuses,
        people=_people(figures, threshold),
        genders=decided.genders,
        countries=decided.countries,
    )


def _unrecorded(each: Values, silent: Set[str]) -> Values:
    """Without the zeros where nobody's attendance, or time, is recorded: they do not say that it was none.

    ``silent``: the pairings of which it is published that nobody's attendance counts.
    """
    pairings = _pairing_ids(each.place)
    if each.contact_minutes == 0 and each.sessions_held and pairings <= silent:
        each = replace(each, contact_minutes=None, estimated_minutes=None, attendances=None, unrecorded=True)
    if each.on_task_minutes == 0 and each.active_days:
        each = replace(each, on_task_minutes=None, untimed=True)
    return each


def _without_contact(values: Iterable[Values]) -> set[str]:
    """The pairings that have no contact hours, by a zero of their own or of more than them."""
    return {
        pairing
        for each in values
        if each.place.axis in _OF_PAIRINGS and each.contact_minutes == 0
        for pairing in _pairing_ids(each.place)
    }


_OF_PAIRINGS = ("pilot", "phase", "model", "pairing")  # the axes whose places are made of whole pairings


def _pairing_ids(place: Place) -> set[str]:
    return {key.pairing_id for key in place.units}


def places_of(figures: Figures) -> list[Place]:
    """The rows of every table, in the order in which they are shown."""
    return [
        Place("pilot", figures.stored.pilot.name, frozenset(figures.units)),
        *_phases(figures),
        *_models(figures),
        *_pairings(figures),
        *_institutions(figures),
        *_groups(figures),
    ]


def _phases(figures: Figures) -> Iterable[Place]:
    used = {course.phase_id for course in figures.stored.courses}
    for phase in sorted(figures.stored.phases, key=lambda each: (each.starts_on, each.name)):
        if phase.id in used:
            units = [key for key, unit in figures.units.items() if unit.course.phase_id == phase.id]
            yield Place("phase", phase.name, frozenset(units), phase=phase.name)


def _models(figures: Figures) -> Iterable[Place]:
    for model in sorted({course.model for course in figures.stored.courses}):
        units = [key for key, unit in figures.units.items() if unit.course.model == model]
        yield Place("model", model, frozenset(units), model=model)


def _pairings(figures: Figures) -> Iterable[Place]:
    seen = {course.pairing_id: course for course in reversed(figures.stored.courses)}
    for course in sorted(seen.values(), key=lambda each: (each.pairing_title, each.pairing_id)):
        units = frozenset(key for key in figures.units if key.pairing_id == course.pairing_id)
        yield Place(
            "pairing",
            course.pairing_title,
            units,
            phase=course.phase_name,
            model=course.model,
            pairing_id=course.pairing_id,
        )


def _institutions(figures: Figures) -> Iterable[Place]:
    seen = {course.institution.id: course.institution for course in figures.stored.courses}
    for institution in sorted(seen.values(), key=lambda each: (each.name, each.id)):
        units = frozenset(key for key in figures.units if key.institution_id == institution.id)
        yield Place("institution", institution.name, units, institution_id=institution.id)


def _groups(figures: Figures) -> Iterable[Place]:
    seen = {course.group: course for course in reversed(figures.stored.courses)}
    for key, course in sorted(
        seen.items(), key=lambda each: (each[1].pairing_title, each[0].pairing_id, each[1].institution.name)
    ):
        yield Place(
            "group",
            f"{course.pairing_title}: {course.institution.short_name}",
            frozenset({key} if key in figures.units else ()),
            phase=course.phase_name,
            model=course.model,
            pairing_id=key.pairing_id,
            institution_id=key.institution_id,
        )


def _people(figures: Figures, threshold: int) -> int | None:
    total = sum(unit.enrolled for unit in figures.units.values())
    return total - figures.overlap if is_safe((figures.overlapping,), threshold) else None


_FUNNEL: Sequence[tuple[Callable[[Cells], Cells], bool, bool]] = (
    (lambda cells: cells, True, True),
    (lambda cells: (cells[0], cells[1] + cells[2]), True, False),
    (lambda cells: (cells[0] + cells[1], cells[2]), False, True),
)
"""Ways of folding not active, active only, completing; and whether active and completing survive it."""

_NOTHING: Blocks[GroupKey] = Blocks(())


class _Decided:
    """The blocks of every table of one pilot.

    While a phase runs nothing in it is told apart: what changes from week to week waits by phase
    (``settling.py``). Rosters (invited, staff) are no secret of that kind.
    """

    def __init__(self, figures: Figures, threshold: int) -> None:
        self._figures, self._threshold = figures, threshold
        self._paths = {
            key: (unit.course.phase_id, *halves(key.pairing_id), key.pairing_id, key.institution_id)
            for key, unit in figures.units.items()
        }
        self._base = _base(figures)
        self._invited = self._opened(lambda unit: (unit.invited_only,))
        self._staff = self._opened(lambda unit: (unit.staff,))
        self._active, self._completing = self._funnel()
        self._weeks = {week: self._part_of_active(partial(_in_week, week)) for week in figures.weeks}
        self._isolated = self._part_of_active(_connected)
        self._attended = self._attendances()
        self._days = self._sums(
            lambda unit: (unit.active_days, unit.more_days), lambda unit: (unit.several_days,)
        )
        self._on_task = self._sums(lambda unit: (unit.on_task,))
        self._contact = self._sums(
            lambda unit: (unit.contact, unit.estimated, unit.recorded),
            lambda unit: (unit.not_all_contact,),
        )
        self._replies = self._sums(
            lambda unit: (unit.within, unit.cross, unit.within_received, unit.cross_received)
        )
        self._pairs = self._pair_blocks()
        self.genders, self._genders = self._traits(lambda unit: unit.genders)
        self.countries, self._countries = self._traits(lambda unit: unit.countries)

    def values(self, place: Place) -> Values:
        """What is published of a place."""
        units = [self._figures.units[key] for key in place.units]
        pairings = {key.pairing_id for key in place.units} or {place.pairing_id}
        enrolled = sum(unit.enrolled for unit in units)
        invited = self._sum(self._invited, place, lambda unit: unit.invited_only)
        within = self._amount(self._replies, place, lambda unit: unit.within)
        cross = self._amount(self._replies, place, lambda unit: unit.cross)
        dyads = self._dyads(place)
        return Values(
            place=place,
            enrolled=enrolled if units or place.axis == "pilot" else None,
            invited=None if invited is None else enrolled + invited,
            active=self._sum(self._active, place, lambda unit: unit.active),
            completing=self._sum(self._completing, place, self._completes),
            staff=self._sum(self._staff, place, lambda unit: unit.staff),
            sessions_held=sum(self._figures.sessions.get(pairing, 0) for pairing in pairings),
            session_minutes=sum(self._figures.session_minutes.get(pairing, 0) for pairing in pairings),
            active_days=self._amount(self._days, place, lambda unit: unit.active_days),
            on_task_minutes=self._amount(self._on_task, place, lambda unit: unit.on_task),
            contact_minutes=self._amount(self._contact, place, lambda unit: unit.contact),
            estimated_minutes=self._amount(self._contact, place, lambda unit: unit.estimated),
            attendances=self._amount(self._attended, place, lambda unit: unit.attendances),
            replies=None if within is None or cross is None else within + cross,
            cross=cross,
            isolated=self._sum(self._isolated, place, lambda unit: unit.isolated),
            pairs=dyads.pairs if dyads else None,
            mutual=dyads.mutual if dyads else None,
            weeks={week: self._week(week, place) for week in self._figures.weeks},
            genders=self._counted(self._genders, place, self.genders, lambda unit: unit.genders),
            countries=self._counted(self._countries, place, self.countries, lambda unit: unit.countries),
        )

    def _completes(self, unit: UnitFigures) -> int:
        either = self._figures.completion is CompletionRule.MOODLE_OR_SESSIONS
        return unit.by_moodle + (unit.by_sessions if either else 0)

    def edges(self) -> Iterable[Edge]:
        """Who answered whom: units that stand alone, and whose every edge has enough people at both ends."""
        for key, unit in sorted(self._figures.units.items(), key=lambda each: str(each[0])):
            counts = dict(sorted(unit.edges.items()))
            ends = [
                end
                for to, amount in counts.items()
                for end in (amount, self._received(GroupKey(key.pairing_id, to), key.institution_id))
            ]
            enough = all(
                end.people >= self._threshold and not is_dominated(end.largest, end.total) for end in ends
            )
            if enough and self._replies.covers({key}):
                for to, amount in counts.items():
                    yield Edge(key.pairing_id, key.institution_id, to, amount.total)

    def _received(self, key: GroupKey, by: str) -> Amount:
        unit = self._figures.units.get(key)
        return unit.edges_received[by] if unit and by in unit.edges_received else Amount()

    def _opened(
        self, cells: Callable[[UnitFigures], Cells], within: Blocks[GroupKey] | None = None
    ) -> Blocks[GroupKey]:
        found = _each(self._figures.units, cells)
        return opened(found, self._paths, self._threshold, within=within)

    def _sums(
        self,
        amounts: Callable[[UnitFigures], tuple[Amount, ...]],
        more: Callable[[UnitFigures], Cells] = lambda _unit: (),
    ) -> Blocks[GroupKey]:
        """Sums that enough people have given something to, and nobody nearly all; ``more``: further cells."""

        def cells(unit: UnitFigures) -> Cells:
            return (*(amount.people for amount in amounts(unit)), *more(unit))

        return opened(
            _each(self._figures.units, cells),
            self._paths,
            self._threshold,
            within=self._base,
            also=lambda keys: self._spread(amounts, keys),
        )

    def _spread(self, amounts: Callable[[UnitFigures], tuple[Amount, ...]], keys: Sequence[GroupKey]) -> bool:
        together = zip(*(amounts(self._figures.units[key]) for key in keys), strict=True)
        return not any(
            is_dominated(
                [part for amount in column for part in amount.largest], sum(each.total for each in column)
            )
            for column in together
        )

    def _before(self, cells: Callable[[UnitFigures], Cells]) -> list[Mapping[GroupKey, Cells]]:
        return [_each(units, cells) for units in self._figures.earlier]

    def _part_of_active(self, cells: Callable[[UnitFigures], Cells]) -> Blocks[GroupKey]:
        """A table of something that only active people do; its first cell are those who are not active."""

        def those_who_do(unit: UnitFigures) -> Cells:
            return (sum(cells(unit)[:2]), *cells(unit)[2:])

        used, within = (cells, self._active) if self._active.members else (those_who_do, self._base)
        found = _each(self._figures.units, used)
        past = self._before(used)
        return opened(found, self._paths, self._threshold, within=within, earlier=past)

    def _funnel(self) -> tuple[Blocks[GroupKey], Blocks[GroupKey]]:
        """The blocks of active and of completing.

        Completing as Moodle says is part of completing under the current rule: where somebody asks for the
        older set of definitions, both can be known, and so can the difference.
        """
        cells = _each(self._figures.units, _steps)
        found = folded(cells, [fold for fold, _, _ in _FUNNEL], self._threshold) if cells else None
        if found is None:
            return _NOTHING, _NOTHING
        fold, active, completing = _FUNNEL[found[0]]
        past = [{key: fold(each) for key, each in then.items()} for then in self._before(_steps)]
        blocks = opened(found[1], self._paths, self._threshold, within=self._base, earlier=past)
        if self._figures.completion is CompletionRule.MOODLE:
            then, now = self._before(_by_moodle), _each(self._figures.units, _by_moodle)
            older = opened(now, self._paths, self._threshold, within=blocks, earlier=then)
            older = older if active else _NOTHING
            return blocks if active else _NOTHING, older
        return blocks if active else _NOTHING, blocks if completing else _NOTHING

    def _attendances(self) -> Blocks[GroupKey]:
        """A sum over sessions. Over pairings with a single session so far it is a number of active people,
        and what is left of these is another."""

        def single_ones_are_large(keys: Sequence[GroupKey]) -> bool:
            if not self._spread(lambda unit: (unit.attendances,), keys):
                return False
            if any(self._figures.sessions.get(key.pairing_id, 0) != 1 for key in keys):
                return True
            units = [self._figures.units[key] for key in keys]
            return is_safe((sum(unit.active - unit.attendances.people for unit in units),), self._threshold)

        cells = {
            key: (unit.attendances.people, unit.enrolled - unit.attended_all, unit.absences)
            for key, unit in self._figures.units.items()
        }
        within = self._active if self._active.members else self._base
        return opened(cells, self._paths, self._threshold, within=within, also=single_ones_are_large)

    def _traits(
        self, counts: Callable[[UnitFigures], Mapping[str, int]]
    ) -> tuple[tuple[str, ...], Blocks[GroupKey]]:
        """By institution once every phase is over; for the whole pilot until then."""
        total: dict[str, int] = {}
        for unit in self._figures.units.values():
            for name, count in counts(unit).items():
                total[name] = total.get(name, 0) + count
        own = categories(total, self._threshold, UNDISCLOSED)
        over = all(key in self._figures.over for key in self._figures.units)
        paths = {
            key: (*halves(key.institution_id), key.institution_id, key.pairing_id) if over else ()
            for key in self._figures.units
        }

        def cells(unit: UnitFigures) -> Cells:
            found = _folded(counts(unit), own)
            return found.pop(OTHER), *found.values()

        now = _each(self._figures.units, cells)
        return own, opened(now, paths, self._threshold, earlier=self._before(cells))

    def _sum(self, blocks: Blocks[GroupKey], place: Place, value: Callable[[UnitFigures], int]) -> int | None:
        if not blocks.covers(place.units):
            return None
        return sum(value(self._figures.units[key]) for key in place.units)

    def _amount(
        self, blocks: Blocks[GroupKey], place: Place, amount: Callable[[UnitFigures], Amount]
    ) -> int | None:
        return self._sum(blocks, place, lambda unit: amount(unit).total)

    def _week(self, week: date, place: Place) -> int | None:
        return self._sum(self._weeks[week], place, lambda unit: unit.weeks[week])

    def _dyads(self, place: Place) -> Dyads | None:
        """Pairs of students lie in whole pairings, so only what is made of such can have them."""
        pairings = {key.pairing_id for key in place.units}
        whole = {key for key in self._figures.units if key.pairing_id in pairings}
        if whole != place.units or not self._pairs.covers(pairings):
            return None
        found = [self._figures.dyads.get(pairing, Dyads()) for pairing in pairings]
        return Dyads(sum(each.pairs for each in found), sum(each.mutual for each in found))

    def _pair_blocks(self) -> Blocks[str]:
        """Once all is over: what a few more pairs would tell is not looked at person by person."""
        over = {key.pairing_id: key in self._figures.over for key in self._figures.units}
        if not all(over.values()):
            return Blocks(())
        paths = {key.pairing_id: path[:-1] for key, path in self._paths.items()}
        found = {pairing: self._figures.dyads.get(pairing, Dyads()) for pairing in paths}
        cells = {
            key: (each.mutual, each.pairs - each.mutual, each.people, each.mutual_people)
            for key, each in found.items()
        }
        return opened(
            cells,
            paths,
            self._threshold,
            also=lambda pairings: not any(found[pairing].lost for pairing in pairings),
        )

    def _counted(
        self,
        blocks: Blocks[GroupKey],
        place: Place,
        own: Sequence[str],
        counts: Callable[[UnitFigures], Mapping[str, int]],
    ) -> Mapping[str, int] | None:
        if not own or not blocks.covers(place.units):
            return None
        each = [_folded(counts(self._figures.units[key]), own) for key in place.units]
        return {name: sum(one[name] for one in each) for name in (*own, OTHER)}


def _base(figures: Figures) -> Blocks[GroupKey]:
    """What may be told apart at all: the units of a phase that is over; one that runs is one block."""
    running: dict[str, set[GroupKey]] = {}
    for key, unit in figures.units.items():
        if key not in figures.over:
            running.setdefault(unit.course.phase_id, set()).add(key)
    single = [frozenset({key}) for key in figures.units if key in figures.over]
    return Blocks((*single, *(frozenset(units) for units in running.values())))


def _each(
    units: Mapping[GroupKey, UnitFigures], cells: Callable[[UnitFigures], Cells]
) -> dict[GroupKey, Cells]:
    return {key: cells(unit) for key, unit in units.items()}


def _steps(unit: UnitFigures) -> Cells:
    """Not active, active only, completing."""
    completing = unit.by_moodle + unit.by_sessions
    return unit.enrolled - unit.active, unit.active - completing, completing


def _in_week(week: date, unit: UnitFigures) -> Cells:
    return unit.enrolled - unit.active, unit.active - unit.weeks[week], unit.weeks[week]


def _connected(unit: UnitFigures) -> Cells:
    """Not active, active and isolated, connected; the few who were answered without being active."""
    busy = unit.connected - unit.connected_idle
    return unit.enrolled - unit.active - unit.connected_idle, unit.active - busy, busy, unit.connected_idle


def _by_moodle(unit: UnitFigures) -> Cells:
    rest = unit.active - unit.by_moodle - unit.by_sessions
    return unit.enrolled - unit.active, rest, unit.by_sessions, unit.by_moodle


def _folded(counts: Mapping[str, int], own: Sequence[str]) -> dict[str, int]:
    """The categories that stand for themselves, and all others together."""
    found = {name: counts.get(name, 0) for name in own}
    return {**found, OTHER: sum(counts.values()) - sum(found.values())}
