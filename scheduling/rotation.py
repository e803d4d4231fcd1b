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
        if not any(all(a <= b for a, b in zip(other, vector, strict=True)) for other in kept):
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


@dataclass(frozen=True)
class _Path:
    """How sums were reached; ``course`` adds up the worst sums on the way, so that turns are taken."""

    course: int
    vectors: tuple[Vector, ...]


def _search(
    weeks: Sequence[Sequence[Vector]], best: Worth, effort: int
) -> tuple[tuple[Vector, ...] | None, bool]:
    """A plan better than ``best`` if there is one in reach, and whether what stands then is proven best."""
    least = _least_to_come(weeks)
    states: dict[Vector, _Path] = {(0,) * len(weeks[0][0]): _Path(0, ())}
    exact = True
    for number, (options, to_come) in enumerate(zip(weeks, least[1:], strict=True), 1):
        kept = max(effort // len(weeks[number % len(weeks)]), 1)  # each is tried with all of the next week
        following: dict[Vector, _Path] = {}
        for sums, path in states.items():
            for vector in options:
                reached = _plus(sums, vector)
                if _bound(reached, to_come) >= best:
                    continue
                course = path.course + max(reached)
                known = following.get(reached)
                if known is None or course < known.course:
                    following[reached] = _Path(course, (*path.vectors, vector))
        ordered = sorted(following, key=lambda sums: (_bound(sums, to_come), following[sums].course, sums))
        exact = exact and len(ordered) <= kept
        states = {sums: following[sums] for sums in ordered[:kept]}
    ends = sorted(states, key=lambda sums: (_worth(sums), states[sums].course, sums))
    return (states[ends[0]].vectors if ends else None), exact


def _least_to_come(weeks: Sequence[Sequence[Vector]]) -> list[tuple[Vector, int]]:
    """Before each week and after the last: what every party, and all together, at least still bear."""
    parties = len(weeks[0][0])
    found: list[tuple[Vector, int]] = [((0,) * parties, 0)]
    for options in reversed(weeks):
        each, together = found[-1]
        lightest = tuple(map(min, zip(*options, strict=True)))
        found.append((_plus(each, lightest), together + min(map(sum, options))))
    return found[::-1]


def _bound(sums: Vector, to_come: tuple[Vector, int]) -> Worth:
    """No plan through these sums ends below this."""
    each, together = to_come
    total = sum(sums) + together
    return max(*_plus(sums, each), -(-total // len(sums))), total


def _worth(sums: Vector) -> Worth:
    return max(sums), sum(sums)


def _plus(one: Vector, other: Vector) -> Vector:
    return tuple(map(int.__add__, one, other))
