from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from coil_bridge.evaluation.weeks import label, local_day, monday, mondays


def test_monday_in_almaty_is_still_sunday_in_belgrade() -> None:
    instant = datetime(2026, 10, 25, 20, 30, tzinfo=UTC)
    assert local_day(instant, "Asia/Almaty") == date(2026, 10, 26)
    assert local_day(instant, "Europe/Belgrade") == date(2026, 10, 25)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), date(2026, 10, 24)),  # summer time, UTC+2
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),  # winter time since 01:00 UTC
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_days_around_belgrades_clock_change(instant: datetime, day: date) -> None:
    assert local_day(instant, "Europe/Belgrade") == day


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        local_day(datetime(2026, 10, 25, 12, 0), "Europe/Belgrade")  # noqa: DTZ001 - it is the point


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 10, 26), "2026-W44"),
        (date(2027, 1, 1), "2026-W53"),  # a Friday
        (date(2024, 12, 30), "2025-W01"),  # a Monday
    ],
)
def test_weeks_have_their_iso_names(day: date, name: str) -> None:
    assert label(day) == label(monday(day)) == name


def test_weeks_of_a_span_include_both_ends() -> None:
    found = list(mondays(date(2026, 10, 1), date(2026, 10, 12)))
    assert found == [date(2026, 9, 28), date(2026, 10, 5), date(2026, 10, 12)]
    assert list(mondays(date(2026, 10, 13), date(2026, 10, 1))) == []
