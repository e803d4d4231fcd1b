"""Series of sessions that keep their wall time on one institution's clock.

"Tuesdays at 15:00 in Belgrade" stays 15:00 in Belgrade; across a clock change the instants are no
whole number of weeks apart, so every date is resolved on its own (RFC 5545, 3.3.10 gives the same
reading to a DTSTART with a TZID).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduling.zones import Choice, UnresolvableTime, ZoneError, to_instant


@dataclass(frozen=True)
class Occurrence:
    """One date of a series: counted from 0, naive wall time in the anchor's zone, instant in UTC."""

    index: int
    local: datetime
    instant: datetime


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
    occurrences: list[Occurrence] = []
    problems: list[UnresolvableTime] = []
    for index in range(count):
        try:
            resolved = to_instant(first + timedelta(weeks=index * every), zone, choice)
        except UnresolvableTime as problem:
            problems.append(problem)
        else:
            occurrences.append(Occurrence(index, resolved.local, resolved.instant))
    if problems:
        raise UnresolvableSeries(problems)
    return occurrences
