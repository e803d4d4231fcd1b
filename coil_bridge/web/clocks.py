"""The clocks strip: one moment on everybody's clock, as plain values that a template only has to draw.

Each place gets a ribbon of 24 hours with the session's middle in the middle, so that one moment stands in
one line through all ribbons and the eye sees whose morning and whose night it falls into. Positions are
per cent of the ribbon (SVG coordinates), so the page needs no inline style under its strict CSP.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import chain
from types import MappingProxyType

from coil_bridge.i18n import Translator
from coil_bridge.web.notices import Heed, heed_of
from coil_bridge.web.places import city_name
from coil_bridge.web.texts import gettext, ngettext
from scheduling.availability import Clock, LocalSlot, view
from scheduling.days_off import slots_with_days_off
from scheduling.terms import AcademicCalendar
from scheduling.zones import to_local, utc_offset_label

WINDOW = timedelta(hours=24)
TICK_HOURS = (0, 6, 12, 18)
# A label nearer to the edge than this would be cut off.
EDGE_PER_CENT = 2.5


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the ribbon, in per cent of its width."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Tick:
    """An hour worth a label; midnight is where the date changes."""

    x: float
    label: str
    midnight: bool


@dataclass(frozen=True, slots=True)
class Ribbon:
    """24 hours of one place around the session."""

    working: tuple[Band, ...]
    session: Band
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One line of the strip."""

    key: str
    city: str
    whose: str
    offset: str
    day: str
    starts: str
    ends: str
    shift: str
    own: bool
    ribbon: Ribbon | None  # not drawn where a line of text is enough
    heeds: tuple[Heed, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """All clocks of one session: ``starts_at`` is its instant in UTC, ``day`` the anchor's date."""

    starts_at: datetime
    day: str
    minutes: int
    rows: tuple[ClockRow, ...]

    @property
    def heeds(self) -> int:
        """How many things on it deserve a second look."""
        return sum(len(row.heeds) for row in self.rows)


def strip(
    starts_at: datetime,
    slots: Sequence[LocalSlot],
    translator: Translator,
    own_key: str | None = None,
    *,
    drawn: bool = True,
) -> Strip:
    """The slots of one session (all of the same length) as a strip, with ribbons where it is ``drawn``."""
    minutes = (slots[0].end - slots[0].start) // timedelta(minutes=1) if slots else 0
    rows = tuple(_row(slot, translator, own_key, drawn=drawn) for slot in slots)
    return Strip(starts_at, _anchors_day(slots, translator), minutes, rows)


def strip_at(
    starts_at: datetime,
    minutes: int,
    clocks: Sequence[Clock],
    anchor_zone: str,
    translator: Translator,
    *,
    own_key: str | None = None,
    drawn: bool = True,
    calendars: Mapping[str, AcademicCalendar] = MappingProxyType({}),
) -> Strip:
    """The strip of a session that is planned already: its instant (UTC) and length on every clock.

    ``calendars``, by the clocks' keys, say which days are off; without one the country's holidays do.
    """
    slots = view(starts_at, minutes, clocks, anchor_zone)
    slots = slots_with_days_off(slots, starts_at, minutes, calendars)
    return strip(starts_at, slots, translator, own_key, drawn=drawn)


def personal_clock(zone: str) -> Clock:
    """The reader's own clock, where it is none of the partners': a usual day, nobody's holidays."""
    return Clock("own", "", zone, None, None, time(8), time(20))


def _anchors_day(slots: Sequence[LocalSlot], translator: Translator) -> str:
    return translator.short_day(slots[0].start.date() - timedelta(days=slots[0].day_shift)) if slots else ""


def shift_label(days: int) -> str:
    """How a partner's date differs from the anchor's, in words; empty where it does not."""
    if days == 0:
        return ""
    if days == 1:
        return gettext("next day")
    if days == -1:
        return gettext("previous day")
    if days > 0:
        return ngettext("%(num)d day later", "%(num)d days later", days)
    return ngettext("%(num)d day earlier", "%(num)d days earlier", -days)


def _row(slot: LocalSlot, translator: Translator, own_key: str | None, *, drawn: bool) -> ClockRow:
    clock = slot.clock
    return ClockRow(
        key=clock.key,
        city=city_name(clock.zone, translator),
        whose=clock.name or gettext("Your clock"),
        offset=utc_offset_label(slot.start, clock.zone),
        day=translator.short_day(slot.start.date()),
        starts=translator.clock(slot.start),
        ends=translator.clock(slot.end),
        shift=shift_label(slot.day_shift),
        own=clock.key == own_key,
        ribbon=_ribbon(slot) if drawn else None,
        heeds=tuple(heed_of(notice, translator) for notice in slot.notices) if clock.country else (),
    )


def _ribbon(slot: LocalSlot) -> Ribbon:
    start, end = slot.start.astimezone(UTC), slot.end.astimezone(UTC)
    opens = start + (end - start) / 2 - WINDOW / 2
    return Ribbon(
        working=tuple(_bands(opens, _working_days(opens, slot.clock))),
        session=next(iter(_bands(opens, [(start, end)]))),
        ticks=tuple(_ticks(opens, slot.clock.zone)),
    )


def _bands(opens: datetime, spans: Iterable[tuple[datetime, datetime]]) -> Iterable[Band]:
    for begins, ends in spans:
        left, right = max(begins, opens), min(ends, opens + WINDOW)
        if left < right:
            yield Band(_per_cent(left - opens), _per_cent(right - left))


def _working_days(opens: datetime, clock: Clock) -> Iterable[tuple[datetime, datetime]]:
    """The working days that may touch the window, as instants."""
    first = to_local(opens, clock.zone)
    for days in (-1, 0, 1):
        midnight = first.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days)
        begins = midnight + timedelta(hours=clock.day_starts.hour, minutes=clock.day_starts.minute)
        yield begins.astimezone(UTC), (midnight + timedelta(minutes=clock.closing_minute)).astimezone(UTC)


def _ticks(opens: datetime, zone: str) -> Iterable[Tick]:
    # A full hour locally may be a quarter past in UTC (Kathmandu), so hours are found by the local clock.
    midnight = to_local(opens, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    hours = chain.from_iterable(
        [midnight + timedelta(days=day, hours=hour) for hour in TICK_HOURS] for day in (0, 1)
    )
    for hour in hours:
        x = _per_cent(hour.astimezone(UTC) - opens)
        if EDGE_PER_CENT <= x <= 100 - EDGE_PER_CENT:
            yield Tick(x, f"{hour:%H}", midnight=hour.hour == 0)


def _per_cent(span: timedelta) -> float:
    return round(100 * (span / WINDOW), 2)
