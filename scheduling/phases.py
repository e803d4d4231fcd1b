"""A plan of phases laid over the common weeks: whole weeks for each phase, in order.

The lengths are weeks in which all partners teach. A week that is lost lies inside the phase around it and
does not count for its length, so "two weeks of team building" are two weeks in which teams can be built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from scheduling.common_weeks import Week


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """A phase from ``first`` to ``last``, both days counted."""

    phase: str
    first: date
    last: date


def shared_out(weeks: int, shares: Mapping[str, int]) -> dict[str, int]:
    """``weeks`` among the phases as near to their ``shares`` as whole weeks allow, the same each time.

    Each phase gets a week before any gets two, as far as they go; then largest remainders (Hamilton), the
    earlier phase first where they are equal.
    """
    phases = list(shares)
    given = {phase: int(place < weeks) for place, phase in enumerate(phases)}
    total, rest = sum(shares.values()), weeks - sum(given.values())
    while rest > 0:
        due = max(phases, key=lambda phase: shares[phase] * weeks / total - given[phase])
        given[due] += 1
        rest -= 1
    return given


def laid_over(weeks: Sequence[Week], lengths: Mapping[str, int], starts: int = 0) -> list[PhaseSpan]:
    """Phases of so many common weeks each, from the common week number ``starts`` on (counted from 0).

    A phase begins with the first day of its first week and ends on the day before the next phase begins; the
    last one ends with its last week. Phases for which no week is left, or of no length, are left out.
    """
    common = [week for week in weeks if week.common][starts:]
    begun: list[tuple[str, list[Week]]] = []
    for phase, length in lengths.items():
        own, common = common[:length], common[length:]
        if own:
            begun.append((phase, own))
    last_days = [_day_before(following[0].first, weeks) for (_, _), (_, following) in pairwise(begun)]
    return [
        PhaseSpan(phase, own[0].first, last)
        for (phase, own), last in zip(
            begun, [*last_days, *([begun[-1][1][-1].last] if begun else [])], strict=True
        )
    ]


def _day_before(first: date, weeks: Sequence[Week]) -> date:
    """The last day of the week before the one that begins at ``first``."""
    return next(before.last for before, week in pairwise(weeks) if week.first == first)


def common_weeks_in(weeks: Sequence[Week], span: PhaseSpan) -> int:
    """How many common weeks have a shared day inside a phase."""
    return sum(
        week.common
        and all(any(span.first <= day <= span.last for day in each.shared) for each in week.partners.values())
        for week in weeks
    )
