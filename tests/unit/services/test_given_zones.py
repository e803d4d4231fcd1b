"""Whatever is stored as a zone is an IANA name in use today; what cannot be one is refused in words."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from coil_bridge.errors import InvalidInput
from coil_bridge.i18n import tell, translator
from coil_bridge.services.given_zones import given_zone
from coil_bridge.services.moodles.accounts import our_zone
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
        ("Mars/Olympus", "Mars/Olympus is no time zone that is known here"),
        ("CST", "may mean America/Chicago, America/Havana"),
        ("UTC+10:30", "No time zone keeps UTC+10:30 all year"),
        ("99", "99 stands for the zone of a Moodle"),
        (" ", "Please fill this in."),
    ],
)
def test_what_cannot_be_one_is_told(spelling: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        given_zone(spelling)
    assert reason in refused.value.errors["zone"][0]


def test_it_is_told_in_the_readers_language() -> None:
    with pytest.raises(InvalidInput) as refused:
        given_zone("CST")
    [reason] = refused.value.errors["zone"]
    told = tell(reason, translator("sr_Latn").gettext)
    assert "America/Chicago, America/Havana" in told
    assert "may mean" not in told


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
