"""An event as one integer: the form in which millions of them are stored and computed with.

From the highest bit to the lowest: who (the number in ``actor``), the minute since 1970-01-01 UTC, the local
day as what it is off the minute's UTC day (one more than that, so 0 to 2), the kind. So events in the order
of their integers are in the order of people and time. Seconds have no place in it (``records.py``).

Everything here takes one event or a whole numpy array of them: only operators are used.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Events = NDArray[np.int64]

Number = TypeVar("Number", int, "Events")

EPOCH = date(1970, 1, 1).toordinal()
_KIND_BITS, _DAY_BITS, _MINUTE_BITS = 5, 2, 26
_DAY_AT = _KIND_BITS
_MINUTE_AT = _DAY_AT + _DAY_BITS
_ACTOR_AT = _MINUTE_AT + _MINUTE_BITS
_ORDINAL_BITS = 20  # of date.toordinal(), until the year 2871
_A_DAY = 24 * 60
_MOST_OFF = 2


def pack(actor: Number, minute: Number, day: Number, kind: Number) -> Number:
    """Events by their parts; ``day`` is ``date.toordinal()`` of the local date.

    Raises ValueError for a day that is nowhere at that minute.
    """
    off = day - (minute // _A_DAY + (EPOCH - 1))
    if not _is_near(off):
        raise ValueError("the local day is more than one off the day in UTC")
    return actor << _ACTOR_AT | minute << _MINUTE_AT | off << _DAY_AT | kind


def actors_of(events: Number) -> Number:
    """Who."""
    return events >> _ACTOR_AT


def minutes_of(events: Number) -> Number:
    """When, in minutes since 1970-01-01 UTC."""
    return (events >> _MINUTE_AT) & ((1 << _MINUTE_BITS) - 1)


def days_of(events: Number) -> Number:
    """The local day, as ``date.toordinal()``."""
    off = (events >> _DAY_AT) & ((1 << _DAY_BITS) - 1)
    return minutes_of(events) // _A_DAY + (EPOCH - 1) + off


def kinds_of(events: Number) -> Number:
    """What (``records.EventKind``)."""
    return events & ((1 << _KIND_BITS) - 1)


def likeness(events: Number) -> Number:
    """The same for events of the same person, minute and kind, whatever day that was taken for."""
    return events & ~(((1 << _DAY_BITS) - 1) << _DAY_AT)


def day_key(events: Number) -> Number:
    """The same for what one person did of one kind on one day; in the order of (actor, day, kind)."""
    above = actors_of(events) << _ORDINAL_BITS + _KIND_BITS
    return above | days_of(events) << _KIND_BITS | kinds_of(events)


def opened_day_key(key: Number) -> tuple[Number, Number, Number]:
    """Actor, day and kind of a ``day_key``."""
    day = (key >> _KIND_BITS) & ((1 << _ORDINAL_BITS) - 1)
    return key >> _ORDINAL_BITS + _KIND_BITS, day, kinds_of(key)


def beginnings(np: Any, ordered: Events) -> Events:
    """The places where something else begins; numpy's own ``unique`` imports what a megabyte holds."""
    changes = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    found: Events = np.concatenate([np.zeros(min(len(ordered), 1), np.int64), changes])
    return found


def _is_near(off: Any) -> bool:
    wrong = (off < 0) | (off > _MOST_OFF)
    return not (wrong.any() if hasattr(wrong, "any") else wrong)


def block(events: Sequence[int]) -> bytes:
    """Events as they are stored: eight bytes each, the lowest first."""
    return struct.pack(f"<{len(events)}q", *events)


def opened(stored: bytes) -> tuple[int, ...]:
    """What ``block`` was given."""
    return struct.unpack(f"<{len(stored) // 8}q", stored)
