"""From the lines of a downloaded log to events: the same as the web service would tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coil_bridge.evaluation.log_kinds import kind_of
from coil_bridge.evaluation.log_rows import Target
from coil_bridge.evaluation.packed_events import pack
from coil_bridge.evaluation.records import POSTS, Dropped, EventKind

LineOf = tuple[int, int, int, str, int]
"""Line, Unix seconds, Moodle user id, event name, Moodle course id or 0."""


@dataclass(slots=True)
class Sorted:
    """Packed events to store unless they are there, what was dropped, and the lines of what has no place."""

    events: list[int] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    unmapped: dict[str, list[int]] = field(default_factory=dict)


def sort_lines(
    lines: Sequence[LineOf],
    target: Target,
    *,
    course: int,
    told: tuple[int, int] | None,
    listed: Mapping[str, bool],
) -> Sorted:
    """Sort lines into events and reasons; ``told`` are the minutes that the log itself has told of.

    Reasons in ``listed`` come with their lines.
    """
    result = Sorted()
    kinds: dict[str, EventKind | None] = {}
    for line, at, user, name, of in lines:
        if name not in kinds:
            kinds[name] = kind_of(name)
        kind, actor, day = kinds[name], target.actors[user], target.days.day_of(at)
        if kind is None or not actor or of not in (0, course):
            why: Dropped | None = _nobodys(kind, own=of in (0, course))
        else:
            why = _elsewhere(kind, at // 60, day, target, told)
        if why is None and kind is not None and day is not None:
            result.events.append(pack(actor, at // 60, day, int(kind)))
        elif why is not None:
            result.dropped[why.value] += 1
            if listed.get(why.value):
                result.unmapped.setdefault(why.value, []).append(line)
    return result


def _nobodys(kind: EventKind | None, *, own: bool) -> Dropped:
    if not own:
        return Dropped.OTHER_COURSE
    return Dropped.NO_ACTIVITY if kind is None else Dropped.NOT_A_PARTICIPANT


def _elsewhere(
    kind: EventKind, minute: int, day: int | None, target: Target, told: tuple[int, int] | None
) -> Dropped | None:
    """Why something that a participant did is not to be stored from here."""
    if day is None:
        return Dropped.OUTSIDE_DATES
    if kind in POSTS and target.posts_told:
        return Dropped.TOLD_BY_POSTS
    return Dropped.TOLD_BY_LOG if told and told[0] <= minute <= told[1] else None
