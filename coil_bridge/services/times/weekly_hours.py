"""The hours of a usual week in which an institution, and a teacher, can meet others.

An institution's hours are known to its own people: its teachers and the administrators may change them, as
with its academic calendar. A teacher's own hours are theirs alone; others see only what follows from all of
an institution's hours together. What nobody has said is made of the institution's usual day.
"""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.domain import Institution, Person, Role
from coil_bridge.errors import Forbidden, InvalidInput, NotFound
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.context import Clock
from coil_bridge.storage.storage import Storage, Transaction
from scheduling.public_holidays import rest_days
from scheduling.weekly_hours import ACCEPTABLE, DAY, IMPOSSIBLE, PREFERRED, Stretch, Week, checked, week_of
from scheduling.zones import is_zone

EARLIEST, LATEST = 7 * 4, 22 * 4
"""Quarters between which an hour outside the usual day is taken to be acceptable, until somebody says so."""


@dataclass(frozen=True, slots=True)
class WeekView:
    """A week to show or change; ``said`` is False where it is made of the usual day."""

    zone: str
    week: Week
    said: bool


@dataclass(frozen=True, slots=True)
class InstitutionWeek:
    """An institution's week and whether this person may change it."""

    institution: Institution
    view: WeekView
    may_edit: bool


class WeeklyHours:
    """Shows and changes weekly hours."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def of_institution(self, actor: Person, institution_id: str) -> InstitutionWeek:
        """An institution's hours.

        Raises:
            NotFound: there is no such institution.
        """
        with self._storage.read() as tx:
            institution = _found(tx, institution_id)
            said = tx.availability.institution_weeks([institution_id]).get(institution_id)
            may_edit = _may_edit(tx, actor, institution_id)
        view = WeekView(institution.zone, said or usual_week(institution), said is not None)
        return InstitutionWeek(institution, view, may_edit)

    def own_institutions(self, actor: Person) -> list[Institution]:
        """Where the person teaches."""
        with self._storage.read() as tx:
            mine = set(tx.availability.teaches_at(actor.id))
            return [each for each in tx.sites.institutions() if each.id in mine]

    def set_institution(self, actor: Person, institution_id: str, week: Week | None) -> None:
        """Store an institution's hours; None goes back to its usual day.

        Raises:
            NotFound, Forbidden: no such institution; it is not the person's to change.
            InvalidInput: everything would be impossible.
        """
        _check(week)
        with self._storage.write() as tx:
            _found(tx, institution_id)
            if not _may_edit(tx, actor, institution_id):
                raise Forbidden(mark("Only this university's teachers and the administrators can do this."))
            if week is None:
                changed = tx.availability.forget_institution_week(institution_id)
            else:
                changed = tx.availability.institution_weeks([institution_id]).get(institution_id) != week
                tx.availability.set_institution_week(institution_id, week, self._clock())
            if changed:
                self._record(tx, actor, ("institution", institution_id), week)

    def own(self, actor: Person, zone: str) -> WeekView:
        """The person's own hours; without any, all hours on the clock of ``zone`` are as good."""
        with self._storage.read() as tx:
            said = tx.availability.person_weeks([actor.id]).get(actor.id)
        return (
            WeekView(said.zone, said.week, said=True) if said else WeekView(zone, week_of([], 0), said=False)
        )

    def set_own(self, actor: Person, zone: str, week: Week | None) -> None:
        """Store the person's own hours on the clock of ``zone``; None forgets them.

        Raises:
            InvalidInput: no such zone, or everything would be impossible.
        """
        _check(week)
        if week is not None and not is_zone(zone):
            raise InvalidInput({"zone": [mark("Choose one of the time zones offered.")]})
        with self._storage.write() as tx:
            if week is None:
                changed = tx.availability.forget_person_week(actor.id)
            else:
                before = tx.availability.person_weeks([actor.id]).get(actor.id)
                changed = before is None or (before.zone, before.week) != (zone, week)
                tx.availability.set_person_week(actor.id, zone, week, self._clock())
            if changed:
                self._record(tx, actor, ("person", actor.id), week)

    def _record(self, tx: Transaction, actor: Person, subject: audit.Subject, week: Week | None) -> None:
        """That the hours changed and to how many, not to which: a trail is read by others."""
        if week is None:
            audit.record(tx, self._clock(), actor, subject, "hours_forgotten")
            return
        quarters = {"preferred": week.count(PREFERRED), "acceptable": week.count(ACCEPTABLE)}
        audit.record(tx, self._clock(), actor, subject, "hours_set", **quarters)


def usual_week(institution: Institution) -> Week:
    """The institution's usual day on its working days preferred, from 7 to 22 acceptable, else impossible."""
    starts, ends = _quarter(institution.day_starts.hour, institution.day_starts.minute), 0
    ends = _quarter(institution.day_ends.hour, institution.day_ends.minute + 14) or DAY
    resting = rest_days(institution.country)
    days = tuple(day for day in range(7) if day not in resting)
    wide = Stretch(days, min(starts, EARLIEST), max(ends, LATEST), ACCEPTABLE)
    return week_of([wide, Stretch(days, starts, ends, PREFERRED)], IMPOSSIBLE)


def _quarter(hour: int, minute: int) -> int:
    return hour * 4 + minute // 15


def _check(week: Week | None) -> None:
    if week is not None and set(checked(week)) == {IMPOSSIBLE}:
        raise InvalidInput({"": [mark("Leave some hours possible: with none, no time can be found.")]})


def _found(tx: Transaction, institution_id: str) -> Institution:
    found = next((each for each in tx.sites.institutions() if each.id == institution_id), None)
    if found is None:
        raise NotFound(mark("There is no such university."))
    return found


def _may_edit(tx: Transaction, actor: Person, institution_id: str) -> bool:
    return Role.ADMINISTRATOR in actor.roles or institution_id in tx.availability.teaches_at(actor.id)
