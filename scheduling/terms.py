"""What an institution's calendar says of a day: terms, breaks, examination weeks, holidays, weekends.

A day is a calendar date on the institution's own clock. Terms, breaks and examinations are entered by
people; public holidays and make-up workdays come from the package ``holidays`` and may be changed by the
institution. Where nothing is entered nothing is made up: such days are told apart (``not_entered``), and so
are calendars (``entered``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from scheduling.public_holidays import Holiday, is_weekend, public_holiday

SpanKind = Literal["term", "break", "exams"]
ChangeKind = Literal["holiday", "ordinary", "workday"]
DayKind = Literal["teaching", "weekend", "break", "exams", "holiday", "no_term", "not_entered"]


@dataclass(frozen=True, slots=True)
class Span:
    """Days from ``first`` to ``last``, both counted. Raises ValueError when they are the wrong way round."""

    kind: SpanKind
    name: str
    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.name} ends before it starts")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class DayChange:
    """What an institution says of one day against the package.

    ``holiday``: a day off called ``name`` (added, renamed, or an estimated date made certain);
    ``ordinary``: no holiday here; ``workday``: taught, though it falls on a weekend or a holiday.
    """

    kind: ChangeKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class Holidays:
    """Public holidays of a country and region (ISO 3166), as one institution keeps them."""

    country: str | None
    subdivision: str | None = None
    changes: Mapping[date, DayChange] = field(default_factory=dict)

    def on(self, day: date) -> Holiday | None:
        """The holiday on that day, if people are off for one."""
        change = self.changes.get(day)
        if change is not None:
            return Holiday(change.name, estimated=False) if change.kind == "holiday" else None
        return public_holiday(day, self.country, self.subdivision) if self.country else None

    def rests(self, day: date) -> bool:
        """Whether the day is a weekend there that nobody works."""
        change = self.changes.get(day)
        return is_weekend(day, self.country) and not (change is not None and change.kind == "workday")


@dataclass(frozen=True, slots=True)
class AcademicCalendar:
    """One institution's academic calendar; ``zone`` is the IANA name of the clock its days are counted on."""

    zone: str
    terms: tuple[Span, ...] = ()
    breaks: tuple[Span, ...] = ()
    exams: tuple[Span, ...] = ()
    holidays: Holidays = field(default_factory=lambda: Holidays(None))

    @classmethod
    def of(cls, zone: str, spans: Iterable[Span], holidays: Holidays) -> AcademicCalendar:
        """A calendar of spans in any order."""
        ordered = sorted(spans, key=lambda each: (each.first, each.last, each.name))
        terms, breaks, exams = (
            tuple(span for span in ordered if span.kind == kind) for kind in ("term", "break", "exams")
        )
        return cls(zone, terms, breaks, exams, holidays)

    @property
    def entered(self) -> bool:
        """Whether anybody has entered a term; without one every working day counts as taught."""
        return bool(self.terms)

    def on(self, day: date) -> Day:
        """What the day is. A weekend comes first, then a break, examinations, the term, a holiday."""
        if self.holidays.rests(day):
            return Day("weekend")
        for span in (*self.breaks, *self.exams):
            if day in span:
                return Day(_DAY_KINDS[span.kind], span.name)
        if self.terms and not any(day in span for span in self.terms):
            return Day("no_term" if self._covers(day) else "not_entered")
        holiday = self.holidays.on(day)
        if holiday is not None:
            return Day("holiday", holiday.name, estimated=holiday.estimated)
        return Day("teaching", next((term.name for term in self.terms if day in term), ""))

    def _covers(self, day: date) -> bool:
        """Whether the day lies between the first and the last day that people have entered."""
        spans = (*self.terms, *self.breaks, *self.exams)
        return min(span.first for span in spans) <= day <= max(span.last for span in spans)


_DAY_KINDS: Mapping[SpanKind, DayKind] = {"break": "break", "exams": "exams"}


@dataclass(frozen=True, slots=True)
class Day:
    """A day at an institution. ``name`` is of the term, break, examinations or holiday that decides it."""

    kind: DayKind
    name: str = ""
    estimated: bool = False

    @property
    def teaches(self) -> bool:
        """Whether courses are taught on the day."""
        return self.kind == "teaching"


def teaches_on(calendar: AcademicCalendar, day: date) -> bool:
    """Whether the institution teaches on that day of its own calendar."""
    return calendar.on(day).teaches


def each_day(first: date, last: date) -> Iterator[date]:
    """Every day from ``first`` to ``last``, both counted; none when they are the wrong way round."""
    return (first + timedelta(days=count) for count in range((last - first).days + 1))
