"""What is written into a Moodle, and what is known afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from connectors.moodle.errors import MoodleError, SiteTimeout
from connectors.moodle.outgoing import NewCalendarEvent, OutgoingMessage, in_batches, matched
from connectors.moodle.records import CalendarEvent

START = datetime(2026, 10, 28, 9, 0, tzinfo=UTC)  # 10:00 in Belgrade after the clock change, 14:00 in Almaty


def session(week: int = 0, course: int = 4, group: int | None = None) -> NewCalendarEvent:
    name = "COIL <session> & more"
    return NewCalendarEvent(
        course, name, "Sala 2", START + timedelta(weeks=week), timedelta(minutes=90), group
    )


def created(event_id: int, week: int = 0, course: int = 4, group: int | None = None) -> CalendarEvent:
    return CalendarEvent(event_id, course, group, START + timedelta(weeks=week))


def test_an_event_for_a_course_and_one_for_a_group() -> None:
    assert session().parameters() == {
        "name": "COIL ‹session› & more",
        "description": "Sala 2",
        "format": 1,
        "courseid": 4,
        "groupid": None,
        "eventtype": "course",
        "timestart": 1793178000,
        "timeduration": 5400,
    }
    group = session(group=7).parameters()
    assert (group["eventtype"], group["groupid"], group["courseid"]) == ("group", 7, 4)


def test_events_that_break_moodles_calendar_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        NewCalendarEvent(4, "x", "", START, timedelta(minutes=-1))
    with pytest.raises(ValueError, match="wall time"):
        NewCalendarEvent(4, "x", "", START.replace(tzinfo=None), timedelta(0))


def test_a_message_is_html_made_of_plain_text() -> None:
    assert OutgoingMessage(9, "a < b").parameters() == {"touserid": 9, "text": "a &lt; b", "textformat": 1}


def test_refused_events_are_told_from_created_ones_by_course_group_and_time() -> None:
    asked = [session(0), session(1, course=5), session(1), session(2, group=7)]
    results = matched(asked, [created(70), created(71, 1), created(72, 2, group=7)])
    assert [(each.event_id, each.refused) for each in results] == [
        (70, False),
        (None, True),
        (71, False),
        (72, False),
    ]


def undone(item: int, error: MoodleError) -> str:
    return f"{item} not done: {error.code}"


def test_a_failure_in_the_first_batch_is_raised() -> None:
    def write(items: Sequence[int]) -> list[str]:
        raise SiteTimeout("Almaty Moodle", "f")

    with pytest.raises(SiteTimeout):
        in_batches([1, 2, 3], 2, write, undone)


def test_a_later_failure_stops_and_is_told_item_by_item() -> None:
    sizes: list[int] = []

    def write(items: Sequence[int]) -> list[str]:
        sizes.append(len(items))
        if 3 in items:
            raise SiteTimeout("Almaty Moodle", "f")
        return [f"{item} done" for item in items]

    assert in_batches([1, 2, 3, 4, 5], 2, write, undone) == [
        "1 done",
        "2 done",
        "3 not done: timeout",
        "4 not done: timeout",
        "5 not done: timeout",
    ]
    assert sizes == [2, 2]
