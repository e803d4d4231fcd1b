"""The week as a picture: days side by side, everybody's hours down the edge, ranked times marked in it.

Its text alternative is a list of the hours that suit all; the ranked times below are text as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coil_bridge.i18n import Translator
from coil_bridge.web.hour_words import day_names, hour_text
from coil_bridge.web.texts import gettext
from scheduling.search import Search
from scheduling.slots import FixedSlot
from scheduling.timeline import quarters_of
from scheduling.week_grid import WeekGrid
from scheduling.weekly_hours import DAY, IMPOSSIBLE, PREFERRED, runs
from scheduling.zones import to_local

GOOD, STRAINED, ONE, SEVERAL = "good", "strained", "one", "several"
MARKED = 3


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of one day; x, y and sizes in per cent of the picture."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A ranked time in the week."""

    number: int
    x: float
    y: float
    width: float
    height: float
    middle_x: float
    middle_y: float


@dataclass(frozen=True, slots=True)
class Hour:
    """What a clock shows at one of the 24 hours of the reference clock; ``kind``: how it suits there."""

    text: str
    kind: str
    day: str


@dataclass(frozen=True, slots=True)
class Axis:
    """One clock down the edge of the picture."""

    city: str
    hours: tuple[Hour, ...]


@dataclass(frozen=True, slots=True)
class HoursPicture:
    """One stretch of weeks. ``windows``: the hours that suit all, in words, a line a day."""

    title: str
    axes: tuple[Axis, ...]
    days: tuple[str, ...]
    narrow_days: tuple[str, ...]
    blocks: tuple[Block, ...]
    marks: tuple[Mark, ...]
    windows: tuple[str, ...]


def draw_hours(
    grids: Sequence[WeekGrid],
    slots: Sequence[FixedSlot],
    search: Search,
    cities: Sequence[str],
    words: Translator,
) -> list[HoursPicture]:
    """A picture for each stretch of weeks between clock changes."""
    return [_picture(grid, slots, search, cities, words) for grid in grids]


def _picture(
    grid: WeekGrid, slots: Sequence[FixedSlot], search: Search, cities: Sequence[str], words: Translator
) -> HoursPicture:
    kinds = _kinds(grid)
    return HoursPicture(
        title=words.span(grid.first, grid.last),
        axes=tuple(_axis(grid, place, city) for place, city in enumerate(cities)),
        days=tuple(day_names(words, "abbreviated")),
        narrow_days=tuple(day_names(words, "narrow")),
        blocks=tuple(_blocks(kinds)),
        marks=tuple(_marks(grid, slots, search)),
        windows=tuple(_windows(kinds, words)),
    )


def _kinds(grid: WeekGrid) -> list[str]:
    return [
        (ONE if unable == 1 else SEVERAL) if unable else (STRAINED if strained else GOOD)
        for unable, strained in zip(grid.unable, grid.strained, strict=True)
    ]


def _blocks(kinds: Sequence[str]) -> Iterable[Block]:
    numbers = [(GOOD, STRAINED, ONE, SEVERAL).index(kind) for kind in kinds]
    for day in range(7):
        for start, end, number in runs(numbers[day * DAY : (day + 1) * DAY]):
            kind = (GOOD, STRAINED, ONE, SEVERAL)[number]
            yield Block(_x(day + 0.04), _y(start), _x(0.92), _y(end - start), kind)


def _marks(grid: WeekGrid, slots: Sequence[FixedSlot], search: Search) -> Iterable[Mark]:
    """Where the best times lie in these weeks, on the reference clock."""
    zone = search.parties[0].zone
    height = quarters_of(search.wanted.minutes)
    for number, slot in enumerate(slots[:MARKED], 1):
        local = [to_local(each.start, zone) for each in slot.meetings]
        inside = next((each for each in local if grid.first <= each.date() <= grid.last), None)
        if inside is None:
            continue
        day, start = inside.weekday(), inside.hour * 4 + inside.minute // 15
        shown = min(height, DAY - start)
        yield Mark(
            number, _x(day + 0.04), _y(start), _x(0.92), _y(shown), _x(day + 0.5), _y(start + shown / 2)
        )


def _axis(grid: WeekGrid, place: int, city: str) -> Axis:
    return Axis(city, tuple(_hour(grid, place, hour) for hour in range(24)))


def _hour(grid: WeekGrid, place: int, hour: int) -> Hour:
    quarter = hour * 4 + grid.ahead[place]
    said = {grid.levels[place][day * DAY + hour * 4] for day in range(7)}
    shift = quarter // DAY
    text = hour_text(quarter)
    return Hour(
        text=text[:2] if text.endswith("00") else text,
        kind="good" if PREFERRED in said else "several" if said == {IMPOSSIBLE} else "strained",
        day="" if not shift else "+1" if shift > 0 else "−1",
    )


def _windows(kinds: Sequence[str], words: Translator) -> Iterable[str]:
    names = day_names(words, "wide")
    for day in range(7):
        today = [
            1 if kind == GOOD else 2 if kind == STRAINED else 0 for kind in kinds[day * DAY : (day + 1) * DAY]
        ]
        spans = [
            gettext("%(start)s–%(end)s good for all", start=hour_text(start), end=hour_text(end))
            if value == 1
            else gettext("%(start)s–%(end)s possible for all", start=hour_text(start), end=hour_text(end))
            for start, end, value in runs(today)
            if value
        ]
        yield f"{names[day]}: {', '.join(spans) or gettext('no hour for all')}"


def _x(days: float) -> float:
    return round(100 * days / 7, 2)


def _y(quarters: float) -> float:
    return round(100 * quarters / DAY, 2)
