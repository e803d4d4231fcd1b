"""Every published clock change of 2024 to 2027 that concerns a partner, both of its sides written by hand.

Each line is what the clocks on the wall there show one second before the change and at the change, so nothing
here is computed by what is tested.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from scheduling.availability import Clock, preview
from scheduling.recurrence import weekly
from scheduling.zones import country_zones, resolve_zone, to_instant, to_local, utc_offset_label
from tests.unit.scheduling.clocks import PUBLISHED, utc, wall

_EU = [
    ("2026-10-25 01:00", "2026-10-25 02:59:59 UTC+2", "2026-10-25 02:00:00 UTC+1"),
    ("2027-03-28 01:00", "2027-03-28 01:59:59 UTC+1", "2027-03-28 03:00:00 UTC+2"),
    ("2027-10-31 01:00", "2027-10-31 02:59:59 UTC+2", "2027-10-31 02:00:00 UTC+1"),
]
_CHISINAU = [  # the instants of the EU, an hour further east
    ("2026-10-25 01:00", "2026-10-25 03:59:59 UTC+3", "2026-10-25 03:00:00 UTC+2"),
    ("2027-03-28 01:00", "2027-03-28 02:59:59 UTC+2", "2027-03-28 04:00:00 UTC+3"),
    ("2027-10-31 01:00", "2027-10-31 03:59:59 UTC+3", "2027-10-31 03:00:00 UTC+2"),
]
_PALESTINE = [
    ("2026-10-23 23:00", "2026-10-24 01:59:59 UTC+3", "2026-10-24 01:00:00 UTC+2"),
    ("2027-03-27 00:00", "2027-03-27 01:59:59 UTC+2", "2027-03-27 03:00:00 UTC+3"),
]
SIDES: dict[str, list[tuple[str, str, str]]] = {
    "Europe/Brussels": _EU,
    "Europe/Belgrade": _EU,
    "Europe/Sarajevo": _EU,
    "Europe/Podgorica": _EU,
    "Europe/Chisinau": _CHISINAU,
    "America/New_York": [
        ("2026-11-01 06:00", "2026-11-01 01:59:59 UTC-4", "2026-11-01 01:00:00 UTC-5"),
        ("2027-03-14 07:00", "2027-03-14 01:59:59 UTC-5", "2027-03-14 03:00:00 UTC-4"),
        ("2027-11-07 06:00", "2027-11-07 01:59:59 UTC-4", "2027-11-07 01:00:00 UTC-5"),
    ],
    "Africa/Cairo": [
        ("2026-10-29 21:00", "2026-10-29 23:59:59 UTC+3", "2026-10-29 23:00:00 UTC+2"),
        ("2027-04-29 22:00", "2027-04-29 23:59:59 UTC+2", "2027-04-30 01:00:00 UTC+3"),
        ("2027-10-28 21:00", "2027-10-28 23:59:59 UTC+3", "2027-10-28 23:00:00 UTC+2"),
    ],
    "Asia/Beirut": [
        ("2026-10-24 21:00", "2026-10-24 23:59:59 UTC+3", "2026-10-24 23:00:00 UTC+2"),
        ("2027-03-27 22:00", "2027-03-27 23:59:59 UTC+2", "2027-03-28 01:00:00 UTC+3"),
    ],
    "Asia/Gaza": _PALESTINE,
    "Asia/Hebron": _PALESTINE,
    "America/Santiago": [
        ("2026-09-06 04:00", "2026-09-05 23:59:59 UTC-4", "2026-09-06 01:00:00 UTC-3"),
        ("2027-04-04 03:00", "2027-04-03 23:59:59 UTC-3", "2027-04-03 23:00:00 UTC-4"),
    ],
    "Australia/Lord_Howe": [
        ("2026-10-03 15:30", "2026-10-04 01:59:59 UTC+10:30", "2026-10-04 02:30:00 UTC+11"),
        ("2027-04-03 15:00", "2027-04-04 01:59:59 UTC+11", "2027-04-04 01:30:00 UTC+10:30"),
    ],
    # Cuba does not fall back in 2026, and Morocco left its hour for good.
    "America/Havana": [("2027-11-07 05:00", "2027-11-07 00:59:59 UTC-4", "2027-11-07 00:00:00 UTC-5")],
    "Africa/Casablanca": [("2026-09-20 01:00", "2026-09-20 01:59:59 UTC+1", "2026-09-20 01:00:00 UTC")],
}
EARLIER: dict[str, list[tuple[str, str, str]]] = {
    # Kazakhstan became one zone on 1 March 2024.
    "Asia/Almaty": [("2024-02-29 18:00", "2024-02-29 23:59:59 UTC+6", "2024-02-29 23:00:00 UTC+5")],
    "Asia/Qostanay": [("2024-02-29 18:00", "2024-02-29 23:59:59 UTC+6", "2024-02-29 23:00:00 UTC+5")],
    # Paraguay stayed on summer time, which began in October 2024; Coyhaique left Chile's clock in March 2025.
    "America/Asuncion": [("2024-10-06 04:00", "2024-10-05 23:59:59 UTC-4", "2024-10-06 01:00:00 UTC-3")],
    # The last changes of western Canada.
    "America/Vancouver": [("2026-03-08 10:00", "2026-03-08 01:59:59 UTC-8", "2026-03-08 03:00:00 UTC-7")],
    "America/Edmonton": [("2026-03-08 09:00", "2026-03-08 01:59:59 UTC-7", "2026-03-08 03:00:00 UTC-6")],
    "America/Winnipeg": [("2026-03-08 08:00", "2026-03-08 01:59:59 UTC-6", "2026-03-08 03:00:00 UTC-5")],
}
LINES = [(zone, *line) for table in (SIDES, EARLIER) for zone, lines in table.items() for line in lines]


def shown(instant: datetime, zone: str) -> str:
    return f"{to_local(instant, zone):%Y-%m-%d %H:%M:%S} {utc_offset_label(instant, zone)}"


def test_the_table_is_that_of_the_published_dates() -> None:
    assert {zone: tuple(at for at, _, _ in lines) for zone, lines in SIDES.items()} == PUBLISHED


@pytest.mark.parametrize(("zone", "at", "before", "after"), LINES)
def test_the_clocks_show_this_on_either_side(zone: str, at: str, before: str, after: str) -> None:
    assert shown(utc(at) - timedelta(seconds=1), zone) == before
    assert shown(utc(at), zone) == after


@pytest.mark.parametrize(("zone", "at", "before", "after"), LINES)
def test_a_wall_time_on_either_side_is_its_own_instant(zone: str, at: str, before: str, after: str) -> None:
    """Two o'clock in the afternoon of the day before and of the day after, on the offsets of the table."""
    for days, side in ((-1, before), (1, after)):
        day = wall(side.rpartition(" ")[0]).replace(hour=14, minute=0, second=0) + timedelta(days=days)
        found = to_instant(day, zone)
        assert found.local == day
        assert utc_offset_label(found.instant, zone) == side.rpartition(" ")[2]
        assert to_local(found.instant, zone).replace(tzinfo=None) == day


@pytest.mark.parametrize(("zone", "at", "before", "after"), LINES)
def test_a_weekly_session_keeps_its_hour_and_the_partners_see_it_jump(
    zone: str, at: str, before: str, after: str
) -> None:
    """Across every change: the same wall time there, and in Shanghai another hour by as much as the jump."""
    first = wall(at).replace(hour=12, minute=0) - timedelta(days=4)
    one, other = weekly(first, zone, 2)
    assert (other.local, one.local) == (first + timedelta(weeks=1), first)
    jump = (wall(after.rpartition(" ")[0]) - wall(before.rpartition(" ")[0])) - timedelta(seconds=1)
    assert other.instant - one.instant == timedelta(weeks=1) - jump
    shanghai = Clock("SNC", "SNC", "Asia/Shanghai", None, None, time(0), time(0))
    views = preview([one, other], 60, [shanghai])
    moved = [each.detail["minutes"] for each in views[1].slots[0].notices if each.kind == "clock_change"]
    assert moved == [-jump // timedelta(minutes=1)]


def test_what_ended_has_ended() -> None:
    """No change in the two years after the last one of the table; Coyhaique stays when Santiago goes back."""
    steady = {
        **{zone: lines[-1][0] for zone, lines in EARLIER.items()},
        "America/Coyhaique": "2025-03-21 00:00",
    }
    for zone, since in steady.items():
        labels = {utc_offset_label(utc(since) + timedelta(days=day), zone) for day in range(1, 731)}
        assert len(labels) == 1, zone
    assert shown(utc("2027-05-01"), "America/Coyhaique").endswith("UTC-3")
    assert shown(utc("2027-05-01"), "America/Santiago").endswith("UTC-4")
    assert shown(utc("2026-12-01"), "America/Havana").endswith("UTC-4")


@pytest.mark.parametrize(
    ("zone", "label"),
    [
        ("Asia/Almaty", "UTC+5"),
        ("Asia/Shanghai", "UTC+8"),
        ("Asia/Urumqi", "UTC+6"),
        ("Asia/Kathmandu", "UTC+05:45"),
    ],
)
def test_partners_without_a_change_have_none_on_any_of_these_days(zone: str, label: str) -> None:
    for _, at, _, _ in LINES:
        if utc(at) > utc("2024-03-01"):
            assert utc_offset_label(utc(at), zone) == label


def test_the_north_west_territories_and_all_of_kazakhstan_follow() -> None:
    assert utc_offset_label(utc("2027-01-15"), "America/Yellowknife") == "UTC-6"
    assert utc_offset_label(utc("2027-01-15"), "America/Inuvik") == "UTC-6"
    for zone in country_zones("KZ"):
        assert utc_offset_label(utc("2024-03-01"), zone) == "UTC+5"


def test_two_hours_that_stale_data_get_wrong() -> None:
    assert to_instant(wall("2026-10-05 14:00"), "Africa/Casablanca").instant == utc("2026-10-05 14:00")
    assert to_instant(wall("2027-01-11 10:00"), "America/Winnipeg").instant == utc("2027-01-11 15:00")


def test_the_name_that_moodle_reads_an_hour_off() -> None:
    windows = "Central Asia Standard Time"
    assert utc_offset_label(utc("2027-01-15"), resolve_zone(windows)) == "UTC+6"
    assert utc_offset_label(utc("2027-01-15"), resolve_zone(windows, country="KZ")) == "UTC+5"
