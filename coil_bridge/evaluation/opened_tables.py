"""Which cells of a pilot's tables may be shown: each table as whole blocks of units (``blocks.py``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial

from coil_bridge.evaluation.blocks import Blocks, Cells, categories, folded, halves, is_safe, opened
from coil_bridge.evaluation.counted import Dyads
from coil_bridge.evaluation.definitions.registry import CompletionRule
from coil_bridge.evaluation.facts import UNDISCLOSED
from coil_bridge.evaluation.figures import Amount, Figures, UnitFigures
from coil_bridge.evaluation.published import OTHER
from coil_bridge.evaluation.records import GroupKey
from coil_bridge.evaluation.suppression import is_dominated

_FUNNEL: Sequence[tuple[Callable[[Cells], Cells], bool, bool]] = (
    (lambda cells: cells, True, True),
    (lambda cells: (cells[0], cells[1] + cells[2]), True, False),
    (lambda cells: (cells[0] + cells[1], cells[2]), False, True),
)
"""Ways of folding not active, active only, completing; and whether active and completing survive it."""

_NOTHING: Blocks[GroupKey] = Blocks(())


class OpenedTables:
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
        self.invited = self._opened(lambda unit: (unit.invited_only,))
        self.staff = self._opened(lambda unit: (unit.staff,))
        self.active, self.completing = self._funnel()
        self.weeks = {week: self._part_of_active(partial(_in_week, week)) for week in figures.weeks}
        self.isolated = self._part_of_active(_connected)
        self.attended = self._attendances()
        self.days = self._sums(
            lambda unit: (unit.active_days, unit.more_days), lambda unit: (unit.several_days,)
        )
        self.on_task = self._sums(lambda unit: (unit.on_task,))
        self.contact = self._sums(
            lambda unit: (unit.contact, unit.estimated, unit.recorded),
            lambda unit: (unit.not_all_contact,),
        )
        self.replies = self._sums(
            lambda unit: (unit.within, unit.cross, unit.within_received, unit.cross_received)
        )
        self.pairs = self._pair_blocks()
        self.gender_names, self.genders = self._traits(lambda unit: unit.genders)
        self.country_names, self.countries = self._traits(lambda unit: unit.countries)

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

        used, within = (cells, self.active) if self.active.members else (those_who_do, self._base)
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
        within = self.active if self.active.members else self._base
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
            found = by_category(counts(unit), own)
            return found.pop(OTHER), *found.values()

        now = _each(self._figures.units, cells)
        return own, opened(now, paths, self._threshold, earlier=self._before(cells))

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


def by_category(counts: Mapping[str, int], own: Sequence[str]) -> dict[str, int]:
    """The categories that stand for themselves, and all others together."""
    found = {name: counts.get(name, 0) for name in own}
    return {**found, OTHER: sum(counts.values()) - sum(found.values())}
