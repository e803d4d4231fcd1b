"""Changing the academic calendars of institutions: done by those who know them.

An institution's calendar may be changed by administrators of the consortium and by the teachers of its own
courses: term dates are nobody's secret, those people know them, and every change is on record. All that is
entered for an institution has one version, so of two people who change it at once the second is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from coil_bridge.domain import AuditEntry, CourseRole, Institution, Person, Role
from coil_bridge.errors import EditConflict, Forbidden, NotFound
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.calendar.academic_calendars import calendar_of
from coil_bridge.services.calendar.calendar_inputs import DayInput, SpanInput, checked_day, checked_span
from coil_bridge.services.context import Clock
from coil_bridge.storage.academic import AcademicSpan, HolidayOverride
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import new_id
from scheduling.terms import AcademicCalendar


@dataclass(frozen=True, slots=True)
class CalendarView:
    """All that is entered for an institution; ``trail`` is for those who may change it."""

    institution: Institution
    calendar: AcademicCalendar
    spans: tuple[AcademicSpan, ...]
    may_edit: bool
    version: int
    changed_at: datetime | None
    trail: tuple[AuditEntry, ...]


class CalendarEditing:
    """Shows and changes what institutions have entered."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def all(self, actor: Person) -> list[CalendarView]:
        """Every institution's calendar, those that the person may change first."""
        with self._storage.read() as tx:
            views = [_view(tx, actor, each) for each in tx.sites.institutions()]
        return sorted(views, key=lambda each: not each.may_edit)

    def get(self, actor: Person, institution_id: str) -> CalendarView:
        """One institution's calendar.

        Raises:
            NotFound: there is no such institution.
        """
        with self._storage.read() as tx:
            return _view(tx, actor, found(tx, institution_id))

    def add_span(self, actor: Person, institution_id: str, form: SpanInput, version: int) -> None:
        """Enter a term, break or examination weeks; once more the same changes nothing.

        Raises:
            NotFound, Forbidden: no such institution; it is not the person's to change.
            InvalidInput: reasons by field.
            EditConflict: somebody changed the calendar since ``version``.
        """
        with self._storage.write() as tx:
            require_editor(tx, actor, institution_id)
            others = tx.academic.spans([institution_id])
            if any(_same(each, form) for each in others):
                return
            form = checked_span(form, others)
            change_version(tx, institution_id, version, self._clock())
            tx.academic.insert_span(row_of(new_id(), institution_id, form))
            self._record(tx, actor, institution_id, "span_added", **said(form))

    def change_span(
        self, actor: Person, institution_id: str, span_id: str, form: SpanInput, version: int
    ) -> None:
        """Write a span anew. Raises as ``add_span``; NotFound also where it was removed."""
        with self._storage.write() as tx:
            require_editor(tx, actor, institution_id)
            before = _span(tx, institution_id, span_id)
            form = checked_span(
                form, [each for each in tx.academic.spans([institution_id]) if each != before]
            )
            after = row_of(span_id, institution_id, form)
            if after == before:
                return
            change_version(tx, institution_id, version, self._clock())
            tx.academic.update_span(after)
            self._record(tx, actor, institution_id, "span_changed", **said(form), before=said(before))

    def remove_span(self, actor: Person, institution_id: str, span_id: str, version: int) -> None:
        """Take a span away. Raises as ``change_span``."""
        with self._storage.write() as tx:
            require_editor(tx, actor, institution_id)
            before = _span(tx, institution_id, span_id)
            change_version(tx, institution_id, version, self._clock())
            tx.academic.delete_span(institution_id, span_id)
            self._record(tx, actor, institution_id, "span_removed", **said(before))

    def set_day(self, actor: Person, institution_id: str, form: DayInput, version: int) -> None:
        """Say what a day is there: add, rename or take away a holiday, or make it a workday.

        Raises as ``add_span``; once more the same changes nothing.
        """
        form = checked_day(form)
        with self._storage.write() as tx:
            require_editor(tx, actor, institution_id)
            row = HolidayOverride(institution_id, form.day, form.change, form.holiday)
            if row in tx.academic.overrides([institution_id]):
                return
            change_version(tx, institution_id, version, self._clock())
            tx.academic.set_override(row)
            self._record(
                tx, actor, institution_id, f"day_{form.change}", name=form.holiday, day=form.day.isoformat()
            )

    def clear_day(self, actor: Person, institution_id: str, day: date, version: int) -> None:
        """Leave a day to the country's public holidays again. Raises as ``add_span``."""
        with self._storage.write() as tx:
            require_editor(tx, actor, institution_id)
            if all(each.day != day for each in tx.academic.overrides([institution_id])):
                return
            change_version(tx, institution_id, version, self._clock())
            tx.academic.delete_override(institution_id, day)
            self._record(tx, actor, institution_id, "day_restored", day=day.isoformat())

    def _record(
        self, tx: Transaction, actor: Person, institution_id: str, action: str, **detail: object
    ) -> None:
        audit.record(tx, self._clock(), actor, ("institution", institution_id), action, **detail)


def row_of(span_id: str, institution_id: str, form: SpanInput) -> AcademicSpan:
    """A form as it is stored."""
    return AcademicSpan(span_id, institution_id, form.kind, form.name, form.first, form.last)


def said(span: SpanInput | AcademicSpan) -> dict[str, str]:
    """A span in the audit trail."""
    days = {"first": span.first.isoformat(), "last": span.last.isoformat()}
    return {"kind": span.kind, "name": span.name, **days}


def may_edit(tx: Transaction, person: Person, institution_id: str) -> bool:
    """Whether the person may change the institution's calendar."""
    if Role.ADMINISTRATOR in person.roles:
        return True
    return any(
        each.course.institution.id == institution_id
        and person.part(each.course.id, each.role) is CourseRole.TEACHER
        for each in tx.courses.enrolments(person.id)
    )


def require_editor(tx: Transaction, person: Person, institution_id: str) -> Institution:
    """The institution, if the person may change its calendar.

    Raises:
        NotFound: there is none.
        Forbidden: the person may not.
    """
    institution = found(tx, institution_id)
    if not may_edit(tx, person, institution_id):
        raise Forbidden(mark("Only administrators and teachers of this university can change its calendar."))
    return institution


def change_version(tx: Transaction, institution_id: str, version: int, now: datetime) -> None:
    """Count a change of the calendar.

    Raises:
        EditConflict: somebody else changed it since ``version``.
    """
    if not tx.academic.raise_version(institution_id, version, now):
        raise EditConflict(
            mark("Somebody else changed this calendar in the meantime. Look at it again, then save."),
            tx.academic.version(institution_id),
        )


def found(tx: Transaction, institution_id: str) -> Institution:
    """The institution.

    Raises:
        NotFound: there is none.
    """
    for institution in tx.academic.institutions([institution_id]):
        return institution
    raise NotFound(mark("There is no such university."))


def _span(tx: Transaction, institution_id: str, span_id: str) -> AcademicSpan:
    for span in tx.academic.spans([institution_id]):
        if span.id == span_id:
            return span
    raise NotFound(mark("This entry is not in the calendar any more."))


def _same(span: AcademicSpan, form: SpanInput) -> bool:
    return (span.kind, span.name, span.first, span.last) == (form.kind, form.name, form.first, form.last)


def _view(tx: Transaction, person: Person, institution: Institution) -> CalendarView:
    spans = tx.academic.spans([institution.id])
    editor = may_edit(tx, person, institution.id)
    trail = audit.trail(tx, ("institution", institution.id)) if editor else []
    return CalendarView(
        institution=institution,
        calendar=calendar_of(institution, spans, tx.academic.overrides([institution.id])),
        spans=tuple(spans),
        may_edit=editor,
        version=tx.academic.version(institution.id),
        changed_at=tx.academic.changed_at(institution.id),
        trail=tuple(trail),
    )
