"""Whatever is stored as a zone is an IANA name in use today; what cannot be one is refused in words."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from coil_bridge.errors import InvalidInput
from coil_bridge.services.accounts import our_zone
from coil_bridge.services.given_zones import given_zone
from tests.builders import UNIVERSITIES


@pytest.mark.parametrize(
    ("spelling", "country", "zone"),
    [
        ("Europe/Belgrade", "RS", "Europe/Belgrade"),
        ("Asia/Calcutta", None, "Asia/Kolkata"),
        ("Central Europe Standard Time", "rs", "Europe/Belgrade"),
        ("UTC+5", None, "Etc/GMT-5"),
        ("CST", "CN", "Asia/Shanghai"),
    ],
)
def test_spellings_become_the_name_in_use(spelling: str, country: str | None, zone: str) -> None:
    assert given_zone(spelling, country) == zone


@pytest.mark.parametrize(
    ("spelling", "reason"),
    [
        ("Mars/Olympus", "This time zone cannot be used: 'Mars/Olympus' is no time zone"),
        ("CST", "may mean America/Chicago, America/Havana"),
        ("UTC+10:30", "name a city"),
        ("99", "follows the site's time zone"),
        (" ", "Please fill this in."),
    ],
)
def test_what_cannot_be_one_is_told(spelling: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        given_zone(spelling)
    assert reason in refused.value.errors["zone"][0]


def test_what_a_moodle_writes_is_understood_or_logged() -> None:
    almaty = UNIVERSITIES["Almaty"]
    with capture_logs() as logged:
        spellings = ("99", "Central Asia Standard Time", "5", "Europe/Kiev", None)
        assert [our_zone(each, almaty) for each in spellings] == [
            "Asia/Almaty",
            "Asia/Almaty",
            "Etc/GMT-5",
            "Europe/Kyiv",
            None,
        ]
        assert logged == []
        assert our_zone("Mars/Olympus", almaty) is None
    assert [each["event"] for each in logged] == ["zone_not_understood"]
    assert "'Mars/Olympus' is no time zone" in logged[0]["reason"]
