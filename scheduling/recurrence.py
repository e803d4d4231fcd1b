"""Series of sessions that keep their wall time on one institution's clock.

"Tuesdays at 15:00 in Belgrade" stays 15:00 in Belgrade; across a clock change the instants are no
whole number of weeks apart, so every date is resolved on its own (RFC 5545, 3.3.10 gives the same
reading to a DTSTART with a TZID).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduling.zones import Choice, UnresolvableTime, ZoneError, to_instant


@dataclass(frozen=True)
class Occurrence:
    """One date of a series: counted from 0, naive wall time in ``zone``, instant in UTC.

    ``asked`` is the wall time before a choice moved it out of a gap.
    """

    index: int
    local: datetime
    instant: datetime
    zone: str
    asked: datetime


class UnresolvableSeries(ZoneError):
    """Dates of a series that a clock change skips or repeats, each with its two readings."""

    def __init__(self, problems: Sequence[UnresolvableTime]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def weekly(
    first: datetime, zone: str, count: int, *, every: int = 1, choice: Choice | None = None
) -> list[Occurrence]:
    """``count`` occurrences of the wall time ``first`` (naive), ``every`` so many weeks.

    Raises UnresolvableSeries naming every bad date, unless ``choice`` settles them all the same
    way; a date moved by a choice does not move the dates after it. Raises ValueError when ``count``
    or ``every`` is below 1, and what ``to_instant`` raises for the zone and the years.
    """
    if count < 1 or every < 1:
        raise ValueError("A series has at least one date and at least one week between two")
    return chosen(((first + timedelta(weeks=index * every), zone) for index in range(count)), choice=choice)


def chosen(dates: Iterable[tuple[datetime, str]], *, choice: Choice | None = None) -> list[Occurrence]:
    """An occurrence of each wall time (naive) on the clock of the zone beside it, in the order given.

    Raises as ``weekly`` does.
    """
    occurrences: list[Occurrence] = []
    problems: list[UnresolvableTime] = []
    for index, (local, zone) in enumerate(dates):
        try:
            resolved = to_instant(local, zone, choice)
        except UnresolvableTime as problem:
            problems.append(problem)
        else:
            occurrences.append(Occurrence(index, resolved.local, resolved.instant, zone, local))
    if problems:
        raise UnresolvableSeries(problems)
    return occurrences
