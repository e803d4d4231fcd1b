"""The statistics of a survey: a mean, and the mean change of the same people with its interval.

The interval is the 95 % confidence interval of a paired mean by Student's t distribution with n - 1 degrees
of freedom (any textbook; NIST/SEMATECH e-Handbook, 7.3.1). It assumes that the changes of different people
do not depend on each other; with the answers of a scale it is an approximation, which is said beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Change:
    """The mean change of people who answered twice; no interval for one person or none."""

    n: int
    mean: float
    low: float | None
    high: float | None


def mean_of(values: Sequence[float]) -> float | None:
    """The arithmetic mean; nothing of nothing."""
    return fmean(values) if values else None


def paired_change(pairs: Sequence[tuple[float, float]]) -> Change | None:
    """How much the second value of each pair is above the first, on the average; nothing of nothing."""
    if not pairs:
        return None
    differences = [after - before for before, after in pairs]
    mean = fmean(differences)
    if len(pairs) < 2:
        return Change(len(pairs), mean, None, None)
    half = _quantile(len(pairs) - 1) * stdev(differences) / sqrt(len(pairs))
    return Change(len(pairs), mean, mean - half, mean + half)


def _quantile(freedom: int) -> float:
    """The value of Student's t that 97.5 % lie below."""
    # Imported when it is needed: 30 MB in every process for a page that few people open would be too much.
    from scipy.special import stdtrit  # noqa: PLC0415

    return float(stdtrit(freedom, (1 + LEVEL) / 2))
