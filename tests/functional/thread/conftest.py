"""One consortium for all files here: each proposes between courses of its own, so none disturbs another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import StorageState

from coil_bridge.demo.running import Consortium, consortium
from tests.functional.conftest import free_ports


@pytest.fixture(scope="package")
def running() -> Iterator[Consortium]:
    with consortium(free_ports(), lambda _: None) as started:
        yield started


@pytest.fixture(scope="package")
def signed_in() -> dict[str, StorageState]:
    return {}
