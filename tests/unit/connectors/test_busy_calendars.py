"""Calendars of people's own: what counts as busy, and how little of a calendar is believed."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest

from connectors.busy_calendars import CalendarUnreadable, NoCalendar, TooMuch, busy_times
from connectors.busy_calendars.reading import busy_times_apart

FIRST, LAST = datetime(2026, 10, 19, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)


def calendar(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Somebody//EN"]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}@example.org", *event.strip().split("\n"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def busy(content: bytes, zone: str = "Europe/Belgrade") -> list[str]:
    return [f"{starts:%m-%d %H:%M}/{ends:%H:%M}" for starts, ends in busy_times(content, zone, FIRST, LAST)]


def test_an_event_is_busy_from_its_start_to_its_end_in_utc() -> None:
    content = calendar("DTSTART;TZID=Asia/Almaty:20261020T100000\nDTEND;TZID=Asia/Almaty:20261020T113000")
    assert busy(content) == ["10-20 05:00/06:30"]


def test_a_time_without_a_zone_and_a_whole_day_are_on_the_owners_clock() -> None:
    content = calendar(
        "DTSTART:20261020T100000\nDURATION:PT45M", "DTSTART;VALUE=DATE:20261025\nDTEND;VALUE=DATE:20261026"
    )
    # The day on which Belgrade's clocks go back has 25 hours.
    assert busy(content) == ["10-20 08:00/08:45", "10-24 22:00/23:00"]
    assert busy(content, "Asia/Shanghai")[0] == "10-20 02:00/02:45"


def test_a_series_keeps_its_hour_across_a_clock_change_with_its_exceptions() -> None:
    series = (
        "DTSTART;TZID=Europe/Belgrade:20260901T100000\nDTEND;TZID=Europe/Belgrade:20260901T110000\n"
        "RRULE:FREQ=WEEKLY\nEXDATE;TZID=Europe/Belgrade:20261027T100000"
    )
    assert busy(calendar(series)) == ["10-20 08:00/09:00"]
    assert busy(calendar(series.rpartition("\n")[0])) == ["10-20 08:00/09:00", "10-27 09:00/10:00"]


def test_a_moved_date_of_a_series_counts_where_it_is_now() -> None:
    content = calendar(
        "DTSTART:20261020T080000Z\nDTEND:20261020T090000Z\nRRULE:FREQ=DAILY;COUNT=2",
    )
    moved = calendar(
        "DTSTART:20261021T150000Z\nDTEND:20261021T160000Z\nRECURRENCE-ID:20261021T080000Z",
    )
    both = content.replace(b"END:VCALENDAR\r\n", b"") + moved.partition(b"EN\r\n")[2]
    assert busy(both) == ["10-20 08:00/09:00", "10-21 15:00/16:00"]


@pytest.mark.parametrize(
    "free", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"]
)
def test_what_is_free_or_cancelled_is_not_busy(free: str) -> None:
    assert busy(calendar(f"DTSTART:20261020T080000Z\nDTEND:20261020T090000Z\n{free}")) == []


def test_published_free_and_busy_times_count() -> None:
    content = calendar().replace(
        b"END:VCALENDAR",
        b"BEGIN:VFREEBUSY\r\nUID:f\r\nFREEBUSY;FBTYPE=BUSY:20261020T080000Z/PT1H,20261021T080000Z/20261021T093000Z"
        b"\r\nFREEBUSY;FBTYPE=FREE:20261022T080000Z/PT1H\r\nEND:VFREEBUSY\r\nEND:VCALENDAR",
    )
    assert busy(content) == ["10-20 08:00/09:00", "10-21 08:00/09:30"]


def test_times_that_touch_or_overlap_are_one_and_what_lies_outside_is_cut_off() -> None:
    content = calendar(
        "DTSTART:20261020T080000Z\nDTEND:20261020T090000Z",
        "DTSTART:20261020T083000Z\nDTEND:20261020T100000Z",
        "DTSTART:20261018T230000Z\nDTEND:20261019T010000Z",
        "DTSTART:20270101T080000Z\nDTEND:20270101T090000Z",
    )
    assert busy(content) == ["10-19 00:00/01:00", "10-20 08:00/10:00"]


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=5", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,1,2"],
)
def test_an_event_that_repeats_all_day_long_is_refused(rule: str) -> None:
    with pytest.raises(TooMuch):
        busy(calendar(f"DTSTART:20261020T080000Z\nDTEND:20261020T080100Z\nRRULE:{rule}"))


def test_a_rule_that_stays_on_the_spot_is_refused() -> None:
    with pytest.raises(CalendarUnreadable):
        busy(calendar("DTSTART:20200131T080000Z\nDTEND:20200131T090000Z\nRRULE:FREQ=DAILY;INTERVAL=0"))


def test_a_rule_that_never_comes_true_does_no_harm() -> None:
    never = "DTSTART:20200131T080000Z\nDTEND:20200131T090000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31"
    assert len(busy(calendar(never))) <= 1


@pytest.mark.parametrize("content", [b"", b"<!doctype html><title>Sign in</title>", b"\xff\xfe\x00"])
def test_what_is_no_calendar_is_told_apart(content: bytes) -> None:
    with pytest.raises(NoCalendar):
        busy(content)


@pytest.mark.parametrize(
    "broken",
    [b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", b"BEGIN:VCALENDAR\r\nnonsense\r\nEND:VCALENDAR\r\n"],
)
def test_a_broken_calendar_says_nothing_or_is_refused(broken: bytes) -> None:
    with contextlib.suppress(CalendarUnreadable):
        assert busy(broken) == []


def test_several_calendars_in_one_file_all_count() -> None:
    one = calendar("DTSTART:20261020T080000Z\nDTEND:20261020T090000Z")
    other = calendar("DTSTART:20261021T080000Z\nDTEND:20261021T090000Z")
    assert busy(one + other) == ["10-20 08:00/09:00", "10-21 08:00/09:00"]


def test_what_a_process_of_its_own_reads_is_the_same() -> None:
    lecture = calendar("DTSTART:20261020T080000Z\nDTEND:20261020T090000Z\nRRULE:FREQ=WEEKLY")
    read = busy_times_apart(lecture, "Europe/Belgrade", FIRST, LAST)
    assert read == busy_times(lecture, "Europe/Belgrade", FIRST, LAST)
    assert len(read) == 2


def test_what_a_process_of_its_own_refuses_is_refused_for_the_same_reason() -> None:
    with pytest.raises(NoCalendar, match="not iCalendar"):
        busy_times_apart(b"<!doctype html>", "Europe/Belgrade", FIRST, LAST)


def test_a_process_that_takes_too_long_is_ended() -> None:
    with pytest.raises(TooMuch):
        busy_times_apart(calendar(), "Europe/Belgrade", FIRST, LAST, seconds=0.001)
