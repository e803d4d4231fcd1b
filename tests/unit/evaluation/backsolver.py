"""Whoever has every number that was ever published: which sums over a few people follow from them?

The unknowns are what single people count for. A published number is a sum over people of whom the attacker is
taken to know the names (of each row, of each date, and who has left): more than anybody can know. What was
the same at two dates is one unknown. A few people are found when some combination of published numbers, with
whatever factors, is about nobody else: when the numbers have a smaller rank without what these people count for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from tests.unit.evaluation.solving import reduced_rows

Unknown = tuple[Hashable, Hashable]
"""A person, and which of the person's values."""


class Backsolver:
    """Published sums of one measure."""

    def __init__(self) -> None:
        self._equations: list[Mapping[Unknown, int]] = []

    def add(self, terms: Mapping[Unknown, int]) -> None:
        """Something published: so many times each of these values, together."""
        if terms:
            self._equations.append(terms)

    def found(self, fewer_than: int) -> list[frozenset[Hashable]]:
        """The groups of so few people of which something follows; each one as small as it can be."""
        columns, people = self._columns()
        small = [kind for kind, some in people.items() if len(some) < fewer_than]
        if not small:
            return []
        kinds = list(columns)
        matrix = np.array([column for kind in kinds for column in kind], dtype=np.int64).T
        owner = np.array([at for at, kind in enumerate(kinds) for _ in kind])
        rank = _rank(matrix)
        found: list[frozenset[Hashable]] = []
        for some in _few(small, people, fewer_than):
            group = frozenset(person for kind in some for person in people[kind])
            without = ~np.isin(owner, [kinds.index(kind) for kind in some])
            if not any(each <= group for each in found) and _rank(matrix[:, without]) < rank:
                found.append(group)
        return found

    def _columns(
        self,
    ) -> tuple[dict[tuple[tuple[int, ...], ...], None], dict[tuple[tuple[int, ...], ...], list[Hashable]]]:
        """People of one kind: what they count for stands in the same sums."""
        vectors: dict[Hashable, dict[Hashable, list[int]]] = defaultdict(
            lambda: defaultdict(lambda: [0] * len(self._equations))
        )
        for row, terms in enumerate(self._equations):
            for (person, value), factor in terms.items():
                vectors[person][value][row] += factor
        people: dict[tuple[tuple[int, ...], ...], list[Hashable]] = defaultdict(list)
        for person, values in vectors.items():
            people[tuple(sorted(map(tuple, values.values())))].append(person)
        return dict.fromkeys(people), people


def _few(
    small: Sequence[tuple[tuple[int, ...], ...]],
    people: Mapping[tuple[tuple[int, ...], ...], Sequence[Hashable]],
    fewer_than: int,
) -> Iterator[Sequence[tuple[tuple[int, ...], ...]]]:
    for size in range(1, fewer_than):
        for some in combinations(small, size):
            if sum(len(people[kind]) for kind in some) < fewer_than:
                yield some


def _rank(matrix: np.ndarray) -> int:
    return len(reduced_rows(matrix)[1]) if matrix.size else 0
