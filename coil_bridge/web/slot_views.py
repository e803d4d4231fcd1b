"""Slots, plans and the week they are found in, as plain values that templates only have to draw.

Positions are per cent (SVG coordinates), so that no page needs an inline style under its strict CSP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from coil_bridge.domain import Institution
from coil_bridge.i18n import Translator, mark
from coil_bridge.services.times.slot_finder import Finding
from coil_bridge.web.clocks import shift_label
from coil_bridge.web.hour_words import dates_text, every_weekday, hour_text, length_text
from coil_bridge.web.notices import Heed
from coil_bridge.web.places import city_name
from coil_bridge.web.texts import gettext, ngettext
from scheduling.public_holidays import is_weekend
from scheduling.search import Meeting, Search
from scheduling.slots import FixedSlot, LeftOut
from scheduling.week_grid import WeekGrid
from scheduling.weekly_hours import DAY, runs
from scheduling.zones import to_local


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a day in per cent, and what it is: ``preferred``, ``acceptable`` or ``impossible``."""

    start: float
    length: float
    kind: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One date on one clock. ``moved``: another hour than on the date before. ``burden`` in words."""

    starts: str
    ends: str
    shift: str
    moved: bool
    burden: str
    day: tuple[Stretch, ...]
    session: Stretch


@dataclass(frozen=True, slots=True)
class DateRow:
    """One date, on every clock."""

    day: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A slot's hour on one clock through the term: "15:00", or "15:00 until 20 Oct, 16:00 from 27 Oct"."""

    city: str
    whose: str
    hours: tuple[str, ...]
    shift: str
    burdened: bool


@dataclass(frozen=True, slots=True)
class SlotCard:
    """A ranked slot. ``key`` names it in addresses.

    ``steady``: the form of a weekly series, which leaves out weekends, makes just these dates.
    """

    number: int
    key: str
    title: str
    where: str
    clocks: tuple[ClockLine, ...]
    reasons: tuple[Heed, ...]
    left_out: tuple[str, ...]
    behind: str
    dates: tuple[DateRow, ...]
    first: datetime
    zone: str
    count: int
    steady: bool


@dataclass(frozen=True, slots=True)
class Share:
    """What one partner bears by the best fixed time and by the rotating plan; widths in per cent."""

    city: str
    whose: str
    fixed: str
    fixed_width: float
    rotating: str
    rotating_width: float


class SlotViews:
    """Makes the values of one finding, in the reader's language."""

    def __init__(self, finding: Finding, places: Mapping[str, Institution], words: Translator) -> None:
        self._finding = finding
        self._search: Search = finding.search
        self._places = places
        self._words = words

    @property
    def cities(self) -> list[str]:
        """Each partner's city, in the order of the clocks."""
        return [self.city(party.key) for party in self._search.parties]

    def city(self, key: str) -> str:
        """The city that stands for a partner."""
        return city_name(self._places[key].zone, self._words)

    def card(self, number: int) -> SlotCard:
        """The slot of that number, counted from 1."""
        slots = self._finding.slots
        slot = slots[number - 1]
        first = to_local(slot.meetings[0].start, slot.zone)
        return SlotCard(
            number=number,
            key=slot_key(slot),
            title=f"{every_weekday(slot.local // DAY)}, {hour_text(slot.local)}",
            where=self.city(slot.anchor),
            clocks=tuple(self._clock_lines(slot)),
            reasons=tuple(self._reasons(slot)),
            left_out=tuple(self._leaves_out(each) for each in slot.left_out),
            behind=self._behind(slots[number - 2], slot) if number > 1 else "",
            dates=self.rows(slot.meetings, slot.zone),
            first=first.replace(tzinfo=None),
            zone=slot.zone,
            count=len(slot.meetings),
            steady=self._steady(slot),
        )

    def _steady(self, slot: FixedSlot) -> bool:
        first, last = (to_local(slot.meetings[place].start, slot.zone).date() for place in (0, -1))
        days = {
            (to_local(each.start, party.zone).date(), self._places[party.key].country)
            for each in slot.meetings
            for party in self._search.parties
        }
        every_week = (last - first).days == 7 * (len(slot.meetings) - 1)
        return every_week and not any(is_weekend(day, country) for day, country in days)

    def rows(self, meetings: Sequence[Meeting], anchor: str) -> tuple[DateRow, ...]:
        """Dates on every clock; the day is told on the clock of ``anchor``."""
        found = []
        before: Meeting | None = None
        for each in meetings:
            day = to_local(each.start, anchor).date()
            cells = tuple(self._cell(place, each, before, day) for place in range(len(self._search.parties)))
            found.append(DateRow(self._words.short_day(day), cells))
            before = each
        return tuple(found)

    def shares(self) -> list[Share]:
        """What each partner bears, drawn side by side."""
        rotation = self._finding.rotation
        if rotation is None or not rotation.meetings:
            return []
        rotating = rotation.totals
        fixed = self._finding.slots[0].totals if self._finding.slots else None
        most = max(*rotating, *(fixed or ()), 1)
        return [
            Share(
                city=self.city(party.key),
                whose=self._places[party.key].short_name,
                fixed=length_text(fixed[place]) if fixed else "",
                fixed_width=round(100 * fixed[place] / most, 1) if fixed else 0,
                rotating=length_text(rotating[place]),
                rotating_width=round(100 * rotating[place] / most, 1),
            )
            for place, party in enumerate(self._search.parties)
        ]

    def _cell(self, place: int, meeting: Meeting, before: Meeting | None, day: date) -> Cell:
        party = self._search.parties[place]
        start = to_local(meeting.start, party.zone)
        end = to_local(meeting.start + timedelta(minutes=self._search.wanted.minutes), party.zone)
        moved = before is not None and to_local(before.start, party.zone).time() != start.time()
        opens = start.hour * 4 + start.minute / 15
        length = self._search.wanted.minutes / 15
        return Cell(
            starts=self._words.clock(start),
            ends=self._words.clock(end),
            shift=shift_label((start.date() - day).days),
            moved=moved,
            burden=length_text(meeting.burdens[place]) if meeting.burdens[place] else "",
            day=day_stretches(self._grid(day), place, start.weekday()),
            session=Stretch(_per_cent(opens, DAY), _per_cent(min(length, DAY - opens), DAY), "session"),
        )

    def _grid(self, day: date) -> WeekGrid:
        grids = self._finding.grids
        return next((each for each in grids if day <= each.last), grids[-1])

    def _clock_lines(self, slot: FixedSlot) -> Iterable[ClockLine]:
        for place, party in enumerate(self._search.parties):
            here = [to_local(each.start, party.zone) for each in slot.meetings]
            anchor = to_local(slot.meetings[0].start, slot.zone)
            yield ClockLine(
                city=self.city(party.key),
                whose=self._places[party.key].short_name,
                hours=tuple(self._hours(here)),
                shift=shift_label((here[0].date() - anchor.date()).days),
                burdened=slot.totals[place] > 0,
            )

    def _hours(self, starts: Sequence[datetime]) -> Iterable[str]:
        same = [(hour, list(some)) for hour, some in groupby(starts, key=self._words.clock)]
        for number, (hour, some) in enumerate(same):
            if len(same) == 1:
                yield hour
            elif number == 0:
                until = self._words.short_day(some[-1].date())
                yield gettext("%(hour)s until %(day)s", hour=hour, day=until)
            else:
                yield gettext("%(hour)s from %(day)s", hour=hour, day=self._words.short_day(some[0].date()))

    def _reasons(self, slot: FixedSlot) -> Iterable[Heed]:
        yield from self._burdens(slot)
        if slot.moved:
            cities = self._and(self.city(key) for key in slot.moved)
            yield Heed("shift", gettext("When clocks change, the hour moves in %(cities)s.", cities=cities))
        else:
            yield Heed("clock", gettext("The same hour on every clock on all dates."))

    def _leaves_out(self, left_out: LeftOut) -> str:
        day = self._words.short_day(left_out.day)
        return gettext("Leaves out %(day)s: %(why)s", day=day, why=self._why(left_out))

    def _burdens(self, slot: FixedSlot) -> Iterable[Heed]:
        if not any(slot.totals):
            yield Heed("check", gettext("Inside everybody’s good hours on all dates."))
        for place, total in enumerate(slot.totals):
            if not total:
                continue
            dates = [each.burdens[place] for each in slot.meetings if each.burdens[place]]
            yield Heed(
                "moon",
                gettext(
                    "%(city)s: up to %(most)s outside its good hours %(dates)s, %(total)s in all.",
                    city=self.city(self._search.parties[place].key),
                    most=length_text(max(dates)),
                    dates=dates_text(len(dates)),
                    total=length_text(total),
                ),
            )

    def _why(self, left_out: LeftOut) -> str:
        return "; ".join(
            _WHY[why](self._and(self.city(key) for key, each in left_out.reasons if each == why))
            for why in dict.fromkeys(why for _, why in left_out.reasons)
        )

    def _and(self, names: Iterable[str]) -> str:
        return ", ".join(names)

    def _behind(self, better: FixedSlot, slot: FixedSlot) -> str:
        """Why a slot stands behind the one before it."""
        differs = next(
            (place for place, (a, b) in enumerate(zip(better.rank, slot.rank, strict=True)) if a != b), 7
        )
        return gettext(_BEHIND[min(differs, len(_BEHIND) - 1)])


def slot_key(slot: FixedSlot) -> str:
    """What names a slot in an address."""
    return f"{slot.anchor}-{slot.local}"


def day_stretches(grid: WeekGrid, place: int, weekday: int) -> tuple[Stretch, ...]:
    """How the hours of one day suit a partner, on the partner's own clock."""
    week = grid.levels[place]
    start = (weekday * DAY - grid.ahead[place]) % len(week)
    day = (week + week)[start : start + DAY]
    return tuple(
        Stretch(_per_cent(first, DAY), _per_cent(end - first, DAY), _KINDS[level])
        for first, end, level in runs(day)
    )


def _per_cent(part: float, whole: float) -> float:
    return round(100 * part / whole, 2)


_KINDS = ("preferred", "acceptable", "impossible")

_WHY: Mapping[str, Callable[[str], str]] = {
    "day_off": lambda cities: gettext("no teaching in %(cities)s", cities=cities),
    "busy": lambda cities: gettext("somebody in %(cities)s is busy", cities=cities),
    "hours": lambda cities: gettext("an impossible hour in %(cities)s", cities=cities),
    "clock_change": lambda cities: gettext("the clocks change at that moment in %(cities)s", cities=cities),
}


_BEHIND = (
    mark("Behind the one before: one partner bears more over the term."),
    mark("Behind the one before: the partners bear more together."),
    mark("Behind the one before: it leaves out more weeks."),
    mark("Behind the one before: the hour moves on more clocks."),
    mark("Behind the one before: it is nearer to the edge of somebody’s good hours."),
    mark("Behind the one before: it is no full hour."),
    mark("As good as the one before; the order is by clock and weekday."),
)


def missing_weeks(mondays: Sequence[date], words: Translator) -> str:
    """Weeks without any possible hour, in words; empty where there is none."""
    if not mondays:
        return ""
    days = ", ".join(words.short_day(each) for each in mondays)
    return ngettext(
        "In the week of %(days)s no hour is possible for all.",
        "In the weeks of %(days)s no hour is possible for all.",
        len(mondays),
        days=days,
    )
