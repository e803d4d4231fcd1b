"""The package's zone rules win over the operating system's, which may be years old."""

from __future__ import annotations

import shutil
import zoneinfo
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from scheduling.zones import (
    ZoneData,
    ZoneDataMismatch,
    check_zone_data,
    to_instant,
    use_packaged_zone_data,
    zone_data,
)
from tests.unit.scheduling.clocks import utc, wall


@pytest.fixture
def stale_machine(tmp_path: Path) -> Iterator[None]:
    """A system that still has Casablanca an hour ahead and Winnipeg on central time."""
    for zone, old in {"Africa/Casablanca": "Etc/GMT-1", "America/Winnipeg": "America/Chicago"}.items():
        target = tmp_path / zone
        target.parent.mkdir(exist_ok=True)
        with as_file(files("tzdata") / "zoneinfo" / old) as source:
            shutil.copy(source, target)
    zoneinfo.reset_tzpath([str(tmp_path)])
    zoneinfo.ZoneInfo.clear_cache()
    yield
    use_packaged_zone_data()


CASABLANCA = (wall("2026-10-05 14:00"), "Africa/Casablanca", "2026-10-05 14:00")
WINNIPEG = (wall("2027-01-11 10:00"), "America/Winnipeg", "2027-01-11 15:00")


@pytest.mark.parametrize(("local", "zone", "instant"), [CASABLANCA, WINNIPEG])
@pytest.mark.usefixtures("stale_machine")
def test_stale_system_data_are_noticed_and_then_left_aside(local: datetime, zone: str, instant: str) -> None:
    with pytest.raises(ZoneDataMismatch, match=zone):
        to_instant(local, zone)
    use_packaged_zone_data()
    assert to_instant(local, zone).instant == utc(instant)


@pytest.mark.usefixtures("stale_machine")
def test_the_check_at_start_refuses_the_systems_data() -> None:
    assert not zone_data().consistent
    with pytest.raises(ZoneDataMismatch, match="system's files"):
        check_zone_data()


def test_both_libraries_carry_the_same_rules() -> None:
    check_zone_data()
    data = zone_data()
    assert data.consistent
    assert data.tzdata == data.pytz >= "2026f"


def test_different_versions_are_inconsistent() -> None:
    assert not replace(zone_data(), pytz="2025b").consistent
    assert not ZoneData("2026f", "2026f", packaged=False).consistent


def test_a_mixed_installation_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytz.OLSON_VERSION", "2025b")
    with pytest.raises(ZoneDataMismatch, match=r"tzdata is 2026\w but pytz is 2025b"):
        check_zone_data()
