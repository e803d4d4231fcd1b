"""From joins and room records to attendance: who was there, and for how many minutes.

Everything is in minutes since 1970-01-01 UTC; ``joined`` belongs to an interval, ``left`` does not.

- What lies before the session's start or after its planned end does not count.
- Overlapping intervals are one: two devices do not make two hours.
- A join without an end counts, until the session's planned end, as *estimated*. Where a record with an
  end exists for the same person and session (a room's own log, an uploaded list), the joins without one
  are left aside: the record knows more.
- An entry in a teacher's register in Moodle is between the two: it says more than a join, and gives way to
  minutes that were measured.
- Somebody is present whose minutes reach a share of the session's length (85 % unless the pilot says
  otherwise); whoever has minutes, but fewer, attended in part.
- A teacher's word comes before all of it: present (the whole length), absent (none), or so many minutes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

_MINUTE = 60

Span = tuple[int, int]
"""Minutes from (with) and to (without)."""


class PresenceSource(StrEnum):
    """Where it is known from that somebody was in a room."""

    JOIN = "join"  # pressed "join" here
    MOODLE = "moodle"  # joined through the own Moodle, by its log or its BigBlueButton activity
    MOODLE_ROOM = "moodle_bbb"  # how long somebody was in the BigBlueButton of the own Moodle, by its record
    REGISTER = "register"  # a teacher's entry in the attendance register of the own Moodle
    ROOM = "room"  # the room's own record (BigBlueButton)
    FILE = "file"  # an attendance list from Zoom, Teams or BigBlueButton, uploaded by a teacher


class Verdict(StrEnum):
    """What a teacher can say of somebody's attendance."""

    PRESENT = "present"
    ABSENT = "absent"
    MINUTES = "minutes"
    RECORDED = "recorded"  # takes an earlier word back


class Standing(StrEnum):
    """How somebody stands to a session."""

    PRESENT = "present"
    PARTLY = "partly"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody was in a session's room; ``left`` is ``None`` where nobody knows how long."""

    session_id: str
    course_id: str
    pseudonym: str
    joined: int
    left: int | None
    source: PresenceSource


@dataclass(frozen=True, slots=True)
class Override:
    """A teacher's word; ``minutes`` only with ``Verdict.MINUTES``."""

    session_id: str
    course_id: str
    pseudonym: str
    verdict: Verdict
    minutes: int | None
    reason: str
    set_by: str | None
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Meeting:
    """A session that was held, in minutes since 1970-01-01 UTC."""

    id: str
    pairing_id: str
    starts: int
    minutes: int

    @property
    def ends(self) -> int:
        """The first minute after it."""
        return self.starts + self.minutes


@dataclass(frozen=True, slots=True)
class Attended:
    """One person in one session: the spans in it, and how much of them is estimated."""

    standing: Standing
    measured: tuple[Span, ...] = ()
    estimated: tuple[Span, ...] = ()
    overridden: bool = False

    @property
    def minutes(self) -> int:
        """Contact minutes."""
        return length(self.measured) + length(self.estimated)


def minute_of(instant: datetime) -> int:
    """An aware instant as whole minutes since 1970-01-01 UTC, cut off.

    Raises:
        ValueError: the instant is naive.
    """
    if instant.tzinfo is None:
        raise ValueError(f"a naive datetime is no instant: {instant!r}")
    return int(instant.astimezone(UTC).timestamp()) // _MINUTE


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans merged where they overlap or touch, in order of time; empty ones go."""
    merged: list[Span] = []
    for first, last in sorted(span for span in spans if span[0] < span[1]):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)


def length(spans: Iterable[Span]) -> int:
    """The minutes of spans that do not overlap."""
    return sum(last - first for first, last in spans)


def attended(
    meeting: Meeting, records: Sequence[Presence], override: Override | None, percent: int
) -> Attended:
    """How one person stands to one session; ``percent`` of its length make somebody present."""
    if override is not None and override.verdict is not Verdict.RECORDED:
        return _said(meeting, override, percent)
    ended = [each for each in records if each.left is not None]
    timed = [each for each in ended if each.source is not PresenceSource.REGISTER]
    known = [(each.joined, each.left) for each in timed or ended]
    measured = union(_clipped(meeting, known))
    open_joins = [each.joined for each in records if each.left is None and each.joined < meeting.ends]
    estimated = _clipped(meeting, [(min(open_joins), meeting.ends)]) if open_joins and not known else []
    spans = tuple(estimated)
    return Attended(_standing(meeting, length(measured) + length(spans), percent), measured, spans)


def by_person(
    meetings: Iterable[Meeting],
    presences: Iterable[Presence],
    overrides: Iterable[Override],
    percent: int,
) -> Mapping[tuple[str, str, str], Attended]:
    """Everybody of whom anything is known, by session, course and pseudonym; the later word counts."""
    records: dict[tuple[str, str, str], list[Presence]] = defaultdict(list)
    for each in presences:
        records[each.session_id, each.course_id, each.pseudonym].append(each)
    words = {(each.session_id, each.course_id, each.pseudonym): each for each in overrides}
    known = {meeting.id: meeting for meeting in meetings}
    return {
        key: attended(known[key[0]], records.get(key, ()), words.get(key), percent)
        for key in sorted(records.keys() | words.keys())
        if key[0] in known
    }


def contact_minutes(found: Iterable[Attended]) -> tuple[int, int]:
    """One person's contact minutes over sessions, as a union: all of them, and those of them estimated.

    Two sessions at the same time give their minutes once.
    """
    values = list(found)
    measured = union(span for each in values for span in each.measured)
    everything = union(span for each in values for span in (*each.measured, *each.estimated))
    return length(everything), length(everything) - length(measured)


def _said(meeting: Meeting, override: Override, percent: int) -> Attended:
    if override.verdict is Verdict.MINUTES:
        minutes = min(override.minutes or 0, meeting.minutes)
        spans = union([(meeting.starts, meeting.starts + minutes)])
        return Attended(_standing(meeting, minutes, percent), spans, overridden=True)
    if override.verdict is Verdict.PRESENT:
        return Attended(Standing.PRESENT, ((meeting.starts, meeting.ends),), overridden=True)
    return Attended(Standing.ABSENT, overridden=True)


def _clipped(meeting: Meeting, spans: Iterable[tuple[int, int | None]]) -> list[Span]:
    found = [(max(a, meeting.starts), min(b, meeting.ends)) for a, b in spans if b is not None]
    return [span for span in found if span[0] < span[1]]


def _standing(meeting: Meeting, minutes: int, percent: int) -> Standing:
    if minutes * 100 >= meeting.minutes * percent:
        return Standing.PRESENT
    return Standing.PARTLY if minutes else Standing.ABSENT
