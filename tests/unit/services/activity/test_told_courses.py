"""Telling plugins which courses are paired, over real HTTP to simulated Moodles."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from coil_bridge.domain import PairingState
from coil_bridge.services.activity.told_courses import TELL_PLUGIN
from coil_bridge.services.bundle import Services
from coil_bridge.storage.storage import Storage
from connectors.moodle.simulator import Simulator
from tests.builders import Build, SettableClock
from tests.unit.services.pilot import PilotTrial, utc


@pytest.fixture
def trial(
    services: Services,
    storage: Storage,
    build: Build,
    clock: SettableClock,
    moodle: Callable[..., Simulator],
) -> PilotTrial:
    return PilotTrial(services, storage, build, clock, moodle, plugin=True)


def test_a_paired_course_is_told_with_the_page_of_its_sessions(trial: PilotTrial) -> None:
    assert trial.services.activity.told.tell(trial.belgrade.here.site_id) == 1
    page = f"{trial.services.settings.public_url}/courses/{trial.belgrade.here.id}/sessions"
    assert trial.belgrade.moodle.site.plugin.paired == {trial.belgrade.there.id: page}


@pytest.mark.parametrize("state", [PairingState.PROPOSED, PairingState.CANCELLED, PairingState.COMPLETED])
def test_a_pairing_that_does_not_run_is_not_told(trial: PilotTrial, state: PairingState) -> None:
    told = trial.services.activity.told
    told.tell(trial.belgrade.here.site_id)
    with trial.storage.write() as tx:
        tx.pairings.set_state(trial.pairing.id, state, utc("2026-11-08 07:00"))
    assert told.tell(trial.belgrade.here.site_id) == 0
    assert trial.belgrade.moodle.site.plugin.paired == {}


def test_a_moodle_without_the_plugin_is_no_failure(trial: PilotTrial) -> None:
    trial.belgrade.moodle.site.plugin.version = 0
    assert trial.services.activity.told.tell(trial.belgrade.here.site_id) is None


def test_a_role_that_does_not_allow_it_is_no_failure(trial: PilotTrial) -> None:
    trial.belgrade.moodle.world.service_user.capabilities.discard("local/coilbridge:managecourses")
    assert trial.services.activity.told.tell(trial.belgrade.here.site_id) is None


def test_each_site_is_queued_once(trial: PilotTrial) -> None:
    for _ in range(2):
        trial.services.activity.told.queue_all()
    with trial.storage.read() as tx:
        queued = [row for row in tx.tasks.recent(50) if row["kind"] == TELL_PLUGIN]
    assert len(queued) == 2
