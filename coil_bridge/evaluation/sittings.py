"""Time on task: minutes between consecutive events of somebody, where the gap is short enough.

It is an estimate and labelled so. A sitting ends at local midnight; its last event adds nothing.

``time_on_task`` says what is meant, for one person. ``bulk`` does the same for a million events in a tenth of
a second: SQLite's window functions take three. Events come as integers (``packed_events``), many in a block.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from coil_bridge.evaluation.attendance import Span
from coil_bridge.evaluation.packed_events import actors_of, days_of, kinds_of, minutes_of
from coil_bridge.evaluation.records import JOINS

_SLICE = 1 << 17


@dataclass(frozen=True, slots=True)
class Bulk:
    """Minutes by actor, and (actor, minute) of the joins of rooms, by actor and time."""

    minutes: Mapping[int, int]
    joins: tuple[tuple[int, int], ...]


def time_on_task(events: Iterable[tuple[int, int]], gap: int) -> int:
    """The estimate for one person's (minute, local day) with a gap of at most so many minutes."""
    ordered = sorted(events)
    return sum(
        later[0] - earlier[0]
        for earlier, later in pairwise(ordered)
        if later[0] - earlier[0] <= gap and later[1] == earlier[1]
    )


def bulk(blocks: Iterable[bytes], windows: Mapping[int, Span], gap: int) -> Bulk:
    """The estimate for every actor in ``windows``, of events within the actor's window of minutes.

    ``gap`` is in minutes.
    """
    import numpy as np  # noqa: PLC0415 - only the worker needs it; a web process stays small without

    events = np.frombuffer(bytearray().join(blocks), "<i8")
    events.sort()
    most = max(windows, default=0) + 1
    low, high = np.full(most, 1, np.int32), np.zeros(most, np.int32)
    for actor, (first, end) in windows.items():
        low[actor], high[actor] = first, end
    found = np.zeros(most, np.int64)
    joins: list[tuple[int, int]] = []
    for start in range(0, len(events), _SLICE):
        some = events[max(start - 1, 0) : start + _SLICE]
        actors, minutes = _inside(np, some, low, high)
        found += _gaps(np, some, actors, minutes, gap=gap, most=most)
        joins += _joins(np, some, actors, minutes, skip=min(start, 1))
    known = {int(actor): int(found[actor]) for actor in np.flatnonzero(found)}
    return Bulk(known, tuple(joins))


def _inside(np: Any, some: Any, low: Any, high: Any) -> tuple[Any, Any]:
    """Actors (-1 for what does not count) and minutes of a slice."""
    actors, minutes = actors_of(some), minutes_of(some)
    known = actors < len(low)
    place = np.where(known, actors, 0)
    inside = known & (minutes >= low[place]) & (minutes < high[place])
    return np.where(inside, actors, -1), minutes


def _gaps(np: Any, some: Any, actors: Any, minutes: Any, *, gap: int, most: int) -> Any:
    """The minutes of a slice, by actor."""
    gaps = minutes[1:] - minutes[:-1]
    days = days_of(some)
    counts = (actors[1:] == actors[:-1]) & (actors[1:] >= 0) & (gaps <= gap) & (days[1:] == days[:-1])
    return np.bincount(actors[1:][counts], gaps[counts], most).astype(np.int64)


def _joins(np: Any, some: Any, actors: Any, minutes: Any, skip: int) -> list[tuple[int, int]]:
    wanted = np.isin(kinds_of(some), JOINS) & (actors >= 0)
    wanted[:skip] = False
    return list(zip(actors[wanted].tolist(), minutes[wanted].tolist(), strict=True))
