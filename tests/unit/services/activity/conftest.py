"""Two paired courses whose Moodles have the plugin; files that need others make their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from coil_bridge.services.bundle import Services
from coil_bridge.storage.storage import Storage
from connectors.moodle.simulator import Simulator, User
from tests.builders import Build, SettableClock
from tests.unit.services.pilot import PilotTrial


@pytest.fixture
def trial(
    services: Services,
    storage: Storage,
    build: Build,
    clock: SettableClock,
    moodle: Callable[..., Simulator],
) -> PilotTrial:
    trial = PilotTrial(services, storage, build, clock, moodle, plugin=True)
    trial.almaty.enrol(1)
    return trial


@pytest.fixture
def people(trial: PilotTrial) -> list[User]:
    return trial.belgrade.enrol(3)
