"""A day off counts on the calendar of whom it belongs to; a series leaves it out and ends later."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.days_off import days_off, weekly_where_taught
from scheduling.terms import AcademicCalendar, Holidays, Span
from scheduling.zones import to_local
from tests.unit.scheduling.clocks import utc, wall

OFF = date(2026, 11, 6)  # a Friday
ZONES = ("Europe/Belgrade", "Asia/Almaty", "America/New_York")
FRIDAY_OFF = {
    zone: AcademicCalendar.of(zone, [Span("break", "Day of the university", OFF, OFF)], Holidays(None))
    for zone in ZONES
}
EVER = date(2027, 6, 30)


@pytest.mark.parametrize(
    ("start", "minutes", "off"),
    [
        ("2026-11-05 17:59", 60, []),  # ends at 23:59 on Thursday in Almaty
        ("2026-11-05 18:00", 60, []),  # at midnight sharp
        ("2026-11-05 18:01", 60, ["Asia/Almaty"]),
        ("2026-11-05 22:30", 60, ["Europe/Belgrade", "Asia/Almaty"]),
        ("2026-11-06 05:00", 60, list(ZONES)),
        ("2026-11-06 19:00", 60, ["Europe/Belgrade", "America/New_York"]),  # Saturday in Almaty
        ("2026-11-07 04:59", 60, ["America/New_York"]),
    ],
)
def test_the_day_is_that_of_each_calendar(start: str, minutes: int, off: list[str]) -> None:
    found = days_off(utc(start), minutes, FRIDAY_OFF)
    assert [each.key for each in found if each.what.kind == "break"] == off


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 14 * 96), st.integers(5, 600))
def test_it_is_what_a_walk_through_the_minutes_finds(quarters: int, minutes: int) -> None:
    start = utc("2026-10-30 00:00") + quarters * timedelta(minutes=15)
    walked = {
        (zone, day)
        for minute in range(minutes)
        for zone, calendar in FRIDAY_OFF.items()
        if not calendar.on(day := to_local(start + timedelta(minutes=minute), zone).date()).teaches
    }
    assert {(each.key, each.day) for each in days_off(start, minutes, FRIDAY_OFF)} == walked


def held(first: str, count: int, every: int = 1, until: date = EVER) -> tuple[list[str], list[str]]:
    series = weekly_where_taught(
        wall(first), "Europe/Belgrade", count, every=every, minutes=60, calendars=FRIDAY_OFF, until=until
    )
    return [_day(each.local) for each in series.held], [_day(each.local) for each in series.left_out]


def _day(local: datetime) -> str:
    return f"{local:%m-%d}"


def test_a_series_goes_on_in_its_own_rhythm_up_to_its_last_day() -> None:
    assert held("2026-10-30 10:00", 3) == (["10-30", "11-13", "11-20"], ["11-06"])
    assert held("2026-10-23 10:00", 3, every=2) == (["10-23", "11-20", "12-04"], ["11-06"])
    assert held("2026-10-30 10:00", 3, until=date(2026, 11, 13)) == (["10-30", "11-13"], ["11-06"])
    assert held("2026-10-30 10:00", 3, until=date(2026, 11, 12)) == (["10-30"], ["11-06"])
