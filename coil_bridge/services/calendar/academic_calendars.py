"""Academic calendars of institutions, as whoever plans reads them (``calendar_editing`` changes them)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import cast

from coil_bridge.domain import Institution
from coil_bridge.storage.academic import AcademicSpan, HolidayOverride
from coil_bridge.storage.storage import Storage, Transaction
from scheduling.terms import AcademicCalendar, ChangeKind, DayChange, Holidays, Span, SpanKind


class AcademicCalendars:
    """What institutions have entered, as the pure functions of ``scheduling`` take it."""

    def __init__(self, *, storage: Storage) -> None:
        self._storage = storage

    def of(self, institution_ids: Collection[str]) -> dict[str, AcademicCalendar]:
        """The calendars of these institutions, by id; one that nobody has filled in has its holidays only."""
        with self._storage.read() as tx:
            return calendars_of(tx, institution_ids)


def calendars_of(tx: Transaction, institution_ids: Collection[str]) -> dict[str, AcademicCalendar]:
    """As ``AcademicCalendars.of``, inside the caller's transaction; in the order of the ids given."""
    spans, overrides = tx.academic.spans(institution_ids), tx.academic.overrides(institution_ids)
    found = {
        each.id: calendar_of(
            each,
            (span for span in spans if span.institution_id == each.id),
            (day for day in overrides if day.institution_id == each.id),
        )
        for each in tx.academic.institutions(institution_ids)
    }
    return {each: found[each] for each in dict.fromkeys(institution_ids) if each in found}


def calendar_of(
    institution: Institution, spans: Iterable[AcademicSpan], overrides: Iterable[HolidayOverride]
) -> AcademicCalendar:
    """One institution's rows as a calendar."""
    changes = {each.day: DayChange(cast("ChangeKind", each.kind), each.name) for each in overrides}
    holidays = Holidays(institution.country, institution.subdivision, changes)
    return AcademicCalendar.of(institution.zone, (span_of(each) for each in spans), holidays)


def span_of(row: AcademicSpan) -> Span:
    """A stored span as a value of ``scheduling``."""
    return Span(cast("SpanKind", row.kind), row.name, row.first, row.last)
