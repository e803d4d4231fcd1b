from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from coil_bridge.cli import main
from coil_bridge.services.bundle import Services
from coil_bridge.settings import load_settings
from coil_bridge.storage import migrate
from coil_bridge.storage.engine import open_engine
from coil_bridge.wiring.services.installation import build_services
from tests.conftest import ENCRYPTION_KEY, SECRET_KEY
from tests.letterbox import Letterbox


class Shell:
    """Runs ``coil-bridge`` as a script would: no terminal, settings from the environment."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def __call__(self, *arguments: str, given: str | None = None, **environment: str) -> Result:
        return CliRunner(env=self.environment | environment).invoke(main, arguments, input=given)

    def json(self, *arguments: str, **environment: str) -> Any:
        """What a command that must succeed prints with --json."""
        result = self(*arguments, "--json", **environment)
        assert result.exit_code == 0, result.output
        assert result.stderr == ""
        return json.loads(result.stdout)


@pytest.fixture
def environment(tmp_path: Path, letterbox: Letterbox) -> dict[str, str]:
    return {
        "COIL_BRIDGE_DATABASE_URL": f"sqlite:///{tmp_path}/coil-bridge.db",
        "COIL_BRIDGE_SECRET_KEY": SECRET_KEY,
        "COIL_BRIDGE_ENCRYPTION_KEYS": ENCRYPTION_KEY,
        "COIL_BRIDGE_SMTP_URL": letterbox.url,
        "COIL_BRIDGE_ALLOW_PRIVATE_PARTNERS": "true",
    }


@pytest.fixture
def empty_shell(environment: dict[str, str]) -> Shell:
    """The command on a machine whose database does not exist yet."""
    return Shell(environment)


@pytest.fixture(scope="session")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An up-to-date database without anything in it, to be copied."""
    database = tmp_path_factory.mktemp("upgraded") / "coil-bridge.db"
    engine = open_engine(f"sqlite:///{database}")
    migrate.upgrade(engine)
    engine.dispose()
    return database


@pytest.fixture
def shell(empty_shell: Shell, upgraded: Path, tmp_path: Path) -> Shell:
    """The command with an up-to-date database."""
    shutil.copy(upgraded, tmp_path / upgraded.name)
    return empty_shell


@pytest.fixture
def installed(shell: Shell, environment: dict[str, str]) -> Iterator[Services]:
    """The services of the installation that ``shell`` works on."""
    services = build_services(load_settings(environment))
    yield services
    services.close()


@pytest.fixture
def connect(shell: Shell) -> Callable[..., str]:
    """Connects a simulated Moodle by ``site add``; gives back the site's id."""

    def run(there: Any, institution: str = "University of Belgrade", **options: str) -> str:
        described = {"short-name": "UB", "city": "Belgrade", "country": "RS", "zone": "Europe/Belgrade"}
        given = [f"--{name}={value}" for name, value in (described | options).items()]
        added = shell.json(
            "site", "add", there.url, "--institution", institution, *given, COIL_BRIDGE_SITE_TOKEN=there.token
        )
        return str(added["id"])

    return run


@pytest.fixture(autouse=True)
def _logging_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entry points set up the log of their process; here that would be the one of all later tests."""
    for command in ("common", "running"):
        monkeypatch.setattr(f"coil_bridge.commands.{command}.write_json_logs", lambda: None)
