"""Series keep the wall time of one clock while instants move with it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.recurrence import UnresolvableSeries, weekly
from scheduling.zones import AmbiguousTime, NonExistentTime, UnknownZone, ZoneError, to_local, zone_names
from tests.unit.scheduling.clocks import utc, wall


def test_tuesdays_at_three_in_belgrade_stay_at_three_over_the_autumn_change() -> None:
    series = weekly(wall("2026-10-13 15:00"), "Europe/Belgrade", 4)
    assert [each.index for each in series] == [0, 1, 2, 3]
    assert [each.local for each in series] == [
        wall(f"2026-{day} 15:00") for day in ("10-13", "10-20", "10-27", "11-03")
    ]
    assert [each.instant.hour for each in series] == [13, 13, 14, 14]


def test_fortnightly_skips_every_other_week() -> None:
    series = weekly(wall("2027-03-20 18:00"), "Europe/Belgrade", 3, every=2)
    assert [each.instant for each in series] == [
        utc("2027-03-20 17:00"),
        utc("2027-04-03 16:00"),
        utc("2027-04-17 16:00"),
    ]


def test_all_bad_dates_of_a_series_are_named_with_their_readings() -> None:
    # 54 Sundays at half past two meet the autumn, the spring and the next autumn change.
    with pytest.raises(
        UnresolvableSeries, match=r"2026-10-25 02:30 exists twice.*2027-03-28 02:30"
    ) as refusal:
        weekly(wall("2026-10-25 02:30"), "Europe/Belgrade", 54)
    problems = refusal.value.problems
    assert [type(problem) for problem in problems] == [AmbiguousTime, NonExistentTime, AmbiguousTime]
    assert [len(problem.readings) for problem in problems] == [2, 2, 2]
    assert isinstance(refusal.value, ZoneError)


def test_a_choice_moves_the_bad_date_and_no_other() -> None:
    later = weekly(wall("2027-03-21 02:30"), "Europe/Belgrade", 3, choice="later")
    assert [each.local for each in later] == [
        wall("2027-03-21 02:30"),
        wall("2027-03-28 03:30"),
        wall("2027-04-04 02:30"),
    ]
    earlier = weekly(wall("2027-03-21 02:30"), "Europe/Belgrade", 3, choice="earlier")
    assert earlier[1].local == wall("2027-03-28 01:30")


@pytest.mark.parametrize(("count", "every"), [(0, 1), (-1, 1), (3, 0)])
def test_an_empty_series_is_refused(count: int, every: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        weekly(wall("2026-11-03 15:00"), "Europe/Belgrade", count, every=every)


def test_an_unknown_zone_and_a_year_out_of_reach_are_no_series() -> None:
    with pytest.raises(UnknownZone):
        weekly(wall("2026-11-03 15:00"), "Europe/Beograd", 2)
    with pytest.raises(ZoneError, match="2000-2037"):
        weekly(wall("2037-12-29 15:00"), "Europe/Belgrade", 2)


@given(
    st.sampled_from(zone_names()),
    st.datetimes(wall("2026-01-01"), wall("2028-01-01")),
    st.integers(1, 16),
    st.sampled_from([1, 2]),
)
@settings(max_examples=100, deadline=None)
def test_every_series_keeps_its_wall_time_and_its_weekday(
    zone: str, first: datetime, count: int, every: int
) -> None:
    series = weekly(first, zone, count, every=every, choice="later")
    assert len(series) == count
    for each in series:
        assert to_local(each.instant, zone).replace(tzinfo=None, fold=0) == each.local
        planned = first + timedelta(weeks=each.index * every)
        # A choice may move a date by the length of one jump and never to another week.
        assert abs(each.local - planned) <= timedelta(hours=1)
    assert [each.instant for each in series] == sorted({each.instant for each in series})
