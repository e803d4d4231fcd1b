"""The picture of weeks: a bar for each partner's week, the common weeks below, phases and sessions above.

One axis of days runs through all rows. A bar is as high as the share of working days that are taught, and
what takes the place of a week without any is told by pattern as well as by colour. Positions are per cent
(SVG coordinates), so the page needs no inline style under its strict CSP. The same is there as a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date

from coil_bridge.domain import CoilPhase, JointSession, SessionState
from coil_bridge.i18n import Translator
from coil_bridge.services.times.teaching_weeks import TeachingWeeks
from coil_bridge.storage.phase_plans import PlannedPhase
from coil_bridge.web.places import city_name
from coil_bridge.web.week_words import common_words, partner_words, reasons
from coil_bridge.web.wording import PHASES
from scheduling.common_weeks import PartnerWeek, Week
from scheduling.phases import PhaseSpan, common_weeks_in
from scheduling.zones import to_local

_GAP = 0.12  # of a week's width stays free beside its bar
_LIKE = {"partly": "teaching", "not_entered": "no_term", "weekend": "no_term"}  # drawn alike
_FEWEST_DAYS_FOR_LABEL = 12  # a month with fewer days in the picture gets no name


@dataclass(frozen=True, slots=True)
class Bar:
    """A week of one row; x, width, y and height in per cent of the row."""

    x: float
    width: float
    y: float
    height: float
    state: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """One partner's weeks."""

    name: str
    place: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """Where a month begins, with its name."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class PhaseBand:
    """A phase over the axis; ``number`` stands in the band, the rest beside the picture."""

    number: int
    x: float
    width: float
    name: str
    title: str
    first: date
    last: date
    weeks: int
    sessions: tuple[JointSession, ...]
    phase: CoilPhase


@dataclass(frozen=True, slots=True)
class Mark:
    """A session on the axis."""

    x: float
    title: str
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A week as a line of the table; ``cells`` in the order of the rows."""

    first: date
    last: date
    common: bool
    days: str
    cells: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WeeksPicture:
    """All that the template draws."""

    ticks: tuple[Tick, ...]
    rows: tuple[Row, ...]
    common: Row
    lines: tuple[Line, ...]
    unknown: tuple[str, ...]
    phases: tuple[PhaseBand, ...] = ()
    marks: tuple[Mark, ...] = ()
    today: float | None = None

    @property
    def states(self) -> frozenset[str]:
        """What the bars show, for a legend of just that."""
        seen = {bar.state for row in (*self.rows, self.common) for bar in row.bars}
        return frozenset(_LIKE.get(state, state) for state in seen)

    @property
    def found(self) -> int:
        """How many weeks are common."""
        return sum(line.common for line in self.lines)

    @property
    def lost(self) -> tuple[Line, ...]:
        """The weeks that are not."""
        return tuple(line for line in self.lines if not line.common)

    @property
    def shortened(self) -> tuple[Line, ...]:
        """Common weeks in which somebody is off on some days."""
        return tuple(line for line in self.lines if line.common and line.why)


def draw_weeks(
    weeks: TeachingWeeks,
    words: Translator,
    phases: Sequence[PlannedPhase] = (),
    sessions: Sequence[JointSession] = (),
    now: datetime | None = None,
) -> WeeksPicture:
    """Weeks, phases and sessions on one axis from the first to the last day; ``now`` marks the day."""
    at = _axis(weeks.first, weeks.last)
    rows = tuple(
        Row(each.short_name, city_name(each.zone, words), tuple(_bars(weeks.weeks, key, at, words)))
        for key, each in weeks.institutions.items()
    )
    return WeeksPicture(
        ticks=tuple(_months(weeks.first, weeks.last, at, words)),
        rows=rows,
        common=Row("", "", tuple(_common_bar(week, at) for week in weeks.weeks)),
        lines=tuple(_line(week, weeks, words) for week in weeks.weeks),
        unknown=tuple(each.name for each in weeks.unknown),
        phases=tuple(_bands(phases, sessions, weeks, at)),
        marks=tuple(_marks(sessions, at, words)),
        today=_today(weeks, now, at) if now else None,
    )


def _today(weeks: TeachingWeeks, now: datetime, at: _Axis) -> float | None:
    """The middle of the day that it is at the first institution; None outside the weeks."""
    day = to_local(now, next(iter(weeks.institutions.values())).zone).date()
    middle = (at(day) + at(day + timedelta(days=1))) / 2
    return round(middle, 3) if weeks.first <= day <= weeks.last else None


_Axis = Callable[[date], float]


def _axis(first: date, last: date) -> _Axis:
    days = (last - first).days + 1
    return lambda day: min(max(round(100 * (day - first).days / days, 3), 0.0), 100.0)


def _across(first: date, last: date, at: _Axis) -> tuple[float, float]:
    x, end = at(first), at(last + timedelta(days=1))
    gap = (end - x) * _GAP
    return round(x + gap / 2, 3), round(end - x - gap, 3)


def _bars(weeks: Iterable[Week], key: str, at: _Axis, words: Translator) -> Iterable[Bar]:
    for week in weeks:
        each = week.partners[key]
        x, width = _across(week.first, week.last, at)
        high = _share(each)
        title = f"{words.span(week.first, week.last)}: {partner_words(each, words)}"
        yield Bar(x, width, round(100 - high, 3), high, each.state, title)


def _share(each: PartnerWeek) -> float:
    """How much of the week's working days is taught, in per cent; 100 where the bar shows why none is."""
    taught, missed = len(each.teaching), sum(len(lost.days) for lost in each.lost)
    return round(100 * taught / (taught + missed), 3) if taught else 100.0


def _common_bar(week: Week, at: _Axis) -> Bar:
    x, width = _across(week.first, week.last, at)
    return Bar(x, width, 0, 100, "common" if week.common else "lost", common_words(week))


def _line(week: Week, weeks: TeachingWeeks, words: Translator) -> Line:
    cells = tuple(partner_words(each, words) for each in week.partners.values())
    return Line(
        week.first, week.last, week.common, common_words(week), cells, tuple(reasons(week, weeks, words))
    )


def _months(first: date, last: date, at: _Axis, words: Translator) -> Iterable[Tick]:
    day = first
    while day <= last:
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        if (min(following, last + timedelta(days=1)) - day).days >= _FEWEST_DAYS_FOR_LABEL:
            yield Tick(at(day), format_date(day, "LLL", locale=words.locale))
        day = following


def _bands(
    phases: Sequence[PlannedPhase], sessions: Sequence[JointSession], weeks: TeachingWeeks, at: _Axis
) -> Iterable[PhaseBand]:
    numbers = {phase: number for number, phase in enumerate(CoilPhase, 1)}
    for each in phases:
        x, end = at(each.first), at(each.last + timedelta(days=1))
        span = PhaseSpan(each.phase, each.first, each.last)
        inside = tuple(session for session in sessions if session.phase is each.phase)
        yield PhaseBand(
            number=numbers[each.phase],
            x=x,
            width=round(end - x, 3),
            name=str(PHASES[each.phase]),
            title=each.title,
            first=each.first,
            last=each.last,
            weeks=common_weeks_in(weeks.weeks, span),
            sessions=inside,
            phase=each.phase,
        )


def _marks(sessions: Sequence[JointSession], at: _Axis, words: Translator) -> Iterable[Mark]:
    for session in sessions:
        local = to_local(session.starts_at, session.zone)
        yield Mark(
            round((at(local.date()) + at(local.date() + timedelta(days=1))) / 2, 3),
            f"{session.title}, {words.moment(local)}",
            session.state is SessionState.CANCELLED,
        )
