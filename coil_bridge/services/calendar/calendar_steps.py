"""What has to happen in a Moodle's calendar so that it shows what was agreed: pure, no storage, no network.

Moodle's events carry no key of ours. Each of ours has the address of its session's door in its description,
by which it is recognised again, whatever became of the answer when it was created. What was wanted is
compared with what stands there:

- nothing there: it is created, unless somebody may be creating it at this very moment;
- one there: it is changed where it differs (also when a teacher has moved or emptied it by hand);
- several there (an answer was lost and Moodle took its time): the oldest stays, the others go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape


@dataclass(frozen=True, slots=True)
class Wanted:
    """A session's event as it should stand; of one that was called off nothing new is created.

    ``location`` and being called off are told to our plugin; Moodle's own functions have no place for them.
    """

    session_id: str
    name: str
    description: str
    starts_at: datetime
    length: timedelta
    content: str
    location: str = ""
    called_off: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What we wrote down of a session's event."""

    session_id: str
    event_id: int | None
    content: str | None
    creating_until: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """An event of ours in the calendar; ``session_id`` None where its mark is gone and the number tells."""

    event_id: int
    session_id: str | None
    name: str
    starts_at: datetime
    length: timedelta


@dataclass(frozen=True, slots=True)
class Steps:
    """What to do, in this order; ``wait_until``: something may be on its way, look again then."""

    delete: tuple[int, ...] = ()
    forget: tuple[str, ...] = ()
    change: tuple[tuple[int, Wanted], ...] = ()
    keep: tuple[tuple[int, Wanted], ...] = ()
    create: tuple[Wanted, ...] = ()
    wait_until: datetime | None = None


def decide(wanted: Sequence[Wanted], known: Iterable[Known], seen: Iterable[Seen], now: datetime) -> Steps:
    """The steps from what stands to what is wanted.

    ``known`` and ``wanted`` are about sessions that are not over; what is known and not wanted goes.
    """
    notes = {each.session_id: each for each in known}
    there = _by_session(seen, notes)
    asked_for = {each.session_id for each in wanted}
    delete = [each.event_id for each in _surplus(there, notes, asked_for)]
    gone = [session_id for session_id in notes if session_id not in asked_for]
    change: list[tuple[int, Wanted]] = []
    keep: list[tuple[int, Wanted]] = []
    create: list[Wanted] = []
    waiting: list[datetime] = []
    for each in wanted:
        note = notes.get(each.session_id)
        found = _chosen(there.get(each.session_id, []), note)
        if found is not None:
            right = _is_right(found, each, note)
            (keep if right else change).append((found.event_id, each))
        elif note is not None and note.creating_until is not None and note.creating_until > now:
            waiting.append(note.creating_until)
        elif not each.called_off:
            create.append(each)
    return Steps(
        delete=tuple(sorted(delete)),
        forget=tuple(gone),
        change=tuple(change),
        keep=tuple(pair for pair in keep if _is_news(pair, notes)),
        create=tuple(create),
        wait_until=min(waiting, default=None),
    )


def _by_session(seen: Iterable[Seen], notes: Mapping[str, Known]) -> dict[str, list[Seen]]:
    by_number = {note.event_id: note.session_id for note in notes.values() if note.event_id is not None}
    found: dict[str, list[Seen]] = {}
    for each in seen:
        session_id = each.session_id or by_number.get(each.event_id)
        if session_id is not None:
            found.setdefault(session_id, []).append(each)
    return found


def _chosen(events: Sequence[Seen], note: Known | None) -> Seen | None:
    """The one that stays: the one we know, else the oldest."""
    known = [each for each in events if note is not None and each.event_id == note.event_id]
    return min(known or events, key=lambda each: each.event_id, default=None)


def _surplus(
    there: Mapping[str, Sequence[Seen]], notes: Mapping[str, Known], asked_for: set[str]
) -> list[Seen]:
    """Events beside the one that stays, and those of sessions that are ours and not wanted any more."""
    surplus: list[Seen] = []
    for session_id, events in there.items():
        stays = _chosen(events, notes.get(session_id)) if session_id in asked_for else None
        if session_id in asked_for or session_id in notes:
            surplus += [each for each in events if each is not stays]
    return surplus


def _is_right(found: Seen, wanted: Wanted, note: Known | None) -> bool:
    as_written = note is not None and note.content == wanted.content and found.session_id is not None
    # A typed "&amp;" comes back as "&": Moodle takes it for an entity.
    same_name = unescape(found.name) == unescape(wanted.name)
    same = same_name and (found.starts_at, found.length) == (wanted.starts_at, wanted.length)
    return as_written and same


def _is_news(pair: tuple[int, Wanted], notes: Mapping[str, Known]) -> bool:
    event_id, wanted = pair
    note = notes.get(wanted.session_id)
    return note is None or (note.event_id, note.creating_until) != (event_id, None)
