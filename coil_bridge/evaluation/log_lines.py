"""From the lines of a downloaded log to rows of events: the same as the web service would tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coil_bridge.evaluation.log_kinds import kind_of
from coil_bridge.evaluation.log_rows import QUARTER, Row, Target
from coil_bridge.evaluation.records import POSTS, Dropped, EventKind, EventSource

LineOf = tuple[int, int, int, str, int, int]
"""Line, Unix seconds, Moodle user id, event name, course-module id, Moodle course id or 0."""


@dataclass(slots=True)
class Sorted:
    """Rows to store unless they are there, what was dropped by reason, and the lines of what has no place."""

    rows: list[Row] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    unmapped: dict[str, list[int]] = field(default_factory=dict)


def sort_lines(
    lines: Sequence[LineOf],
    target: Target,
    *,
    pilot_no: int,
    course: int,
    told: tuple[int, int] | None,
    listed: Mapping[str, bool],
) -> Sorted:
    """Sort lines into rows and reasons; ``told`` are the minutes that the log itself has told of.

    Reasons in ``listed`` come with their lines.
    """
    result = Sorted()
    kinds: dict[str, EventKind | None] = {}
    for line, at, user, name, module, of in lines:
        if name not in kinds:
            kinds[name] = kind_of(name)
        kind, actor, day = kinds[name], target.actors[user], target.days[at // QUARTER]
        if kind is None or not actor or of not in (0, course):
            why: Dropped | None = _nobodys(kind, own=of in (0, course))
        else:
            why = _elsewhere(kind, at // 60, day, target, told)
        if why is None and kind is not None:
            result.rows.append((pilot_no, actor, kind, at // 60, day, module or None, EventSource.FILE))
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
    kind: EventKind, minute: int, day: int, target: Target, told: tuple[int, int] | None
) -> Dropped | None:
    """Why something that a participant did is not to be stored from here."""
    if not target.first <= day <= target.last:
        return Dropped.OUTSIDE_DATES
    if kind in POSTS and target.posts_told:
        return Dropped.TOLD_BY_POSTS
    return Dropped.TOLD_BY_LOG if told and told[0] <= minute <= told[1] else None
