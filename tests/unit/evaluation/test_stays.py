"""Stays that a Moodle tells of: a session of 100 minutes from minute 1000 on, and one from 2000 on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coil_bridge.evaluation.attendance import Meeting, Presence, PresenceSource, Standing, attended
from coil_bridge.evaluation.stays import Stay, in_sessions

FIRST, SECOND = Meeting("first", "voices", 1000, 100), Meeting("second", "voices", 2000, 100)
ELSEWHERE = Meeting("elsewhere", "cities", 1000, 100)
ROOM, REGISTER, PRESS = PresenceSource.MOODLE_ROOM, PresenceSource.REGISTER, PresenceSource.MOODLE


def was(joined: int, left: int | None, source: PresenceSource) -> list[tuple[str, int, int | None]]:
    stay = Stay("voices", "course", "jelena", joined, left, source)
    found = in_sessions([stay], [FIRST, SECOND, ELSEWHERE])
    assert {(each.course_id, each.pseudonym, each.source) for each in found} <= {("course", "jelena", source)}
    return [(each.session_id, each.joined, each.left) for each in found]


@pytest.mark.parametrize(("joined", "sessions"), [(984, 0), (985, 1), (1099, 1), (1100, 0)])
def test_a_join_belongs_to_the_session_whose_door_is_open(joined: int, sessions: int) -> None:
    assert was(joined, None, PRESS) == [("first", joined, None)] * sessions


def test_a_stay_with_an_end_belongs_to_the_sessions_that_it_overlaps() -> None:
    assert was(900, 1001, ROOM) == [("first", 900, 1001)]
    assert was(900, 1000, ROOM) == []
    assert [session for session, _, _ in was(1000, 2100, ROOM)] == ["first", "second"]


@pytest.mark.parametrize(
    ("starts", "ends", "found"),
    [
        (1000, 1100, [("first", 1000, 1100)]),
        (950, 1050, [("first", 950, 1050)]),  # half of the session
        (950, 1049, []),
        (1050, 2099, [("second", 1050, 2099)]),  # the one with which it shares most
        (1000, 1000, [("first", 1000, 1100)]),  # without a length: all of it
        (1100, 1100, []),
    ],
)
def test_a_register_belongs_to_the_session_with_which_it_shares_most(
    starts: int, ends: int, found: list[tuple[str, int, int]]
) -> None:
    assert was(starts, ends, REGISTER) == found


def test_measured_minutes_come_before_a_register_and_a_register_before_a_join() -> None:
    press, room, register = (
        Presence("first", "course", "jelena", joined, left, source)
        for joined, left, source in ((1005, None, PRESS), (1010, 1050, ROOM), (1000, 1100, REGISTER))
    )
    everything = attended(FIRST, [press, room, register], None, 85)
    assert (everything.standing, everything.minutes) == (Standing.PARTLY, 40)
    called = attended(FIRST, [press, register], None, 85)
    assert (called.minutes, called.estimated) == (100, ())
    assert attended(FIRST, [press], None, 85).estimated == ((1005, 1100),)
    # The same press told twice, by the log and by the activity, counts once: from the earlier on.
    assert attended(FIRST, [press, replace(press, joined=1006)], None, 85).minutes == 95
