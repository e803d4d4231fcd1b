"""Somebody who has two packs of a pilot, and everything that they hold, and tries to compute small groups.

What is unknown are numbers of people: how many of a unit's students are in a set (active at the first
date, newly active at the second, active but not in one week ...). Every published number is an equation over
them, and so is whatever holds by itself (who is active in a week is active; whoever was active is). A group
is found when its number follows from the equations, or when no other number fits, people being whole and not
less than none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from coil_bridge.evaluation.counted import Counted, Edition
from coil_bridge.evaluation.records import GroupKey
from tests.unit.evaluation.solving import PRIME, reduced_rows

_NOBODY = Counted()
Both = Callable[[Counted, Counted], bool]
Term = tuple[str, GroupKey]


@dataclass
class Attacker:
    """Knows the sizes of the units at two dates and what follows from them."""

    first: Edition
    second: Edition
    units: Sequence[GroupKey]
    _sets: dict[str, Both] = field(default_factory=dict)
    _counts: dict[str, Counter[GroupKey]] = field(default_factory=dict)
    _equations: list[tuple[dict[Term, int], int]] = field(default_factory=list)

    def know(self, name: str, belongs: Both) -> str:
        """A set of people that can be counted, by what is counted of them at the two dates."""
        self._sets.setdefault(name, belongs)
        return name

    def add(self, names: Mapping[str, int], units: Iterable[GroupKey], value: int) -> None:
        """So many times this set and so many times that, over some units, are so many people."""
        terms = {(name, unit): factor for name, factor in names.items() for unit in units}
        assert sum(factor * self.truth(*term) for term, factor in terms.items()) == value, (names, value)
        self._equations.append((terms, value))

    def holds(self, names: Mapping[str, int], value: Callable[[GroupKey], int] = lambda _unit: 0) -> None:
        """Something that is so in every unit by itself."""
        for unit in self.units:
            self.add(names, [unit], value(unit))

    def truth(self, name: str, unit: GroupKey) -> int:
        """How many there really are."""
        if name not in self._counts:
            pairs = [
                (who.group, self.first.people.get(who, _NOBODY), self.second.people.get(who, _NOBODY))
                for who in self.first.people.keys() | self.second.people.keys()
            ]
            self._counts[name] = Counter(group for group, *both in pairs if self._sets[name](*both))
        return self._counts[name][unit]

    def found(self, threshold: int, apart: Iterable[str] = ()) -> list[str]:
        """The small groups that can be computed: sets over one or several units, some sets left apart."""
        terms = sorted({(name, unit) for name in self._sets for unit in self.units}, key=str)
        number = {term: position for position, term in enumerate(terms)}
        truths = np.array([self.truth(*term) for term in terms])
        rows = np.zeros((len(self._equations), len(terms)), dtype=np.int64)
        for position, (equation, _) in enumerate(self._equations):
            for term, factor in equation.items():
                rows[position, number[term]] += factor
        basis, pivots = reduced_rows(rows)
        low, high = self._squeezed(terms, number)
        some = [c for size in range(1, len(self.units) + 1) for c in combinations(self.units, size)]
        wanted, names = [], []
        for name in self._sets.keys() - set(apart):
            for units in some:
                row = np.zeros(len(terms), dtype=np.int64)
                row[[number[name, unit] for unit in units]] = 1
                wanted.append(row)
                names.append(f"{name} of {[f'{u.pairing_id}-{u.institution_id}' for u in units]}")
        matrix = np.array(wanted)
        rest = (matrix - matrix[:, pivots].astype(float) @ basis) % PRIME
        values = matrix @ truths
        pinned = (matrix @ low == matrix @ high) | ~rest.any(axis=1)
        small = (values > 0) & (values < threshold)
        return [f"{names[at]}: {values[at]}" for at in np.flatnonzero(pinned & small)]

    def _squeezed(self, terms: Sequence[Term], number: Mapping[Term, int]) -> tuple[np.ndarray, np.ndarray]:
        low = np.zeros(len(terms), dtype=np.int64)
        high = np.full(len(terms), 10_000, dtype=np.int64)
        equations = [
            (np.array([number[t] for t in terms_]), np.array(list(terms_.values())), value)
            for terms_, value in self._equations
        ]
        for _ in range(30):
            before = (low.copy(), high.copy())
            for at, factors, value in equations:
                least = np.minimum(factors * low[at], factors * high[at])
                most = np.maximum(factors * low[at], factors * high[at])
                from_below, to_above = value - (most.sum() - most), value - (least.sum() - least)
                up = np.where(factors > 0, to_above // factors, from_below // factors)
                down = np.where(factors > 0, -(-from_below // factors), -(-to_above // factors))
                high[at], low[at] = np.minimum(high[at], up), np.maximum(low[at], down)
            if (before[0] == low).all() and (before[1] == high).all():
                break
        return low, high
