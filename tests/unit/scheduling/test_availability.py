"""One session on every partner's clock: Belgrade, Almaty, Shanghai, New York."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import availability
from scheduling.availability import Clock, LocalSlot, Notice, OccurrenceView, view
from scheduling.recurrence import UnresolvableSeries, chosen, weekly
from scheduling.zones import Choice, zone_names
from tests.unit.scheduling.clocks import utc, wall


def clock(key: str, zone: str, country: str | None, name: str = "") -> Clock:
    return Clock(key, name or key.title(), zone, country, None, time(8), time(21))


BELGRADE = clock("belgrade", "Europe/Belgrade", "RS", "University of Belgrade")
ALMATY = clock("almaty", "Asia/Almaty", "KZ", "Al-Farabi University")
SHANGHAI = clock("shanghai", "Asia/Shanghai", "CN", "Fudan University")
NEW_YORK = clock("new-york", "America/New_York", "US", "Hudson College")
ALL = (BELGRADE, ALMATY, SHANGHAI, NEW_YORK)


def preview(
    first: datetime,
    zone: str,
    minutes: int,
    count: int,
    clocks: Sequence[Clock],
    *,
    choice: Choice | None = None,
    every: int = 1,
) -> tuple[OccurrenceView, ...]:
    dates = weekly(first, zone, count, every=every, choice=choice)
    return availability.preview(dates, minutes, clocks, choice=choice)


def notices(slots: tuple[LocalSlot, ...], kind: str) -> dict[str, Notice]:
    return {notice.clock_key: notice for slot in slots for notice in slot.notices if notice.kind == kind}


def changes(occurrence: OccurrenceView, key: str) -> list[dict[str, object]]:
    return [
        dict(notice.detail)
        for slot in occurrence.slots
        for notice in slot.notices
        if notice.kind == "clock_change" and notice.clock_key == key
    ]


def test_an_afternoon_in_belgrade_is_an_evening_in_almaty_and_night_in_shanghai() -> None:
    slots = view(utc("2026-11-03 14:00"), 90, ALL, "Europe/Belgrade")
    assert [f"{slot.start:%a %H:%M}-{slot.end:%H:%M}" for slot in slots] == [
        "Tue 15:00-16:30",
        "Tue 19:00-20:30",
        "Tue 22:00-23:30",
        "Tue 09:00-10:30",
    ]
    assert [slot.clock for slot in slots] == list(ALL)
    assert set(notices(slots, "outside_day")) == {"shanghai"}
    assert notices(slots, "outside_day")["shanghai"].detail == {
        "starts": "22:00",
        "ends": "23:30",
        "day_starts": "08:00",
        "day_ends": "21:00",
    }


def test_a_date_that_differs_from_the_anchors_is_counted_in_days() -> None:
    slots = view(utc("2026-11-03 01:00"), 60, ALL, "America/New_York")
    assert [slot.day_shift for slot in slots] == [1, 1, 1, 0]
    back = view(utc("2026-11-03 01:00"), 60, ALL, "Asia/Shanghai")
    assert [slot.day_shift for slot in back] == [0, 0, 0, -1]


@pytest.mark.parametrize(
    ("start", "minutes", "outside"),
    [
        ("07:00", 60, False),  # 08:00 in Belgrade sharp
        ("06:59", 60, True),
        ("19:00", 60, False),  # until 21:00 sharp
        ("19:00", 61, True),
        ("22:30", 60, True),  # over midnight
    ],
)
def test_the_day_begins_and_ends_to_the_minute(start: str, minutes: int, outside: bool) -> None:
    slots = view(utc(f"2026-11-03 {start}"), minutes, [BELGRADE], "Europe/Belgrade")
    assert bool(notices(slots, "outside_day")) is outside


def test_a_day_may_last_until_midnight() -> None:
    late = replace(BELGRADE, day_ends=time(0))
    assert not notices(view(utc("2026-11-03 22:00"), 60, [late], "Europe/Belgrade"), "outside_day")
    assert notices(view(utc("2026-11-03 22:00"), 61, [late], "Europe/Belgrade"), "outside_day")


def test_a_day_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="University of Belgrade ends before it starts"):
        replace(BELGRADE, day_starts=time(9), day_ends=time(9))


def test_holidays_and_weekends_are_each_countrys_own() -> None:
    slots = view(utc("2026-11-11 14:00"), 60, ALL, "Europe/Belgrade")
    assert {key: notice.detail for key, notice in notices(slots, "public_holiday").items()} == {
        "belgrade": {"date": "2026-11-11", "name": "Armistice Day", "estimated": False},
        "new-york": {"date": "2026-11-11", "name": "Veterans Day", "estimated": False},
    }
    cairo = clock("cairo", "Africa/Cairo", "EG")
    friday = view(utc("2026-11-06 14:00"), 60, (BELGRADE, cairo), "Europe/Belgrade")
    assert {key: notice.detail for key, notice in notices(friday, "weekend").items()} == {
        "cairo": {"date": "2026-11-06", "weekday": 5}
    }


def test_a_session_over_midnight_looks_at_both_days_but_not_when_it_ends_at_midnight() -> None:
    over = view(utc("2026-11-06 15:30"), 60, [SHANGHAI], "Europe/Belgrade")  # Friday 23:30 to Saturday 00:30
    assert notices(over, "weekend")["shanghai"].detail["date"] == "2026-11-07"
    until = view(utc("2026-11-06 15:00"), 60, [SHANGHAI], "Europe/Belgrade")
    assert not notices(until, "weekend")


def test_a_clock_without_country_knows_weekends_only() -> None:
    nowhere = clock("nowhere", "Etc/UTC", None)
    slots = view(utc("2027-01-01 12:00"), 60, [nowhere], "Europe/Belgrade")
    assert slots[0].notices == ()


def test_notices_can_be_written_as_json() -> None:
    slots = view(utc("2026-11-11 22:00"), 120, ALL, "Europe/Belgrade")
    details = [notice.detail for slot in slots for notice in slot.notices]
    assert details
    assert json.loads(json.dumps(details)) == details


def test_the_autumn_series_marks_the_week_in_which_each_partner_shifts() -> None:
    views = preview(wall("2026-10-13 15:00"), "Europe/Belgrade", 60, 5, ALL)
    shown = {at: f"{each.slots[at].start:%H:%M}" for each in views[2:3] for at in range(4)}
    assert shown == {0: "15:00", 1: "19:00", 2: "22:00", 3: "10:00"}
    assert [bool(changes(each, "belgrade")) for each in views] == [False] * 5
    assert [bool(changes(each, "almaty")) for each in views] == [False, False, True, False, False]
    # New York follows a week later: the one week at five hours' distance is marked at both ends.
    assert [bool(changes(each, "new-york")) for each in views] == [False, False, True, True, False]
    assert changes(views[2], "shanghai") == [
        {"compared_with": "previous", "date": "2026-10-20", "then": "21:00", "now": "22:00", "minutes": 60}
    ]
    assert changes(views[3], "new-york")[0]["minutes"] == -60


def test_a_single_session_is_compared_with_the_weeks_around_it() -> None:
    (last_of_summer,) = preview(wall("2026-10-20 15:00"), "Europe/Belgrade", 60, 1, [ALMATY])
    assert changes(last_of_summer, "almaty") == [
        {"compared_with": "week_after", "date": "2026-10-27", "then": "19:00", "now": "18:00", "minutes": -60}
    ]
    (first_of_winter,) = preview(wall("2026-10-27 15:00"), "Europe/Belgrade", 60, 1, [ALMATY])
    assert changes(first_of_winter, "almaty") == [
        {"compared_with": "week_before", "date": "2026-10-20", "then": "18:00", "now": "19:00", "minutes": 60}
    ]
    (calm,) = preview(wall("2026-12-01 15:00"), "Europe/Belgrade", 60, 1, ALL)
    assert notices(calm.slots, "clock_change") == {}


def test_a_shift_over_midnight_is_an_hour_and_not_a_day() -> None:
    views = preview(wall("2026-10-20 16:30"), "Europe/Belgrade", 60, 2, [SHANGHAI])
    assert changes(views[1], "shanghai")[0] == {
        "compared_with": "previous",
        "date": "2026-10-20",
        "then": "22:30",
        "now": "23:30",
        "minutes": 60,
    }
    late = preview(wall("2026-10-20 17:30"), "Europe/Belgrade", 60, 2, [SHANGHAI])
    assert changes(late[1], "shanghai")[0]["minutes"] == 60
    assert [each.slots[0].day_shift for each in late] == [0, 1]


def test_a_neighbouring_week_without_that_hour_is_left_out() -> None:
    (before_the_gap,) = preview(wall("2027-03-21 02:30"), "Europe/Belgrade", 60, 1, [ALMATY])
    assert changes(before_the_gap, "almaty") == []
    (chosen,) = preview(
        wall("2027-03-21 02:30"), "Europe/Belgrade", 60, 1, [ALMATY, BELGRADE], choice="later"
    )
    assert changes(chosen, "belgrade")[0]["then"] == "03:30"


def test_fortnightly_series_compare_over_two_weeks() -> None:
    views = preview(wall("2026-10-13 15:00"), "Europe/Belgrade", 60, 3, [ALMATY], every=2)
    assert [len(changes(each, "almaty")) for each in views] == [0, 1, 0]


def test_chosen_dates_are_compared_with_the_last_one_of_the_same_hour_and_clock() -> None:
    """Belgrade's evening and Almaty's morning in turns; Belgrade leaves summer time on 25 October."""
    turns = [
        (wall("2026-10-13 17:00"), "Europe/Belgrade"),
        (wall("2026-10-20 09:00"), "Asia/Almaty"),
        (wall("2026-10-29 17:00"), "Europe/Belgrade"),
        (wall("2026-11-03 09:00"), "Asia/Almaty"),
    ]
    views = availability.preview(chosen(turns), 60, [BELGRADE, ALMATY])
    assert [bool(changes(each, "almaty")) for each in views] == [False, False, True, False]
    assert [bool(changes(each, "belgrade")) for each in views] == [False, False, False, True]
    assert changes(views[2], "almaty")[0] == {
        "compared_with": "previous",
        "date": "2026-10-13",
        "then": "20:00",
        "now": "21:00",
        "minutes": 60,
    }


def test_bad_dates_of_a_preview_are_refused_like_those_of_the_series() -> None:
    with pytest.raises(UnresolvableSeries):
        preview(wall("2027-03-21 02:30"), "Europe/Belgrade", 60, 3, ALL)


def test_a_session_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match="at least a minute"):
        view(utc("2026-11-03 14:00"), 0, ALL, "Europe/Belgrade")


@given(
    st.sampled_from(zone_names()),
    st.lists(st.sampled_from(zone_names()), min_size=1, max_size=4),
    st.datetimes(wall("2026-01-01"), wall("2027-11-01")),
    st.integers(1, 600),
    st.integers(1, 6),
)
@settings(max_examples=60, deadline=None)
def test_every_clock_shows_the_same_instant_and_marks_exactly_the_shifts(
    zone: str, others: list[str], first: datetime, minutes: int, count: int
) -> None:
    clocks = [clock(f"{n}", other, None) for n, other in enumerate(others)]
    views = preview(first, zone, minutes, count, clocks, choice="earlier")
    for each in views:
        for slot in each.slots:
            # Between zones, Python calls a repeated hour unequal to every instant (PEP 495): UTC decides.
            assert slot.start.astimezone(UTC) == each.instant
            assert slot.end.astimezone(UTC) - each.instant == timedelta(minutes=minutes)
    for then, now in pairwise(views):
        moved = {
            new.clock.key
            for old, new in zip(then.slots, now.slots, strict=True)
            if f"{old.start:%H:%M:%S.%f}" != f"{new.start:%H:%M:%S.%f}"
        }
        assert set(notices(now.slots, "clock_change")) == moved
