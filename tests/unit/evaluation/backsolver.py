"""Whoever has every number that was ever published: which sums over a few people follow from them?

The unknowns are what single people count for. A published number is a sum over people of whom the attacker is
taken to know the names (of each row, of each date, and who has left): more than anybody can know. What was
the same at two dates is one unknown. A few people are found when some combination of published numbers, with
whatever factors, is about nobody else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence

import numpy as np

_NOTHING = 1e-7
Unknown = tuple[Hashable, Hashable]
"""A person, and which of the person's values."""
Kind = tuple[tuple[int, ...], ...]
"""In which sums the values of some people stand; people of one kind always stand in the same ones."""


class Backsolver:
    """Published sums of one measure."""

    def __init__(self) -> None:
        self._equations: list[Mapping[Unknown, int]] = []

    def add(self, terms: Mapping[Unknown, int]) -> None:
        """Something published: so many times each of these values, together."""
        if terms:
            self._equations.append(terms)

    def found(self, fewer_than: int) -> list[frozenset[Hashable]]:
        """The groups of so few people of which something follows; each one as small as it can be.

        What can be computed is the span of the equations. Of the projection onto it, the part of some columns
        has the eigenvalue 1 when, and only when, the span holds something that is about these columns alone.
        """
        columns, people = self._columns()
        small = [kind for kind, some in people.items() if len(some) < fewer_than]
        if not small:
            return []
        matrix = np.array([column for kind in columns for column in kind], dtype=float).T
        _, weights, basis = np.linalg.svd(matrix, full_matrices=False)
        span = basis[weights > _NOTHING * weights[0]]
        projection = span.T @ span
        ends = np.cumsum([len(kind) for kind in columns])
        place = {kind: range(end - len(kind), end) for kind, end in zip(columns, ends, strict=True)}
        weight = {kind: float(sum(projection[at, at] for at in place[kind])) for kind in small}
        found: list[frozenset[Hashable]] = []
        for some in _few(sorted(small, key=lambda kind: -weight[kind]), weight, people, fewer_than):
            at = [column for kind in some for column in place[kind]]
            if np.linalg.eigvalsh(projection[np.ix_(at, at)])[-1] > 1 - _NOTHING:
                group = frozenset(person for kind in some for person in people[kind])
                if not any(each <= group for each in found):
                    found.append(group)
        return found

    def _columns(self) -> tuple[Sequence[Kind], Mapping[Kind, Sequence[Hashable]]]:
        """People of one kind: what they count for stands in the same sums."""
        vectors: dict[Hashable, dict[Hashable, list[int]]] = defaultdict(
            lambda: defaultdict(lambda: [0] * len(self._equations))
        )
        for row, terms in enumerate(self._equations):
            for (person, value), factor in terms.items():
                vectors[person][value][row] += factor
        people: dict[Kind, list[Hashable]] = defaultdict(list)
        for person, values in vectors.items():
            people[tuple(sorted(map(tuple, values.values())))].append(person)
        return list(people), people


def _few(
    kinds: Sequence[Kind],
    weight: Mapping[Kind, float],
    people: Mapping[Kind, Sequence[Hashable]],
    fewer_than: int,
) -> Iterator[tuple[Kind, ...]]:
    """The groups of so few people that are heavy enough for the eigenvalue 1; the heaviest kinds first."""

    def more(start: int, chosen: tuple[Kind, ...], left: int, missing: float) -> Iterator[tuple[Kind, ...]]:
        if chosen and missing <= 0:
            yield chosen
        for at in range(start, len(kinds)):
            kind = kinds[at]
            if weight[kind] * left < missing:
                return
            if len(people[kind]) <= left:
                yield from more(at + 1, (*chosen, kind), left - len(people[kind]), missing - weight[kind])

    return more(0, (), fewer_than - 1, 1 - _NOTHING)
