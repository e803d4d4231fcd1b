"""A session of 100 minutes from minute 1000 on: who was there, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coil_bridge.evaluation.attendance import (
    Attended,
    Meeting,
    Override,
    Presence,
    PresenceSource,
    Standing,
    Verdict,
    attended,
    by_person,
    contact_minutes,
    minute_of,
    union,
)

MEETING = Meeting("session", "voices", 1000, 100)
SAID_AT = datetime(2026, 10, 27, 15, 0, tzinfo=UTC)


def was(joined: int, left: int | None, source: PresenceSource = PresenceSource.FILE) -> Presence:
    return Presence("session", "course", "jelena", joined, left, source)


def said(verdict: Verdict, minutes: int | None = None) -> Override:
    return Override("session", "course", "jelena", verdict, minutes, "was on the phone", "mira", SAID_AT)


def at(*records: Presence, word: Override | None = None, percent: int = 85) -> tuple[Standing, int]:
    found = attended(MEETING, records, word, percent)
    return found.standing, found.minutes


def test_a_stay_counts_within_the_session_only() -> None:
    assert at(was(980, 1120)) == (Standing.PRESENT, 100)
    assert at(was(900, 1000)) == (Standing.ABSENT, 0)
    assert at(was(1100, 1130)) == (Standing.ABSENT, 0)


def test_two_devices_do_not_make_two_hours() -> None:
    assert at(was(1000, 1060), was(1030, 1090), was(1090, 1092)) == (Standing.PRESENT, 92)


@pytest.mark.parametrize(("left", "standing"), [(1085, Standing.PRESENT), (1084, Standing.PARTLY)])
def test_the_threshold_is_a_share_of_the_length(left: int, standing: Standing) -> None:
    assert at(was(1000, left))[0] is standing


def test_the_threshold_is_a_setting() -> None:
    assert at(was(1000, 1050), percent=50) == (Standing.PRESENT, 50)


def test_a_join_without_an_end_lasts_to_the_planned_end_and_is_estimated() -> None:
    found = attended(MEETING, [was(1010, None, PresenceSource.JOIN)], None, 85)
    assert found == Attended(Standing.PRESENT, (), ((1010, 1100),))
    assert contact_minutes([found]) == (90, 90)


def test_a_late_join_without_an_end_is_attendance_in_part() -> None:
    assert at(was(1016, None, PresenceSource.JOIN)) == (Standing.PARTLY, 84)


def test_a_join_before_the_door_s_session_counts_from_its_start_and_one_after_it_not_at_all() -> None:
    assert at(was(990, None, PresenceSource.JOIN)) == (Standing.PRESENT, 100)
    assert at(was(1100, None, PresenceSource.JOIN)) == (Standing.ABSENT, 0)


def test_a_record_with_an_end_knows_more_than_a_join() -> None:
    assert at(was(1000, None, PresenceSource.JOIN), was(1002, 1022, PresenceSource.ROOM)) == (
        Standing.PARTLY,
        20,
    )


def test_the_teacher_s_word_comes_first() -> None:
    stay = was(1000, 1020)
    assert at(stay, word=said(Verdict.PRESENT)) == (Standing.PRESENT, 100)
    assert at(stay, word=said(Verdict.ABSENT)) == (Standing.ABSENT, 0)
    assert at(stay, word=said(Verdict.MINUTES, 40)) == (Standing.PARTLY, 40)
    assert at(word=said(Verdict.MINUTES, 400)) == (Standing.PRESENT, 100)


def test_a_word_taken_back_leaves_the_record() -> None:
    found = by_person([MEETING], [was(1000, 1020)], [said(Verdict.PRESENT), said(Verdict.RECORDED)], 85)
    assert found["session", "course", "jelena"].minutes == 20


def test_sessions_at_the_same_time_give_their_minutes_once() -> None:
    other = Meeting("other", "voices", 1050, 100)
    stays = [
        attended(MEETING, [was(1000, 1100)], None, 85),
        attended(other, [Presence("other", "course", "jelena", 1050, None, PresenceSource.JOIN)], None, 85),
    ]
    assert contact_minutes(stays) == (150, 50)


def test_a_naive_time_has_no_minute() -> None:
    with pytest.raises(ValueError, match="no instant"):
        minute_of(datetime(2026, 10, 27, 14, 0))  # noqa: DTZ001 - the point


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8)


@settings(max_examples=100)
@given(SPANS)
def test_a_union_covers_the_same_minutes_without_overlap(spans: list[tuple[int, int]]) -> None:
    minutes = {minute for first, last in spans for minute in range(first, last)}
    merged = union(spans)
    assert {minute for first, last in merged for minute in range(first, last)} == minutes
    assert all(one[1] < other[0] for one, other in pairwise(merged))
