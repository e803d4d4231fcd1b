"""Public holidays and weekends of partner countries."""

from __future__ import annotations

from datetime import date

import pytest

from scheduling.public_holidays import Holiday, is_weekend, public_holiday


@pytest.mark.parametrize(
    ("day", "country", "name"),
    [
        ("2026-11-11", "RS", "Armistice Day"),
        ("2027-01-07", "RS", "Orthodox Christmas Day"),
        ("2027-03-22", "KZ", "Nowruz Holiday"),
        ("2026-10-01", "CN", "National Day"),
        ("2026-11-26", "US", "Thanksgiving Day"),
        ("2027-05-21", "ME", "Independence Day"),
    ],
)
def test_fixed_holidays_are_known_by_an_english_name(day: str, country: str, name: str) -> None:
    assert public_holiday(date.fromisoformat(day), country, None) == Holiday(name, estimated=False)
    assert public_holiday(date.fromisoformat(day), country.lower(), None) == Holiday(name, estimated=False)


def test_a_date_that_hangs_on_the_moon_is_marked_and_its_name_is_clean() -> None:
    assert public_holiday(date(2027, 5, 16), "KZ", None) == Holiday("Eid al-Adha", estimated=True)
    assert public_holiday(date(2026, 6, 18), "EG", None) == Holiday(
        "Islamic New Year (observed)", estimated=True
    )


def test_names_do_not_follow_the_machines_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "sr")
    # 2031 is read by no other test: a year in the cache would prove nothing.
    assert public_holiday(date(2031, 11, 11), "RS", None) == Holiday("Armistice Day", estimated=False)


def test_regions_have_holidays_of_their_own() -> None:
    patriots_day = date(2027, 4, 19)
    assert public_holiday(patriots_day, "US", None) is None
    assert public_holiday(patriots_day, "US", "MA") == public_holiday(patriots_day, "US", "US-MA")
    assert public_holiday(patriots_day, "US", "MA") is not None


def test_an_unknown_region_keeps_the_nationwide_holidays() -> None:
    assert public_holiday(date(2026, 11, 11), "RS", "Vojvodina") == Holiday("Armistice Day", estimated=False)


@pytest.mark.parametrize("country", ["ZZ", "", "Serbia"])
def test_a_country_that_is_not_covered_has_none(country: str) -> None:
    assert public_holiday(date(2027, 1, 1), country, None) is None


def test_working_days_are_no_holidays() -> None:
    assert public_holiday(date(2026, 11, 3), "RS", None) is None


@pytest.mark.parametrize(
    ("day", "country", "rest"),
    [
        ("2026-11-07", "RS", True),
        ("2026-11-06", "RS", False),
        ("2026-11-06", "EG", True),  # a Friday
        ("2026-11-08", "EG", False),  # a Sunday
        ("2026-10-10", "CN", False),  # a Saturday worked for the National Day week
        ("2026-10-17", "CN", True),
        ("2024-12-29", "AZ", False),  # a Sunday worked for a holiday of the next year
        ("2026-11-07", None, True),
        ("2026-11-07", "ZZ", True),
        ("2026-11-09", None, False),
    ],
)
def test_weekends_are_the_countrys_own(day: str, country: str | None, rest: bool) -> None:
    assert is_weekend(date.fromisoformat(day), country) is rest
