"""What Moodle, Windows and people write for a time zone, and which zone that is."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from babel.core import get_global
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.zones import UnknownZone, is_zone, resolve_zone, to_local, zone_names
from tests.unit.scheduling.clocks import utc


@pytest.mark.parametrize(
    ("spelling", "zone"),
    [
        # IANA, old and careless
        ("Europe/Belgrade", "Europe/Belgrade"),
        ("  europe/BELGRADE ", "Europe/Belgrade"),
        ("America/New York", "America/New_York"),
        ("Europe/Sarajevo", "Europe/Sarajevo"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Asia/Katmandu", "Asia/Kathmandu"),
        ("US/Eastern", "America/New_York"),
        ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("Iceland", "Atlantic/Reykjavik"),
        ("PRC", "Asia/Shanghai"),
        ("EST5EDT", "America/New_York"),
        ("CET", "Europe/Brussels"),
        ("UTC", "Etc/UTC"),
        ("Etc/GMT-5", "Etc/GMT-5"),
        # Moodle's numbers
        ("0", "Etc/UTC"),
        ("5", "Etc/GMT-5"),
        ("5.0", "Etc/GMT-5"),
        ("-3", "Etc/GMT+3"),
        ("14", "Etc/GMT-14"),
        ("-12.0", "Etc/GMT+12"),
        ("4.5", "Asia/Kabul"),
        ("5.5", "Asia/Kolkata"),
        ("6.5", "Asia/Yangon"),
        ("9.5", "Australia/Darwin"),
        ("5.75", "Asia/Kathmandu"),
        ("-9.5", "Pacific/Marquesas"),
        ("UTC+2", "Etc/GMT-2"),
        ("utc + 2", "Etc/GMT-2"),
        ("UTC-02", "Etc/GMT+2"),
        ("UTC−3", "Etc/GMT+3"),
        ("GMT+8", "Etc/GMT-8"),
        ("UTC+05:45", "Asia/Kathmandu"),
        ("UTC+5.5", "Asia/Kolkata"),
        # Windows
        ("Central Europe Standard Time", "Europe/Budapest"),
        ("Central European Standard Time", "Europe/Warsaw"),
        ("China Standard Time", "Asia/Shanghai"),
        ("india standard time", "Asia/Kolkata"),
        ("Nepal Standard Time", "Asia/Kathmandu"),
        ("FLE Standard Time", "Europe/Kyiv"),
        ("Egypt Standard Time", "Africa/Cairo"),
        ("Pacific Standard Time (Mexico)", "America/Tijuana"),
        ("UTC+13", "Etc/GMT-13"),
        # Windows of long ago, as Moodle keeps them
        ("S.A. Pacific Standard Time", "America/Bogota"),
        ("A.U.S. Eastern Standard Time", "Australia/Sydney"),
        ("U.S. Mountain Standard Time", "America/Phoenix"),
        ("S.E. Asia Standard Time", "Asia/Bangkok"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Armenian Standard Time", "Asia/Yerevan"),
        ("Mexico Standard Time 2", "America/Mazatlan"),
        ("Mid-Atlantic Standard Time", "Etc/GMT+2"),
        ("Eastern Time", "America/New_York"),
        ("JST", "Asia/Tokyo"),
    ],
)
def test_spellings_resolve_to_the_name_in_use_today(spelling: str, zone: str) -> None:
    assert resolve_zone(spelling) == zone
    assert is_zone(zone)


@pytest.mark.parametrize(
    ("spelling", "country", "zone"),
    [
        # Kazakhstan: CLDR reads the old name as Bishkek, an hour from any clock in the country.
        ("Central Asia Standard Time", None, "Asia/Bishkek"),
        ("Central Asia Standard Time", "KG", "Asia/Bishkek"),
        ("Central Asia Standard Time", "KZ", "Asia/Almaty"),
        ("Central Asia Standard Time", "CN", "Asia/Urumqi"),
        ("Qyzylorda Standard Time", None, "Asia/Qyzylorda"),
        ("Qyzylorda Standard Time", "KZ", "Asia/Qyzylorda"),
        ("West Asia Standard Time", None, "Asia/Tashkent"),
        ("West Asia Standard Time", "KZ", "Asia/Almaty"),
        ("West Asia Standard Time", "kz", "Asia/Almaty"),
        ("Asia/Almaty", "KZ", "Asia/Almaty"),
        ("Asia/Qostanay", "KZ", "Asia/Qostanay"),
        ("5", "KZ", "Etc/GMT-5"),
        # The own city, where it keeps the same clock
        ("Central Europe Standard Time", "RS", "Europe/Belgrade"),
        ("Central Europe Standard Time", "ME", "Europe/Podgorica"),
        ("Central European Standard Time", "BA", "Europe/Sarajevo"),
        ("CET", "RS", "Europe/Belgrade"),
        ("Eastern Standard Time", "CA", "America/Toronto"),
        ("GMT Standard Time", "PT", "Europe/Lisbon"),
        # A person abroad keeps the zone that was chosen
        ("Central Europe Standard Time", "CN", "Europe/Budapest"),
        ("Europe/Belgrade", "BA", "Europe/Belgrade"),
        ("UTC", "GH", "Etc/UTC"),
        # Abbreviations mean what they mean at home
        ("CST", "CN", "Asia/Shanghai"),
        ("CST", "US", "America/Chicago"),
        ("IST", "IN", "Asia/Kolkata"),
        ("IST", "IE", "Europe/Dublin"),
    ],
)
def test_the_country_decides_between_cities(spelling: str, country: str | None, zone: str) -> None:
    assert resolve_zone(spelling, country=country) == zone


@pytest.mark.parametrize("spelling", ["99", " 99 ", "99.0", ""])
def test_moodles_99_is_the_sites_zone(spelling: str) -> None:
    assert resolve_zone(spelling, site_default="Asia/Almaty") == "Asia/Almaty"
    assert resolve_zone(spelling, site_default="China Standard Time") == "Asia/Shanghai"
    with pytest.raises(UnknownZone, match="the site's is not known"):
        resolve_zone(spelling)
    with pytest.raises(UnknownZone, match="the site's is not known"):
        resolve_zone(spelling, site_default="99")


@pytest.mark.parametrize(
    ("spelling", "reason"),
    [
        ("CST", "America/Chicago, America/Havana, America/Mexico_City, Asia/Shanghai, Asia/Taipei"),
        ("IST", "Asia/Jerusalem"),
        ("Mars/Olympus", "write one like Europe/Belgrade"),
        ("Belgrade Standard Time", "no time zone"),
        ("15", "keeps the offset '15'"),
        ("-13", "keeps the offset"),
        ("10.5", "name a city"),
        ("UTC-03:30", "name a city"),
        ("7.3", "keeps the offset"),
        ("5.001", "no time zone"),
        ("UTC+", "no time zone"),
        ("\x00", "no time zone"),
        ("99.5", "keeps the offset"),
    ],
)
def test_what_cannot_be_resolved_says_why(spelling: str, reason: str) -> None:
    with pytest.raises(UnknownZone, match=reason):
        resolve_zone(spelling)


def test_every_windows_name_of_cldr_and_every_old_iana_name_resolves_to_a_current_zone() -> None:
    current = set(zone_names())
    spellings = {*get_global("windows_zone_mapping"), *get_global("zone_aliases")} - {"Factory"}
    found = {
        spelling: resolve_zone(spelling) for spelling in spellings if is_zone(spelling) or "/" not in spelling
    }
    assert len(found) > 250
    assert {
        zone for zone in found.values() if zone not in current and not zone.startswith("Etc/GMT")
    } == set()


@given(st.sampled_from(zone_names()), st.sampled_from([None, "RS", "KZ", "CN", "US"]))
@settings(max_examples=60, deadline=None)
def test_a_current_name_always_stands_for_itself(zone: str, country: str | None) -> None:
    assert resolve_zone(zone, country=country, site_default="Asia/Shanghai") == zone
    assert resolve_zone(zone.lower()) == zone


@given(st.integers(-12, 14))
def test_whole_hours_have_the_offset_that_they_say(hours: int) -> None:
    local = to_local(utc("2026-11-03"), resolve_zone(f"UTC{hours:+d}"))
    assert local.utcoffset() == timedelta(hours=hours)


@given(st.text(max_size=12))
@settings(max_examples=150)
def test_any_text_is_a_zone_or_an_unknown_zone(text: str) -> None:
    with contextlib.suppress(UnknownZone):
        assert is_zone(resolve_zone(text, site_default="Europe/Belgrade"))
