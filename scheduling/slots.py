"""Weekly times that two to six institutions can share through a term, ranked, with what ranks them.

A fixed slot is a wall time on one institution's clock ("Tuesdays at 10:00 in Belgrade"). Where clocks
change, its hour moves elsewhere; every date is judged on its own, on everybody's clock. No date of a slot
touches anybody's impossible hours, other engagements or days off: such dates are left out, and a slot counts
only when enough of its dates remain. The order is total, so the same input gives the same answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import compress, islice, pairwise
from typing import Literal, cast

from scheduling.search import Meeting, Row, Search
from scheduling.timeline import Party
from scheduling.weekly_hours import DAY, WEEK

Why = Literal["hours", "busy", "day_off", "clock_change"]


@dataclass(frozen=True)
class LeftOut:
    """A week in which a slot cannot be used: the local date there, and whom it does not suit why."""

    day: date
    reasons: tuple[tuple[str, Why], ...]


@dataclass(frozen=True)
class FixedSlot:
    """One weekly wall time on the clock of the party ``anchor``; ``local`` quarters from Monday 00:00.

    ``moved`` are the parties on whose clocks the hour is not the same on all dates. ``rank`` orders slots.
    """

    rank: tuple[int, ...]
    anchor: str
    zone: str
    local: int
    meetings: tuple[Meeting, ...]
    left_out: tuple[LeftOut, ...]
    moved: tuple[str, ...]

    @property
    def totals(self) -> tuple[int, ...]:
        """Each party's burden over all dates, in minutes."""
        return tuple(map(sum, zip(*(each.burdens for each in self.meetings), strict=True)))


@dataclass(frozen=True)
class Candidate:
    """A slot before it is told in full; compares by rank, the best first."""

    rank: tuple[int, ...]
    anchor: int
    local: int
    quarters: tuple[int, ...]


@dataclass(frozen=True)
class _Pattern:
    """Dates between the same clock changes are alike: (position of the first of them, how many)."""

    groups: tuple[tuple[int, int], ...]
    moved: int

    @classmethod
    def of(cls, phases: bytes, moved: int) -> _Pattern:
        return cls(tuple((phases.index(each), phases.count(each)) for each in sorted(set(phases))), moved)


_ENOUGH = 2  # hours inside the preferred time, from which on more is no better


def find_slots(search: Search) -> list[Candidate]:
    """Every weekly time with enough dates, the best first.

    The rank: the heaviest burden that any party bears over the term, all burdens together, weeks left out,
    clocks on which the hour moves, hours from the edge of anybody's preferred time, a full hour before a
    half and a quarter, then the clock in the order of the parties and the week from Monday on.
    """
    best: dict[tuple[int, ...], Candidate] = {}
    phase_of = _phases(search)
    known: dict[tuple[int, bytes], _Pattern] = {}
    for anchor in _different_clocks(search):
        rows = search.rows(search.parties[anchor].zone)
        for local, quarters, left_out in _dates(rows, search.wanted.meetings):
            if quarters in best:  # the same instants on an earlier party's clock
                continue
            phases = bytes(map(phase_of.__getitem__, quarters))
            if (anchor, phases) not in known:
                known[anchor, phases] = _Pattern.of(phases, len(_moved(search, quarters)))
            pattern = known[anchor, phases]
            alike = [(quarters[place], count) for place, count in pattern.groups]
            burdens = [sum([each.burden[at] * count for at, count in alike]) for each in search.reaches]
            depth = 0 if any(burdens) else min(each.depth[at] for each in search.reaches for at, _ in alike)
            heaviest, all_ = max(burdens), sum(burdens)
            comfort = min(depth // 4, _ENOUGH)
            rank = (heaviest, all_, left_out, pattern.moved, -comfort, roundness(local), anchor, local)
            best[quarters] = Candidate(rank, anchor, local, quarters)
    return sorted(best.values(), key=lambda each: each.rank)


def told(search: Search, candidate: Candidate) -> FixedSlot:
    """A slot in full."""
    party = search.parties[candidate.anchor]
    rows = search.rows(party.zone)
    last = max(place for place, row in enumerate(rows) if row.quarters[candidate.local] in candidate.quarters)
    left_out = tuple(
        _left_out(search, party.zone, row, candidate.local)
        for row in rows[:last]
        if row.quarters[candidate.local] not in candidate.quarters
    )
    return FixedSlot(
        rank=candidate.rank,
        anchor=party.key,
        zone=party.zone,
        local=candidate.local,
        meetings=tuple(search.meeting(each) for each in candidate.quarters),
        left_out=tuple(each for each in left_out if each.reasons),
        moved=tuple(_moved(search, candidate.quarters)),
    )


def shortlist(
    candidates: Sequence[Candidate], most: int, *, apart: int = 4, a_day: int = 2
) -> list[Candidate]:
    """The best ones that are not next to a better one: ``apart`` quarters from it, ``a_day`` on a weekday."""
    chosen: list[Candidate] = []
    days: Counter[int] = Counter()
    for each in candidates:
        if len(chosen) == most:
            break
        first, day = each.quarters[0] % WEEK, each.local // DAY
        if days[day] < a_day and all(abs(first - other.quarters[0] % WEEK) >= apart for other in chosen):
            chosen.append(each)
            days[day] += 1
    return chosen


def most_dates(search: Search) -> int:
    """How many dates the weekly time that comes farthest has; fewer than wanted where there is no slot."""
    return max(_most(search, search.free, anchor) for anchor in _different_clocks(search))


def blocking(search: Search) -> tuple[str, ...]:
    """The parties without whom each there would be a fixed slot; asked when there is none."""
    return tuple(
        party.key
        for place, party in enumerate(search.parties)
        if any(
            _most(search, search.without(place), anchor) >= search.wanted.meetings
            for anchor in _different_clocks(search)
        )
    )


def roundness(local: int) -> int:
    """0 for a full hour, 1 for a half, 2 for a quarter: how people like to meet."""
    return (0, 2, 1, 2)[local % 4]


def _most(search: Search, free: bytes, anchor: int) -> int:
    rows = search.rows_of(search.parties[anchor].zone, free)
    return max(map(sum, zip(*(row.usable for row in rows), strict=True)))


def _dates(rows: Sequence[Row], meetings: int) -> list[tuple[int, tuple[int, ...], int]]:
    """(local quarter, the quarters of its first dates, how many weeks are left out between them)."""
    found = []
    usable = zip(*(row.usable for row in rows), strict=True)
    places = zip(*(row.quarters for row in rows), strict=True)
    for local, (column, quarters) in enumerate(zip(usable, places, strict=True)):
        if sum(column) < meetings:
            continue
        held = cast("tuple[int, ...]", tuple(islice(compress(quarters, column), meetings)))  # usable: there
        last = next(islice(compress(range(len(rows)), column), meetings - 1, None))
        found.append((local, held, last + 1 - meetings))
    return found


def _different_clocks(search: Search) -> list[int]:
    """The parties whose clocks do not run in step with an earlier one's through the whole term.

    In step they show the same weekly times; but where not every week counts, Sunday night on one clock
    and Monday morning on another are in different weeks.
    """
    if search.wanted.every > 1:
        return list(range(len(search.parties)))
    seen, places = set(), []
    for place, party in enumerate(search.parties):
        stretches = search.line.stretches(party.zone)
        shape = tuple((start, end, ahead - stretches[0][2]) for start, end, ahead in stretches)
        if shape not in seen:
            seen.add(shape)
            places.append(place)
    return places


def _phases(search: Search) -> bytes:
    """A number for each quarter, the same where a session meets the same local hours in every week.

    It rises at each clock change, and a session's length before it: what is under way then is a case of
    its own.
    """
    zones = {zone for party in search.parties for zone in (party.zone, *(each.zone for each in party.hours))}
    changes = {start for zone in zones for start, _, _ in search.line.stretches(zone)[1:]}
    inside = {max(start - search.length + 1, 1) for start in changes}
    bounds = [0, *sorted(changes | inside), search.line.length]
    return b"".join(bytes([number]) * (end - start) for number, (start, end) in enumerate(pairwise(bounds)))


def _moved(search: Search, quarters: Sequence[int]) -> list[str]:
    def hours(zone: str) -> set[int]:
        return {(at + search.line.ahead(zone, at)) % DAY for at in quarters}

    return [party.key for party in search.parties if len(hours(party.zone)) > 1]


def _left_out(search: Search, zone: str, row: Row, local: int) -> LeftOut:
    day = row.monday + timedelta(days=local // DAY)
    at = row.quarters[local]
    if not search.wanted.first <= day <= search.wanted.last:
        return LeftOut(day, ())
    if at is None:
        changed: Why = "clock_change"
        return LeftOut(day, tuple((each.key, changed) for each in search.parties if each.zone == zone))
    return LeftOut(day, reasons_against(search, at))


def reasons_against(search: Search, quarter: int) -> tuple[tuple[str, Why], ...]:
    """Whom a session that begins at a quarter does not suit, and why."""
    return tuple(
        (party.key, _why(search, party, quarter))
        for party, reach in zip(search.parties, search.reaches, strict=True)
        if not reach.free >> quarter & 1
    )


def _why(search: Search, party: Party, quarter: int) -> Why:
    start, end = search.line.instant(quarter), search.line.instant(quarter + search.length)
    local = quarter + search.line.ahead(party.zone, quarter)
    days = {search.line.day(local), search.line.day(local + search.length - 1)}
    if days & party.days_off:
        return "day_off"
    return "busy" if any(begins < end and start < ends for begins, ends in party.busy) else "hours"
