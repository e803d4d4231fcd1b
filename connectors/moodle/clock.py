"""How far a partner's clock is from ours, told from the Date header of its answers (RFC 9110, 6.6.1).

The header is cut to whole seconds and is made at some moment between our sending and our receiving.
So one answer gives an interval, not a number: the other clock showed a time in [date, date + 1 s) at
some instant in [sent, received]. Several answers narrow it, because all their intervals must hold.
A proxy in front of a Moodle may write the header; then it is the proxy's clock that is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True)
class ClockSkew:
    """The other clock minus ours, in seconds, lies between ``low`` and ``high``; positive is ahead."""

    low: float
    high: float

    @property
    def seconds(self) -> float:
        """The middle of the interval."""
        return (self.low + self.high) / 2

    @property
    def uncertainty(self) -> float:
        """Half the width of the interval, in seconds."""
        return (self.high - self.low) / 2

    @property
    def at_least(self) -> float:
        """The smallest distance between the clocks, in seconds, that the measurement leaves possible."""
        return max(self.low, -self.high, 0.0)

    def narrowed_by(self, other: ClockSkew) -> ClockSkew:
        """Return what both measurements allow; the other one alone when a clock was set in between."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return ClockSkew(low, high) if low <= high else other


def measure(date_header: str, sent_at: datetime, received_at: datetime) -> ClockSkew | None:
    """Return the skew that one answer shows, or ``None`` without a usable header. Instants are UTC."""
    try:
        date = parsedate_to_datetime(date_header)
    except ValueError:
        return None
    if date.tzinfo is None:  # "-0000", which RFC 5322 gives to a time of unknown zone
        return None
    earliest = (date - received_at).total_seconds()
    latest = (date - sent_at).total_seconds() + 1.0
    return ClockSkew(earliest, latest) if earliest <= latest else None
