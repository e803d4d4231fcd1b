"""Brings a file into an institution's academic calendar: first shown line by line, then all of it or nothing.

An entry of the same kind and name that shares a day with one in the calendar is that one, moved; any other is
new. So the same file a second time changes nothing, and a corrected one corrects. Nothing is taken away,
unless the file is said to be ``whole``: then terms, breaks and examinations go that it has not, between its
first day and its last. Holidays stay, since files rarely have them all.

The preview is confirmed with what it showed, as text of our own, and with the calendar's version: what is
stored is what was looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from coil_bridge.domain import Institution, Person
from coil_bridge.errors import InvalidInput, Reason
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.calendar.academic_calendars import calendar_of
from coil_bridge.services.calendar.calendar_editing import change_version, require_editor
from coil_bridge.services.calendar.calendar_files import Entry, FileLine, written
from coil_bridge.services.calendar.calendar_inputs import SPAN_KINDS, SpanInput, checked_span, overlap
from coil_bridge.services.calendar.calendar_reading import read_file_apart
from coil_bridge.services.context import Clock
from coil_bridge.storage.academic import AcademicSpan, HolidayOverride
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import new_id
from scheduling.public_holidays import Holiday
from scheduling.terms import AcademicCalendar, each_day

Outcome = Literal["new", "changed", "same", "left_out", "problem"]


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line of the file and what it would do; ``before`` is the entry that it changes."""

    line: FileLine
    outcome: Outcome
    before: AcademicSpan | None = None


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What a file would do to a calendar of that ``version``; ``rows`` is what confirming it sends back.

    ``gone`` are the entries that a ``whole`` file takes away.
    """

    institution: Institution
    version: int
    lines: tuple[PlannedLine, ...]
    rows: str
    whole: bool = False
    gone: tuple[AcademicSpan, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """How many lines come out like this."""
        return sum(each.outcome == outcome for each in self.lines)

    @property
    def possible(self) -> bool:
        """Whether it can be brought in: no line has a problem, and something changes."""
        return not self.count("problem") and bool(self.changes)

    @property
    def changes(self) -> int:
        """How many entries come, change or go."""
        return self.count("new") + self.count("changed") + len(self.gone)


class CalendarImport:
    """Previews and imports files."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def preview(
        self, actor: Person, institution_id: str, content: bytes, *, whole: bool = False
    ) -> ImportPreview:
        """What a file would do; stores nothing.

        Raises:
            NotFound, Forbidden: no such institution; its calendar is not the person's to change.
            InvalidInput: against ``file``, when it cannot be read at all.
        """
        lines = self._lines(actor, institution_id, content)
        with self._storage.read() as tx:
            return self._plan(tx, actor, institution_id, lines, whole=whole)[0]

    def apply(
        self,
        actor: Person,
        institution_id: str,
        content: bytes,
        version: int | None,
        *,
        whole: bool = False,
    ) -> ImportPreview:
        """Bring a file in, all or nothing; what it did. ``version`` None: whatever stands there.

        Raises:
            NotFound, Forbidden: as ``preview``.
            InvalidInput: the file, or a line of it, cannot be used; nothing is stored.
            EditConflict: somebody changed the calendar since ``version``.
        """
        lines = self._lines(actor, institution_id, content)
        with self._storage.write() as tx:
            preview, spans, days = self._plan(tx, actor, institution_id, lines, whole=whole)
            if problems := [each.line for each in preview.lines if each.line.problem]:
                raise InvalidInput({"file": [_told(each) for each in problems]})
            if not preview.possible:
                return preview
            change_version(tx, institution_id, preview.version if version is None else version, self._clock())
            for span in preview.gone:
                tx.academic.delete_span(institution_id, span.id)
            for span in spans:
                if not tx.academic.update_span(span):
                    tx.academic.insert_span(span)
            for day in days:
                tx.academic.set_override(day)
            audit.record(
                tx,
                self._clock(),
                actor,
                ("institution", institution_id),
                "calendar_imported",
                new=preview.count("new"),
                changed=preview.count("changed"),
                removed=len(preview.gone),
            )
            return preview

    def _lines(self, actor: Person, institution_id: str, content: bytes) -> list[FileLine]:
        """Read for those who may, and while no transaction waits."""
        with self._storage.read() as tx:
            zone = require_editor(tx, actor, institution_id).zone
        return read_file_apart(content, zone)

    def _plan(
        self,
        tx: Transaction,
        actor: Person,
        institution_id: str,
        lines: Sequence[FileLine],
        *,
        whole: bool,
    ) -> tuple[ImportPreview, list[AcademicSpan], list[HolidayOverride]]:
        institution = require_editor(tx, actor, institution_id)
        spans, overrides = tx.academic.spans([institution_id]), tx.academic.overrides([institution_id])
        plan = _Plan(institution_id, spans, overrides, calendar_of(institution, spans, overrides))
        asked = [plan.line(each) for each in lines]
        gone = plan.take_away() if whole else ()
        planned = plan.checked(asked)
        rows = written(each.line.entry for each in planned if each.line.entry)
        version = tx.academic.version(institution_id)
        preview = ImportPreview(institution, version, tuple(planned), rows, whole, gone)
        return preview, plan.changed_spans(), plan.changed_days()


class _Plan:
    """The calendar as it would be, line after line."""

    def __init__(
        self,
        institution_id: str,
        spans: Sequence[AcademicSpan],
        overrides: Sequence[HolidayOverride],
        calendar: AcademicCalendar,
    ) -> None:
        self._institution_id = institution_id
        self._before = {each.id: each for each in spans}
        self._spans = dict(self._before)
        self._days_before = {each.day: each for each in overrides}
        self._days = dict(self._days_before)
        self._calendar = calendar
        self._of_line: dict[int, str] = {}  # which span a line is about

    def line(self, line: FileLine) -> PlannedLine:
        if line.entry is None:
            return PlannedLine(line, "problem" if line.problem else "left_out")
        if line.entry.kind in SPAN_KINDS:
            return self._span(line, line.entry)
        return PlannedLine(line, self._holidays(line.entry))

    def take_away(self) -> tuple[AcademicSpan, ...]:
        """What lies between the first and the last day of the file's spans and is none of them."""
        named = [self._spans[span_id] for span_id in self._of_line.values()]
        if not named:
            return ()
        first, last = min(each.first for each in named), max(each.last for each in named)
        gone = [
            each
            for each in self._before.values()
            if each.id not in self._of_line.values() and first <= each.first and each.last <= last
        ]
        for each in gone:
            del self._spans[each.id]
        return tuple(sorted(gone, key=lambda each: (each.first, each.name)))

    def checked(self, lines: Sequence[PlannedLine]) -> list[PlannedLine]:
        """The lines, held against the calendar that they make together."""
        return [self._checked(each) for each in lines]

    def changed_spans(self) -> list[AcademicSpan]:
        return [each for each in self._spans.values() if self._before.get(each.id) != each]

    def changed_days(self) -> list[HolidayOverride]:
        return [each for each in self._days.values() if self._days_before.get(each.day) != each]

    def _span(self, line: FileLine, entry: Entry) -> PlannedLine:
        form = SpanInput(entry.kind, entry.name, entry.first, entry.last)
        before = next((each for each in self._spans.values() if _is(each, form)), None)
        span_id = before.id if before else new_id()
        after = AcademicSpan(span_id, self._institution_id, form.kind, form.name, form.first, form.last)
        self._spans[span_id] = after
        self._of_line[line.number] = span_id
        if before is None:
            return PlannedLine(line, "new")
        return PlannedLine(line, "same") if after == before else PlannedLine(line, "changed", before)

    def _holidays(self, entry: Entry) -> Outcome:
        outcome: Outcome = "same"
        for day in each_day(entry.first, entry.last):
            name = entry.name if entry.kind == "holiday" else ""
            row = HolidayOverride(self._institution_id, day, entry.kind, name)
            known = Holiday(name, estimated=False) if entry.kind == "holiday" else None
            if self._days.get(day) == row or (known and self._calendar.holidays.on(day) == known):
                continue
            outcome = "changed" if day in self._days or outcome == "changed" else "new"
            self._days[day] = row
        return outcome

    def _checked(self, planned: PlannedLine) -> PlannedLine:
        span_id = self._of_line.get(planned.line.number)
        if span_id is None:
            return planned
        span = self._spans[span_id]
        try:
            checked_span(
                SpanInput(span.kind, span.name, span.first, span.last),
                [each for each in self._spans.values() if each.id != span_id],
            )
        except InvalidInput as error:
            reason = next(reason for reasons in error.errors.values() for reason in reasons)
            line = replace(planned.line, entry=None, problem=Reason(reason))
            return PlannedLine(line, "problem")
        return planned


def _is(span: AcademicSpan, form: SpanInput) -> bool:
    """Whether a span in the calendar is the one that a file speaks of."""
    return span.kind == form.kind and span.name.casefold() == form.name.casefold() and overlap(form, span)


def _told(line: FileLine) -> Reason:
    values = {"number": line.number, "problem": line.problem or ""}
    return Reason(mark("Line %(number)s: %(problem)s"), values)
