"""Wall clocks and instants on both sides of every published clock change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.zones import (
    AmbiguousTime,
    NonExistentTime,
    UnknownZone,
    UnresolvableTime,
    ZoneError,
    country_zones,
    is_zone,
    to_instant,
    to_local,
    utc_offset_label,
    zone_city,
    zone_names,
)
from tests.unit.scheduling.clocks import CHANGES, PUBLISHED, STEADY, utc, wall

SECOND = timedelta(seconds=1)


def offset(instant: datetime, zone: str) -> timedelta:
    return to_local(instant, zone).replace(tzinfo=None) - instant.replace(tzinfo=None)


def changes_between(zone: str, start: datetime, end: datetime) -> list[datetime]:
    half_hours = [start + timedelta(minutes=30) * n for n in range((end - start) // timedelta(minutes=30))]
    return [at for at in half_hours if offset(at, zone) != offset(at - SECOND, zone)]


@pytest.mark.parametrize("zone", PUBLISHED)
def test_each_zone_changes_exactly_when_published(zone: str) -> None:
    expected = [utc(when) for when in PUBLISHED[zone]]
    assert changes_between(zone, utc("2026-09-01"), expected[-1] + timedelta(days=1)) == expected


@pytest.mark.parametrize(("zone", "label"), STEADY.items())
def test_zones_without_clock_change_keep_their_offset(zone: str, label: str) -> None:
    days = [utc("2026-11-15") + timedelta(days=n) for n in range(365)]
    assert {utc_offset_label(day, zone) for day in days} == {label}


def test_kazakhstan_has_one_clock_since_march_2024() -> None:
    assert {utc_offset_label(utc("2024-03-02"), zone) for zone in country_zones("KZ")} == {"UTC+5"}
    assert utc_offset_label(utc("2024-02-28"), "Asia/Almaty") == "UTC+6"


def test_morocco_keeps_greenwich_time_through_ramadan_2027() -> None:
    days = [utc("2026-09-21") + timedelta(days=n) for n in range(400)]
    assert {utc_offset_label(day, "Africa/Casablanca") for day in days} == {"UTC"}


def test_belgrade_and_new_york_are_five_hours_apart_in_three_spells() -> None:
    def apart(day: datetime) -> int:
        noon = day.replace(hour=12)
        hours = offset(noon, "Europe/Belgrade") - offset(noon, "America/New_York")
        return hours // timedelta(hours=1)

    days = [utc("2026-09-01") + timedelta(days=n) for n in range(460)]
    spells = [("2026-10-25", "2026-10-31"), ("2027-03-14", "2027-03-27"), ("2027-10-31", "2027-11-06")]
    expected = {day for day in days for first, last in spells if utc(first) <= day <= utc(last)}
    assert {day for day in days if apart(day) == 5} == expected
    assert {apart(day) for day in days} == {5, 6}


@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_the_skipped_or_repeated_wall_time_of_every_change_is_refused_with_two_readings(
    zone: str, change: datetime
) -> None:
    jump = offset(change, zone) - offset(change - SECOND, zone)
    # The middle of the gap (after the old clock stops) or of the overlap (before it stops).
    middle = (change + offset(change - SECOND, zone)).replace(tzinfo=None) + jump / 2
    expected = NonExistentTime if jump > timedelta(0) else AmbiguousTime
    with pytest.raises(UnresolvableTime) as refusal:
        to_instant(middle, zone)
    assert type(refusal.value) is expected
    assert (refusal.value.local, refusal.value.zone) == (middle, zone)
    earlier, later = refusal.value.readings
    assert (earlier.choice, later.choice) == ("earlier", "later")
    assert earlier.instant < change <= later.instant
    for reading in (earlier, later):
        assert to_local(reading.instant, zone).replace(tzinfo=None) == reading.local
        assert offset(reading.instant, zone) == reading.utc_offset
        chosen = to_instant(middle, zone, reading.choice)
        assert (chosen.instant, chosen.local) == (reading.instant, reading.local)


def test_a_gap_in_belgrade_is_read_as_half_past_one_or_half_past_three() -> None:
    with pytest.raises(
        NonExistentTime, match="2027-03-28 02:30 does not exist in Europe/Belgrade"
    ) as refusal:
        to_instant(wall("2027-03-28 02:30"), "Europe/Belgrade")
    earlier, later = refusal.value.readings
    assert (earlier.local, earlier.instant) == (wall("2027-03-28 01:30"), utc("2027-03-28 00:30"))
    assert (later.local, later.instant) == (wall("2027-03-28 03:30"), utc("2027-03-28 01:30"))
    assert (earlier.utc_offset, later.utc_offset) == (timedelta(hours=1), timedelta(hours=2))


def test_an_overlap_in_belgrade_keeps_the_wall_time_and_offers_both_passes() -> None:
    with pytest.raises(AmbiguousTime, match="exists twice") as refusal:
        to_instant(wall("2026-10-25 02:30"), "Europe/Belgrade")
    earlier, later = refusal.value.readings
    assert earlier.local == later.local == wall("2026-10-25 02:30")
    assert (earlier.instant, later.instant) == (utc("2026-10-25 00:30"), utc("2026-10-25 01:30"))


def test_lord_howe_repeats_half_an_hour_only() -> None:
    with pytest.raises(AmbiguousTime):
        to_instant(wall("2027-04-04 01:45"), "Australia/Lord_Howe")
    assert to_instant(wall("2027-04-04 01:15"), "Australia/Lord_Howe").instant == utc("2027-04-03 14:15")


def test_an_overlap_that_is_no_daylight_saving_is_refused_too() -> None:
    """Almaty went from +06 to +05 for good: pytz calls both sides standard time."""
    with pytest.raises(AmbiguousTime) as refusal:
        to_instant(wall("2024-02-29 23:30"), "Asia/Almaty")
    assert [reading.utc_offset for reading in refusal.value.readings] == [
        timedelta(hours=6),
        timedelta(hours=5),
    ]


def test_a_day_that_samoa_skipped_does_not_exist() -> None:
    with pytest.raises(NonExistentTime) as refusal:
        to_instant(wall("2011-12-30 12:00"), "Pacific/Apia")
    assert [reading.local.day for reading in refusal.value.readings] == [29, 31]


def test_a_choice_changes_nothing_where_the_time_is_plain() -> None:
    plain = wall("2026-11-03 15:00")
    assert {
        to_instant(plain, "Europe/Belgrade", choice).instant for choice in (None, "earlier", "later")
    } == {utc("2026-11-03 14:00")}


def test_only_a_choice_picks_a_pass_and_never_the_fold_of_the_value() -> None:
    second_pass = wall("2026-10-25 02:30").replace(fold=1)
    with pytest.raises(AmbiguousTime):
        to_instant(second_pass, "Europe/Belgrade")
    assert to_instant(second_pass, "Europe/Belgrade", "earlier").instant == utc("2026-10-25 00:30")
    assert to_instant(wall("2026-11-03 15:00").replace(fold=1), "Europe/Belgrade").local.fold == 0


def test_the_exact_edges_of_a_change_are_plain() -> None:
    assert to_instant(wall("2027-03-28 01:59:59"), "Europe/Belgrade").instant == utc("2027-03-28 00:59:59")
    assert to_instant(wall("2027-03-28 03:00"), "Europe/Belgrade").instant == utc("2027-03-28 01:00")
    assert to_instant(wall("2026-10-25 03:00"), "Europe/Belgrade").instant == utc("2026-10-25 02:00")


def test_the_wrong_kind_of_time_is_refused() -> None:
    with pytest.raises(TypeError, match="aware"):
        to_instant(utc("2026-11-03"), "Europe/Belgrade")
    with pytest.raises(TypeError, match="naive"):
        to_local(wall("2026-11-03"), "Europe/Belgrade")


@pytest.mark.parametrize("year", [1999, 2038])
def test_years_without_reliable_rules_are_refused(year: int) -> None:
    with pytest.raises(ZoneError, match="2000-2037"):
        to_instant(wall(f"{year}-06-01 12:00"), "Europe/Belgrade")


@pytest.mark.parametrize(
    "name", ["Europe", "europe/belgrade", "Mars/Base", "", "../etc/passwd", "localtime", "99"]
)
def test_what_is_no_iana_name_is_unknown(name: str) -> None:
    assert not is_zone(name)
    with pytest.raises(UnknownZone):
        to_instant(wall("2026-11-03 15:00"), name)
    with pytest.raises(UnknownZone):
        to_local(utc("2026-11-03"), name)


def test_a_form_offers_every_partner_city_once_and_no_old_name() -> None:
    names = list(zone_names())
    assert len(names) == len(set(names)) > 400
    assert {"Europe/Belgrade", "Europe/Sarajevo", "Europe/Podgorica", "Asia/Almaty", "Asia/Urumqi"} <= set(
        names
    )
    assert names[-1] == "Etc/UTC"
    assert names[:-1] == sorted(names[:-1])
    assert not {"US/Eastern", "Asia/Calcutta", "Europe/Kiev", "CET", "GMT", "Etc/GMT-5"} & set(names)


def test_countries_list_their_zones_and_unknown_ones_none() -> None:
    assert country_zones("rs") == ["Europe/Belgrade"]
    assert country_zones("CN") == ["Asia/Shanghai", "Asia/Urumqi"]
    assert country_zones("KZ")[0] == "Asia/Almaty"
    assert country_zones("XK") == country_zones("??") == []


@pytest.mark.parametrize(
    ("name", "city"),
    [
        ("Europe/Belgrade", "Belgrade"),
        ("America/New_York", "New York"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("Etc/UTC", "UTC"),
        ("Etc/GMT", "GMT"),
        ("Etc/GMT-5", "UTC+5"),
        ("Etc/GMT+3", "UTC-3"),
    ],
)
def test_zones_are_called_by_their_city(name: str, city: str) -> None:
    assert zone_city(name) == city


@pytest.mark.parametrize(
    ("zone", "when", "label"),
    [
        ("Europe/Belgrade", "2026-10-24", "UTC+2"),
        ("Europe/Belgrade", "2026-10-26", "UTC+1"),
        ("America/St_Johns", "2026-12-01", "UTC-03:30"),
        ("Europe/London", "2026-12-01", "UTC"),
        ("Australia/Lord_Howe", "2027-06-01", "UTC+10:30"),
    ],
)
def test_offsets_are_labelled_as_people_write_them(zone: str, when: str, label: str) -> None:
    assert utc_offset_label(utc(when), zone) == label


zones = st.sampled_from(zone_names())
FIRST, LAST = wall("2000-01-03"), wall("2037-12-29")
instants = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
walls_near_a_change = st.builds(
    lambda change, minutes: (change[0], (change[1] + timedelta(minutes=minutes)).replace(tzinfo=None)),
    st.sampled_from(CHANGES),
    st.integers(-24 * 60, 24 * 60),
)


def readings_of(local: datetime, zone: str) -> set[datetime]:
    """Every instant that the strict reading allows: none in a gap, two in an overlap."""
    try:
        return {to_instant(local, zone).instant}
    except NonExistentTime:
        return set()
    except AmbiguousTime as repeated:
        return {reading.instant for reading in repeated.readings}


@given(zones, instants)
@settings(max_examples=150, deadline=None)
def test_an_instant_survives_the_way_over_any_wall_clock(zone: str, instant: datetime) -> None:
    local = to_local(instant, zone).replace(tzinfo=None, fold=0)
    assert instant in readings_of(local, zone)


@given(st.one_of(st.tuples(zones, st.datetimes(FIRST, LAST)), walls_near_a_change))
@settings(max_examples=250, deadline=None)
def test_refusals_are_exactly_those_that_pep_495_predicts(case: tuple[str, datetime]) -> None:
    zone, local = case
    clock = ZoneInfo(zone)
    passes = [local.replace(tzinfo=clock, fold=fold).astimezone(UTC) for fold in (0, 1)]
    real = {at for at in passes if at.astimezone(clock).replace(tzinfo=None, fold=0) == local}
    assert readings_of(local, zone) == real
