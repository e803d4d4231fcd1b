"""An attacker with a table of published values: exact linear algebra, then bounds that squeeze each other.

Unknowns are the cells of the units; every published value is one equation. What is in the span of the
equations can be computed; what is not may still be pinned by the fact that people are counted in whole
numbers from zero on.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

PRIME = 1_048_573  # a few thousand products of two of its remainders are exact as floats
Equation = tuple[dict[int, int], int]
"""Coefficients by unknown, and the value."""


def reduced(equations: Sequence[Equation], unknowns: int) -> list[list[Fraction]]:
    """The equations in reduced row echelon form, each with its value at the end."""
    rows = [
        [*(Fraction(coefficients.get(column, 0)) for column in range(unknowns)), Fraction(value)]
        for coefficients, value in equations
    ]
    pivot = 0
    for column in range(unknowns):
        found = next((row for row in range(pivot, len(rows)) if rows[row][column]), None)
        if found is None:
            continue
        rows[pivot], rows[found] = rows[found], rows[pivot]
        lead = rows[pivot][column]
        rows[pivot] = [value / lead for value in rows[pivot]]
        for other in range(len(rows)):
            factor = rows[other][column]
            if other != pivot and factor:
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[pivot], strict=True)]
        pivot += 1
    return rows[:pivot]


def computed(rows: Sequence[Sequence[Fraction]], wanted: dict[int, int], unknowns: int) -> Fraction | None:
    """The value of a sum of unknowns when it follows from the equations."""
    rest = [Fraction(wanted.get(column, 0)) for column in range(unknowns)] + [Fraction(0)]
    for row in rows:
        column = next(index for index, value in enumerate(row[:-1]) if value)
        if rest[column]:
            factor = rest[column]
            rest = [a - factor * b for a, b in zip(rest, row, strict=True)]
    return None if any(rest[:-1]) else -rest[-1]


def bounds(
    equations: Sequence[Equation], unknowns: int, largest: int, rounds: int = 50
) -> list[tuple[int, int]]:
    """What each unknown can be at least and at most, from 0 to ``largest``, squeezed until it holds still."""
    low, high = [0] * unknowns, [largest] * unknowns
    for _ in range(rounds):
        before = (list(low), list(high))
        for coefficients, value in equations:
            for unknown, factor in coefficients.items():
                others = [(low[u] * f, high[u] * f) for u, f in coefficients.items() if u != unknown]
                if factor == 1 and all(f == 1 for f in coefficients.values()):
                    high[unknown] = min(high[unknown], value - sum(small for small, _ in others))
                    low[unknown] = max(low[unknown], value - sum(large for _, large in others))
        if (low, high) == before:
            break
    return list(zip(low, high, strict=True))


def reduced_rows(rows: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Reduced row echelon form by remainders of a prime, without empty rows; the columns of its pivots."""
    rows = rows % PRIME
    pivots: list[int] = []
    top = 0
    for column in range(rows.shape[1]):
        found = np.flatnonzero(rows[top:, column])
        if not len(found):
            continue
        rows[[top, top + found[0]]] = rows[[top + found[0], top]]
        rows[top] = rows[top] * pow(int(rows[top, column]), -1, PRIME) % PRIME
        others = rows[:, column].copy()
        others[top] = 0
        rows -= np.outer(others, rows[top]) % PRIME
        rows %= PRIME
        pivots.append(column)
        top += 1
        if top == len(rows):
            break
    return rows[:top], pivots
