"""A plan whose hour changes from meeting to meeting, so that nobody always has the bad one.

Where the world is too wide for one weekly hour inside everybody's day, the burden goes round. Each week
offers vectors of burdens, a number a party; only those that no other vector of that week beats matter.
The aim is the lowest worst burden summed over the term, then the lowest sum of all.

The first plan is greedy: week by week the vector that keeps the worst sum lowest. It is often, not always,
the best one (tests hold it against an exact dynamic programme), so a bounded search over the sums follows.
What remains open is told: ``exact`` is True when no plan can be better.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from scheduling.search import Meeting, Row, Search
from scheduling.slots import roundness
from scheduling.timeline import Reach

Vector = tuple[int, ...]
Worth = tuple[int, int]

EFFORT = 400
"""How many sums the search tries a week: what a page can afford (a few milliseconds over a term)."""


@dataclass(frozen=True)
class Rotation:
    """``meetings`` in order of time; ``missing`` are the Mondays of weeks in which no time suits all.

    ``exact``: no plan over these weeks has a lower worst burden, nor the same with a lower sum.
    """

    meetings: tuple[Meeting, ...]
    missing: tuple[date, ...]
    exact: bool

    @property
    def totals(self) -> tuple[int, ...]:
        """Each party's burden over all meetings, in minutes."""
        return tuple(map(sum, zip(*(each.burdens for each in self.meetings), strict=True)))


@dataclass(frozen=True)
class Chosen:
    """One vector a week and what is known of the choice."""

    vectors: tuple[Vector, ...]
    exact: bool


def plan_rotation(search: Search) -> Rotation:
    """The plan over the first weeks that have a time at all, weeks on the first party's clock.

    It has fewer meetings than wanted where the weeks do not suffice, none where no week has a time.
    """
    weeks: list[tuple[Row, Mapping[Vector, int]]] = []
    missing: list[date] = []
    known: dict[tuple[bytes, ...], Mapping[Vector, int]] = {}
    for row in search.rows(search.parties[0].zone):
        if len(weeks) == search.wanted.meetings:
            break
        alike = (row.usable, *(_burdens(reach, row) for reach in search.reaches))
        if alike not in known:  # between two clock changes one week is like the other
            known[alike] = _options(row.usable, alike[1:])
        if known[alike]:
            weeks.append((row, known[alike]))
        else:
            missing.append(row.monday)
    chosen = spread([tuple(options) for _, options in weeks])
    places = [
        row.quarters[options[vector]] for (row, options), vector in zip(weeks, chosen.vectors, strict=True)
    ]
    meetings = tuple(search.meeting(at) for at in places if at is not None)
    return Rotation(meetings, tuple(missing), chosen.exact)


def _burdens(reach: Reach, row: Row) -> bytes:
    if isinstance(row.quarters, range):
        return reach.burden[row.quarters.start : row.quarters.stop]
    return bytes(0 if at is None else reach.burden[at] for at in row.quarters)


def _options(usable: bytes, burdens: Sequence[bytes]) -> dict[Vector, int]:
    """The unbeaten vectors of a week, each with the local quarter of its roundest, then earliest start."""
    found: dict[Vector, tuple[int, int]] = {}
    for local, vector in enumerate(zip(*burdens, strict=True)):
        if not usable[local]:
            continue
        place = (roundness(local), local)
        if vector not in found or place < found[vector]:
            found[vector] = place
    return {vector: found[vector][1] for vector in unbeaten(found)}


def unbeaten(vectors: Iterable[Vector]) -> list[Vector]:
    """Those that no other one beats: nowhere higher and somewhere lower. The lightest come first."""
    kept: list[Vector] = []
    for vector in sorted(set(vectors), key=lambda each: (sum(each), each)):
        if not any(all(map(int.__le__, other, vector)) for other in kept):
            kept.append(vector)
    return kept


def spread(weeks: Sequence[Sequence[Vector]], effort: int = EFFORT) -> Chosen:
    """Choose a vector a week: lowest worst sum, then lowest sum of sums; the same for the same input."""
    if not weeks:
        return Chosen((), exact=True)
    first = greedy(weeks)
    better, exact = _search(weeks, worth(first), effort)
    return Chosen(tuple(better or first), exact)


def greedy(weeks: Sequence[Sequence[Vector]]) -> list[Vector]:
    """Week by week the vector that keeps the worst sum so far lowest, then the sum."""
    chosen: list[Vector] = []
    sums: Vector = (0,) * len(weeks[0][0])
    for options in weeks:
        vector = min(options, key=lambda each: (_worth(_plus(sums, each)), each))
        chosen.append(vector)
        sums = _plus(sums, vector)
    return chosen


def worth(chosen: Sequence[Vector]) -> Worth:
    """The worst party's sum and the sum of all: what a plan is judged by, lower is better."""
    return _worth(tuple(map(sum, zip(*chosen, strict=True))))


class _Path(NamedTuple):
    """How a state was reached: no plan through it ends below ``bound``.

    ``course`` adds up the worst sums on the way, so that turns are taken; ``total`` is the least sum of all.
    """

    bound: Worth
    course: int
    total: int
    before: _Path | None
    vector: Vector

    def vectors(self) -> tuple[Vector, ...]:
        """The choice of each week."""
        return (*self.before.vectors(), self.vector) if self.before else ()


def _search(
    weeks: Sequence[Sequence[Vector]], best: Worth, effort: int
) -> tuple[tuple[Vector, ...] | None, bool]:
    """A plan better than ``best`` if there is one in reach, and whether what stands then is proven best.

    A state is what every party bears at least in the end: the sums so far, and the lightest of each week to
    come. A week adds what its vector has more than the lightest, and the heaviest of the state is a bound.
    """
    lightest = [tuple(map(min, zip(*options, strict=True))) for options in weeks]
    least = [min(map(sum, options)) for options in weeks]
    start = tuple(map(sum, zip(*lightest, strict=True)))
    states = {start: _Path((0, 0), 0, sum(least), None, ())}
    exact = True
    for number, options in enumerate(weeks):
        following_options = weeks[(number + 1) % len(weeks)]
        kept = max(effort // len(following_options), 1)  # each is tried with all of the next week
        more = [
            (tuple(map(int.__sub__, vector, lightest[number])), sum(vector) - least[number], vector)
            for vector in options
        ]
        following = _followed(states, more, best)
        ordered = sorted(following, key=lambda state: (following[state][:2], state))
        exact = exact and len(ordered) <= kept
        states = {state: following[state] for state in ordered[:kept]}
    return (next(iter(states.values())).vectors() if states else None), exact


def _followed(
    states: Mapping[Vector, _Path], more: Sequence[tuple[Vector, int, Vector]], best: Worth
) -> dict[Vector, _Path]:
    """Every state of the next week that may still end below ``best``, by the way with the best course."""
    found: dict[Vector, _Path] = {}
    for state, path in states.items():
        for extra, extra_total, vector in more:
            reached = _plus(state, extra)
            heaviest = max(reached)
            known = found.get(reached)
            if known is not None:
                if path.course + heaviest < known.course:
                    found[reached] = _Path(known.bound, path.course + heaviest, known.total, path, vector)
                continue
            total = path.total + extra_total
            bound = max(heaviest, -(-total // len(reached))), total
            if bound < best:
                found[reached] = _Path(bound, path.course + heaviest, total, path, vector)
    return found


def _worth(sums: Vector) -> Worth:
    return max(sums), sum(sums)


def _plus(one: Vector, other: Vector) -> Vector:
    return tuple(map(int.__add__, one, other))
