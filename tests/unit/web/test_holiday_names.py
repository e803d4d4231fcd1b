"""Holidays as the package names them, in the reader's language."""

from __future__ import annotations

import holidays
import pytest

from coil_bridge.i18n import Translator
from coil_bridge.web.holiday_names import NAMES, holiday_name

ENGLISH, SERBIAN = Translator("en"), Translator("sr_Latn")
COUNTRIES = ("RS", "KZ", "CN", "ME", "BA")


@pytest.fixture(scope="module")
def given() -> set[str]:
    """Every name that the package has for these countries in some years."""
    calendars = [
        holidays.country_holidays(country, years=range(2024, 2029), language="en_US", expand=False)
        for country in COUNTRIES
    ]
    return {name.removesuffix(" (estimated)") for each in calendars for name in each.values()}


def test_every_holiday_of_the_consortium_has_a_serbian_name(given: set[str]) -> None:
    untranslated = {name for name in given if holiday_name(name, SERBIAN) == name}
    assert untranslated == set()


def test_no_name_is_kept_that_the_package_does_not_give(given: set[str]) -> None:
    plain = {part.removesuffix(" (observed)") for name in given for part in name.split("; ")}
    assert set(NAMES) - plain == set()


def test_holidays_that_are_moved_or_meet_are_told_part_by_part() -> None:
    assert holiday_name("New Year's Day (observed)", SERBIAN) == "Nova godina, prenet neradni dan"
    assert (
        holiday_name("Labor Day; Orthodox Good Friday", SERBIAN) == "Praznik rada; Pravoslavni Veliki petak"
    )
    assert holiday_name("Statehood Day", ENGLISH) == "Statehood Day"


def test_a_day_off_in_exchange_is_dated_as_its_reader_writes() -> None:
    swapped = "Day off (substituted from 02/14/2026)"
    assert holiday_name(swapped, ENGLISH) == "day off in exchange for Sat 14 Feb"
    assert holiday_name(swapped, SERBIAN) == "slobodan dan u zamenu za sub, 14. feb"


def test_an_unknown_name_stays_as_it_is() -> None:
    assert holiday_name("Prešeren's Day", SERBIAN) == "Prešeren's Day"
