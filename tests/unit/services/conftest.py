from __future__ import annotations

import pytest

from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault
from scheduling.zones import use_packaged_zone_data
from tests.builders import Build, SettableClock
from tests.unit.services.consortium import Consortium


@pytest.fixture(scope="package", autouse=True)
def _packaged_zone_data() -> None:
    """The zone data that the service runs on, whatever this machine's own say."""
    use_packaged_zone_data()


@pytest.fixture
def consortium(
    storage: Storage, build: Build, clock: SettableClock, vault: Vault, settings: Settings
) -> Consortium:
    """Three universities with people and courses, on both engines."""
    return Consortium(storage, build, clock, vault, settings)


@pytest.fixture
def sqlite_consortium(
    sqlite_storage: Storage, clock: SettableClock, vault: Vault, settings: Settings
) -> Consortium:
    """The same on SQLite alone, for the many cases of one rule about input."""
    return Consortium(sqlite_storage, Build(sqlite_storage, vault, clock), clock, vault, settings)
