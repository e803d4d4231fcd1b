from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coil_bridge.domain import Pairing, Person
from coil_bridge.services.bundle import Services
from coil_bridge.services.piloting.certificates import Standing
from coil_bridge.storage.storage import Transaction
from coil_bridge.vault import Vault
from tests.builders import Build, SettableClock
from tests.conftest import ENCRYPTION_KEY
from tests.unit.cli.conftest import Shell


@pytest.fixture
def build(installed: Services) -> Build:
    """Writes into the installation that the command works on."""
    return Build(installed.storage, Vault([ENCRYPTION_KEY]), SettableClock(datetime.now(UTC)))


def test_somebody_who_asks_gets_the_own_data_and_is_erased(
    shell: Shell, installed: Services, build: Build
) -> None:
    site = build.site("Belgrade")
    jelena = build.person("Jelena Marković", email="jelena@ub.example", site=site)
    found = json.loads(shell("person", "data", "JELENA@ub.example").output)
    assert found["rows"]["person"][0]["id"] == jelena.id
    assert shell("person", "erase", jelena.id, given="n\n").exit_code != 0
    assert installed.people.get(jelena.id).name == "Jelena Marković"
    assert shell("person", "erase", jelena.id, "--yes").output == "Erased.\n"
    assert installed.people.get(jelena.id).name == "–"
    assert shell("person", "data", "jelena@ub.example").exit_code == 3


def test_two_people_of_one_address_are_told_apart(shell: Shell, build: Build) -> None:
    for city in ("Belgrade", "Almaty"):
        build.person(f"Dana of {city}", email="dana@example.org", site=build.site(city))
    refused = shell("person", "erase", "dana@example.org", "--yes")
    assert refused.exit_code == 5
    assert "Dana of Belgrade" in refused.stderr


def test_a_key_is_destroyed_by_one_command(shell: Shell, installed: Services, build: Build) -> None:
    pilot = build.pilot()
    assert shell("pilot", "destroy-key", pilot.name, "--yes").output == "Destroyed.\n"
    assert installed.pilots.all(build.lead())[0].key_destroyed_at is not None
    assert shell("pilot", "destroy-key", pilot.name, "--yes").exit_code == 5


def test_a_certificate_is_verified_far_from_the_installation(
    shell: Shell, installed: Services, build: Build, tmp_path: Path
) -> None:
    def completed(_tx: Transaction, _person: Person, _pairing: Pairing) -> Standing:
        return Standing(completed=True, rule="2", words="Active students.")

    jelena = build.person("Jelena Marković")
    course = build.course(students=[jelena])
    pairing = build.pairing([course], proposed_by=jelena, phase=build.phase())
    installed.certificates._completion = completed  # the rule has tests of its own
    issued = installed.certificates.issue(jelena, pairing.id)
    file, key = tmp_path / "certificate.jwt", tmp_path / "key.pem"
    file.write_text(installed.certificates.file(jelena, issued.id))
    key.write_text(shell("certificate", "keys").output.partition("\n")[2])
    genuine = "Genuine: Jelena Marković, Voices across borders"
    assert shell("certificate", "verify", str(file), "--key", str(key)).output.startswith(genuine)
    assert shell("certificate", "verify", str(file)).output == f"{genuine}\n"
    installed.certificates.revoke(build.lead(), issued.id, "By mistake")
    assert shell("certificate", "verify", str(file)).exit_code == 5
    file.write_text("nonsense")
    assert shell("certificate", "verify", str(file)).exit_code == 5
    assert shell("certificate", "verify", str(file), "--key", str(key)).exit_code == 5
