from __future__ import annotations

from pathlib import Path

import pytest

from coil_bridge.domain import Institution
from coil_bridge.services.bundle import Services
from coil_bridge.vault import Vault
from tests.builders import Build, SettableClock
from tests.conftest import ENCRYPTION_KEY
from tests.unit.cli.conftest import Shell

CALENDAR = "kind,name,first,last\nterm,Winter term,2026-10-01,2027-01-15\nholiday,Saint Sava,2027-01-27,\n"


@pytest.fixture
def belgrade(installed: Services) -> Institution:
    build = Build(installed.storage, Vault([ENCRYPTION_KEY]), SettableClock())
    build.institution("Almaty")
    return build.institution("Belgrade")


def test_a_file_is_tried_brought_in_and_shown(shell: Shell, belgrade: Institution, tmp_path: Path) -> None:
    path = tmp_path / "terms.csv"
    path.write_text(CALENDAR, "utf-8")
    tried = shell("calendar", "import", "UB", str(path), "--dry-run")
    assert "Would store: 2 of 2." in tried.output
    assert [each["entries"] for each in shell.json("calendar", "list")] == [0, 0]
    done = shell.json("calendar", "import", "university of bel", str(path))
    assert [(each["line"], each["outcome"]) for each in done] == [(2, "new"), (3, "new")]
    again = shell("calendar", "import", belgrade.id, "-", given=CALENDAR)
    assert "Stored: 0 of 2." in again.output
    shown = shell.json("calendar", "show", "UB")
    assert shown["calendar"][0] == {
        "kind": "term",
        "name": "Winter term",
        "first": "2026-10-01",
        "last": "2027-01-15",
    }
    assert "Saint Sava" in shell("calendar", "show", "UB").output


def test_with_a_wrong_line_nothing_is_stored(shell: Shell, belgrade: Institution) -> None:
    wrong = CALENDAR + "term,Summer term,15/2/2027,2027-05-28\n"
    refused = shell("calendar", "import", "UB", "-", given=wrong)
    assert refused.exit_code == 2
    assert "“15/2/2027” is no day" in refused.output
    assert "Nothing was stored" in refused.output
    assert shell.json("calendar", "show", belgrade.id)["calendar"] == []
    assert shell("calendar", "import", "UB", "-", given="nonsense").exit_code == 2


def test_the_university_has_to_be_clear(shell: Shell, belgrade: Institution) -> None:
    assert shell("calendar", "show", "Nowhere").exit_code == 3
    several = shell("calendar", "show", "")
    assert several.exit_code == 3
    assert "Several universities fit: " in several.stderr
