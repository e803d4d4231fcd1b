"""A usual week of several institutions on one clock, to be drawn: who can and who cannot, hour by hour.

Between two clock changes every week has the same shape; so there is one grid for each such stretch of weeks.
Days off and engagements are not in it: they belong to single dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from scheduling.search import Search
from scheduling.timeline import Party, Timeline
from scheduling.weekly_hours import ACCEPTABLE, DAY, IMPOSSIBLE, WEEK, Week, together


@dataclass(frozen=True)
class WeekGrid:
    """The weeks from ``first`` to ``last``; everything counts quarters of the reference clock's week.

    ``ahead``: how many quarters each party's clock is ahead of the reference's. ``levels``: what each party
    says. ``unable``: how many parties cannot; ``strained``: for how many the hour is only acceptable.
    """

    first: date
    last: date
    ahead: tuple[int, ...]
    levels: tuple[Week, ...]

    @property
    def unable(self) -> bytes:
        """For each quarter, how many parties cannot."""
        return bytes(column.count(IMPOSSIBLE) for column in zip(*self.levels, strict=True))

    @property
    def strained(self) -> bytes:
        """For each quarter, for how many parties it is acceptable only."""
        return bytes(column.count(ACCEPTABLE) for column in zip(*self.levels, strict=True))


def week_grids(search: Search) -> tuple[WeekGrid, ...]:
    """One grid for each stretch of weeks without a clock change, on the first party's clock.

    A week counts to the stretch in which its Wednesday lies: clocks change around weekends.
    """
    reference = search.parties[0].zone
    zones = sorted({zone for party in search.parties for zone in _zones(party)})
    mondays = [search.wanted.monday + timedelta(weeks=week) for week in range(search.wanted.weeks)]

    def shape(monday: date) -> tuple[int, ...]:
        return _shape(search.line, reference, zones, monday)

    grids = []
    for ahead, alike in groupby(mondays, shape):
        weeks = list(alike)
        shifts = dict(zip(zones, ahead, strict=True))
        grids.append(
            WeekGrid(
                first=weeks[0],
                last=weeks[-1] + timedelta(days=6),
                ahead=tuple(shifts[party.zone] for party in search.parties),
                levels=tuple(
                    together([_turned(hours.week, shifts[hours.zone]) for hours in party.hours])
                    for party in search.parties
                ),
            )
        )
    return tuple(grids)


def _zones(party: Party) -> Sequence[str]:
    return (party.zone, *(hours.zone for hours in party.hours))


def _shape(line: Timeline, reference: str, zones: Sequence[str], monday: date) -> tuple[int, ...]:
    wednesday = line.local_of(monday) + 2 * DAY + DAY // 2
    here = line.ahead(reference, wednesday)
    return tuple(line.ahead(zone, wednesday) - here for zone in zones)


def _turned(week: Week, ahead: int) -> Week:
    """A week on a clock that is so many quarters ahead, as it falls on the reference clock."""
    start = ahead % WEEK
    return week[start:] + week[:start]
