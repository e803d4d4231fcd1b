"""What we write into a Moodle: messages and calendar events, and what became of each.

Messages go one by one: when a batch holds one that is delivered and one that is refused, Moodle answers
with an error for the whole batch although the first was sent (measured on 4.5). Events go in batches. A
batch can fail after earlier ones were done, and that knowledge must not be lost, because creating an
event twice cannot be undone. So a failure in a later batch does not raise; the items that were done are
told apart from those that were not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from connectors.moodle.errors import MoodleError
from connectors.moodle.records import CalendarEvent
from connectors.moodle.text import fitting, linked_html, safe_name
from connectors.moodle.wire import Value

Item = TypeVar("Item")
Result = TypeVar("Result")

LONGEST_MESSAGE = 4096  # bytes of HTML; a longer one is refused
_FORMAT_HTML = 1


@dataclass(frozen=True)
class OutgoingMessage:
    """A message to a person; plain text, in which web addresses become links.

    What Moodle would refuse as too long is cut and ends in the last of its web addresses.
    """

    user_id: int
    text: str = field(repr=False)

    def parameters(self) -> dict[str, Value]:
        """The item for core_message_send_instant_messages."""
        markup = linked_html(fitting(self.text, LONGEST_MESSAGE))
        return {"touserid": self.user_id, "text": markup, "textformat": _FORMAT_HTML}


@dataclass(frozen=True)
class NewCalendarEvent:
    """An event for a course, or for one group of it; ``description`` is plain text.

    The course is always named: a group event without one breaks the calendar of every member. Raises
    ValueError for a negative length, which breaks their calendar export (both: 4.1 to 5.1).
    """

    course_id: int
    name: str
    description: str
    starts_at: datetime
    length: timedelta
    group_id: int | None = None

    def __post_init__(self) -> None:
        if self.length < timedelta(0):
            raise ValueError("a calendar event cannot end before it starts")
        if self.starts_at.utcoffset() is None:
            raise ValueError("a calendar event starts at an instant, not at a wall time")

    def parameters(self) -> dict[str, Value | None]:
        """The item for core_calendar_create_calendar_events."""
        return {
            "name": safe_name(self.name),
            "description": linked_html(self.description),
            "format": _FORMAT_HTML,
            "courseid": self.course_id,
            "groupid": self.group_id,
            "eventtype": "group" if self.group_id else "course",
            "timestart": int(self.starts_at.timestamp()),
            "timeduration": int(self.length.total_seconds()),
        }

    def is_the_same_as(self, created: CalendarEvent) -> bool:
        """Whether Moodle's event is this one; Moodle says nothing else to recognise it by."""
        return (self.course_id, self.group_id or None, int(self.starts_at.timestamp())) == (
            created.course_id,
            created.group_id,
            int(created.starts_at.timestamp()),
        )


@dataclass(frozen=True)
class CreatedEvent:
    """What became of an event: ``event_id``, or ``refused`` for want of permission, or ``failure``."""

    event_id: int | None
    refused: bool = False
    failure: MoodleError | None = None


def matched(asked: Sequence[NewCalendarEvent], created: Sequence[CalendarEvent]) -> list[CreatedEvent]:
    """Give each event asked for its counterpart: Moodle keeps the order and skips refused ones."""
    waiting = list(created)
    results = []
    for event in asked:
        if waiting and event.is_the_same_as(waiting[0]):
            results.append(CreatedEvent(waiting.pop(0).id))
        else:
            results.append(CreatedEvent(None, refused=True))
    return results


def in_batches(
    items: Sequence[Item],
    size: int,
    write: Callable[[Sequence[Item]], Sequence[Result]],
    undone: Callable[[Item, MoodleError], Result],
) -> list[Result]:
    """Write items batch by batch, stopping at the first failure; a result for each item, in order.

    Raises the MoodleError only when nothing at all was written.
    """
    results: list[Result] = []
    for start in range(0, len(items), size):
        try:
            results += write(items[start : start + size])
        except MoodleError as error:
            if not results:
                raise
            return results + [undone(item, error) for item in items[start:]]
    return results
