"""What of a pilot's figures is published: fixed tables, each made of whole blocks (``blocks.py``).

The rows of every table are the same places (pilot, phases, models, pairings, institutions, and each
institution in each pairing), whoever asks and with whatever filter: a filter chooses among these rows.
``None`` means withheld; what is zero is said to be zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date

from coil_bridge.evaluation.blocks import Blocks, is_safe
from coil_bridge.evaluation.counted import Dyads
from coil_bridge.evaluation.definitions.registry import CompletionRule
from coil_bridge.evaluation.figures import Amount, Figures, UnitFigures
from coil_bridge.evaluation.opened_tables import OpenedTables, by_category
from coil_bridge.evaluation.places import places_of
from coil_bridge.evaluation.published import OTHER, Edge, Place, Published, Values
from coil_bridge.evaluation.records import GroupKey
from coil_bridge.evaluation.suppression import is_dominated

_OF_PAIRINGS = ("pilot", "phase", "model", "pairing")  # the axes whose places are made of whole pairings


def publish(figures: Figures) -> Published:
    """Decide once for all tables."""
    threshold = figures.stored.pilot.suppression_threshold
    tables = OpenedTables(figures, threshold)
    decided = _Decided(figures, tables, threshold)
    values = [decided.values(place) for place in places_of(figures)]
    silent = _without_contact(values)
    return Published(
        figures=figures,
        values=tuple(_unrecorded(each, silent) for each in values),
        edges=tuple(decided.edges()),
        statuses=figures.statuses,
        people=_people(figures, threshold),
        genders=tables.gender_names,
        countries=tables.country_names,
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


def _pairing_ids(place: Place) -> set[str]:
    return {key.pairing_id for key in place.units}


def _people(figures: Figures, threshold: int) -> int | None:
    total = sum(unit.enrolled for unit in figures.units.values())
    return total - figures.overlap if is_safe((figures.overlapping,), threshold) else None


class _Decided:
    """Reads values off the tables that were opened."""

    def __init__(self, figures: Figures, tables: OpenedTables, threshold: int) -> None:
        self._figures, self._tables, self._threshold = figures, tables, threshold

    def values(self, place: Place) -> Values:
        """What is published of a place."""
        tables = self._tables
        units = [self._figures.units[key] for key in place.units]
        pairings = {key.pairing_id for key in place.units} or {place.pairing_id}
        enrolled = sum(unit.enrolled for unit in units)
        invited = self._sum(tables.invited, place, lambda unit: unit.invited_only)
        within = self._amount(tables.replies, place, lambda unit: unit.within)
        cross = self._amount(tables.replies, place, lambda unit: unit.cross)
        dyads = self._dyads(place)
        return Values(
            place=place,
            enrolled=enrolled if units or place.axis == "pilot" else None,
            invited=None if invited is None else enrolled + invited,
            active=self._sum(tables.active, place, lambda unit: unit.active),
            completing=self._sum(tables.completing, place, self._completes),
            staff=self._sum(tables.staff, place, lambda unit: unit.staff),
            sessions_held=sum(self._figures.sessions.get(pairing, 0) for pairing in pairings),
            session_minutes=sum(self._figures.session_minutes.get(pairing, 0) for pairing in pairings),
            active_days=self._amount(tables.days, place, lambda unit: unit.active_days),
            on_task_minutes=self._amount(tables.on_task, place, lambda unit: unit.on_task),
            contact_minutes=self._amount(tables.contact, place, lambda unit: unit.contact),
            estimated_minutes=self._amount(tables.contact, place, lambda unit: unit.estimated),
            attendances=self._amount(tables.attended, place, lambda unit: unit.attendances),
            replies=None if within is None or cross is None else within + cross,
            cross=cross,
            isolated=self._sum(tables.isolated, place, lambda unit: unit.isolated),
            pairs=dyads.pairs if dyads else None,
            mutual=dyads.mutual if dyads else None,
            weeks={week: self._week(week, place) for week in self._figures.weeks},
            genders=self._counted(tables.genders, place, tables.gender_names, lambda unit: unit.genders),
            countries=self._counted(
                tables.countries, place, tables.country_names, lambda unit: unit.countries
            ),
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
            if enough and self._tables.replies.covers({key}):
                for to, amount in counts.items():
                    yield Edge(key.pairing_id, key.institution_id, to, amount.total)

    def _received(self, key: GroupKey, by: str) -> Amount:
        unit = self._figures.units.get(key)
        return unit.edges_received[by] if unit and by in unit.edges_received else Amount()

    def _sum(self, blocks: Blocks[GroupKey], place: Place, value: Callable[[UnitFigures], int]) -> int | None:
        if not blocks.covers(place.units):
            return None
        return sum(value(self._figures.units[key]) for key in place.units)

    def _amount(
        self, blocks: Blocks[GroupKey], place: Place, amount: Callable[[UnitFigures], Amount]
    ) -> int | None:
        return self._sum(blocks, place, lambda unit: amount(unit).total)

    def _week(self, week: date, place: Place) -> int | None:
        return self._sum(self._tables.weeks[week], place, lambda unit: unit.weeks[week])

    def _dyads(self, place: Place) -> Dyads | None:
        """Pairs of students lie in whole pairings, so only what is made of such can have them."""
        pairings = {key.pairing_id for key in place.units}
        whole = {key for key in self._figures.units if key.pairing_id in pairings}
        if whole != place.units or not self._tables.pairs.covers(pairings):
            return None
        found = [self._figures.dyads.get(pairing, Dyads()) for pairing in pairings]
        return Dyads(sum(each.pairs for each in found), sum(each.mutual for each in found))

    def _counted(
        self,
        blocks: Blocks[GroupKey],
        place: Place,
        own: Sequence[str],
        counts: Callable[[UnitFigures], Mapping[str, int]],
    ) -> Mapping[str, int] | None:
        if not own or not blocks.covers(place.units):
            return None
        each = [by_category(counts(self._figures.units[key]), own) for key in place.units]
        return {name: sum(one[name] for one in each) for name in (*own, OTHER)}
