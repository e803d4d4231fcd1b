"""Stays that a Moodle tells of, and the joint sessions that they were in.

A Moodle knows nothing of joint sessions. So a stay belongs to the session of its pairing that was on at the
time; sessions are matched when figures are made, because they are also entered and moved afterwards.

- A join without an end belongs to a session from a quarter of an hour before its start until its end.
- A stay with an end belongs to each session that it overlaps.
- An entry in a register belongs to the session with which it shares most time, at least half of the session;
  one without a length, to the session in which it begins. Others stand for lessons of the course's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coil_bridge.evaluation.attendance import Meeting, Presence, PresenceSource

OPENS_BEFORE = 15  # minutes; as services/meeting/joining.py


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody was in a room or register of a course; minutes and ``left`` as in Presence."""

    pairing_id: str
    course_id: str
    pseudonym: str
    joined: int
    left: int | None
    source: PresenceSource


def in_sessions(stays: Iterable[Stay], meetings: Iterable[Meeting]) -> list[Presence]:
    """The stays as presence in the sessions that they were in; the others are left out."""
    by_pairing: dict[str, list[Meeting]] = defaultdict(list)
    for meeting in meetings:
        by_pairing[meeting.pairing_id].append(meeting)
    return [
        presence
        for stay in stays
        if (near := by_pairing.get(stay.pairing_id))
        for presence in _presences(stay, near)
    ]


def _presences(stay: Stay, meetings: Sequence[Meeting]) -> Iterable[Presence]:
    if stay.source is PresenceSource.REGISTER:
        found = register_session(stay.joined, stay.left, meetings)
        if found:
            whole = stay.left is None or stay.left == stay.joined
            span = (found.starts, found.ends) if whole else (stay.joined, stay.left)
            yield _in(found, stay, *span)
        return
    for meeting in meetings:
        if _was_in(stay, meeting):
            yield _in(meeting, stay, stay.joined, stay.left)


def register_session(starts: int, ends: int | None, meetings: Iterable[Meeting]) -> Meeting | None:
    """The session that an entry in a register is about, by time."""
    if ends is None or ends == starts:
        return next((each for each in meetings if _opens(each) <= starts < each.ends), None)
    shared = [(min(ends, each.ends) - max(starts, each.starts), each) for each in meetings]
    most, best = max(shared, key=lambda pair: pair[0], default=(0, None))
    return best if best and most > 0 and most * 2 >= best.minutes else None


def _was_in(stay: Stay, meeting: Meeting) -> bool:
    if stay.left is None:
        return _opens(meeting) <= stay.joined < meeting.ends
    return stay.joined < meeting.ends and stay.left > meeting.starts


def _opens(meeting: Meeting) -> int:
    return meeting.starts - OPENS_BEFORE


def _in(meeting: Meeting, stay: Stay, joined: int, left: int | None) -> Presence:
    return Presence(meeting.id, stay.course_id, stay.pseudonym, joined, left, stay.source)
