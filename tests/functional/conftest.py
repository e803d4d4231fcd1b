"""A running consortium and a real headless Chromium; people enter by the demo's doors."""

from __future__ import annotations

import os
import random
import shutil
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, StorageState, expect, sync_playwright

from coil_bridge.demo.ports import HOST, Ports
from coil_bridge.demo.running import Consortium, consortium
from tests.functional.visitors import PATIENCE, Enter, Visitor, enter_again, enter_by_door
from tests.required import skip_or_fail

NO_CHROMIUM = "Chromium is not installed, so no page was tried in a browser: apt-get install chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FIRST_PORT, STEP, RUNS = 18400, 100, 25  # so many runs of ports for each of the processes that test


expect.set_options(timeout=PATIENCE)  # five seconds otherwise, which a busy machine needs for one page


def free_ports() -> Ports:
    """A run of ports that nobody uses; the demo needs some beside its first.

    Each process of a parallel run looks among its own, or two could find the same ones free.
    """
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = FIRST_PORT + process * STEP * RUNS
    for each in random.sample(range(RUNS), RUNS):
        ports = Ports(first + each * STEP)
        if all(is_free(port) for port in ports.all(3)):
            return ports
    raise AssertionError("no free ports")


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0


def chromium_path() -> str | None:
    """Chromium as the distribution names it, if it is there."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One headless Chromium of the distribution for all these tests."""
    path = chromium_path()
    if path is None:
        skip_or_fail("browser", NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest) -> Iterator[Consortium]:
    """The demo, started and stopped as ``make demo`` does it; each file of tests has its own.

    Files that say ``SHARED = True`` have one together: starting one takes as long as some of them.
    """
    if _shares(request):
        yield request.getfixturevalue("_shared_demo")
        return
    with consortium(free_ports(), lambda _: None) as started:
        yield started


@pytest.fixture(scope="module")
def signed_in(request: pytest.FixtureRequest) -> dict[str, StorageState]:
    """Who has signed in to ``running``, by door: a link is asked for once, as the service limits them."""
    known: dict[str, StorageState] = request.getfixturevalue("_shared_sign_ins") if _shares(request) else {}
    return known


@pytest.fixture(scope="session")
def _shared_demo() -> Iterator[Consortium]:
    with consortium(free_ports(), lambda _: None) as started:
        yield started


@pytest.fixture(scope="session")
def _shared_sign_ins() -> dict[str, StorageState]:
    return {}


def _shares(request: pytest.FixtureRequest) -> bool:
    return bool(getattr(request.module, "SHARED", False))


@pytest.fixture
def enter(chromium: Browser, running: Consortium, signed_in: dict[str, StorageState]) -> Iterator[Enter]:
    """A window of the person behind a door, signed in: ``enter("belgrade-teacher")``.

    Options go to the browser window; with ``anew=True`` the person signs in once more.
    """
    opened: list[Visitor] = []

    def one(door: str, *, anew: bool = False, **options: Any) -> Visitor:
        if door in signed_in and not anew:
            visitor = enter_again(chromium, running, door, signed_in[door], **options)
        else:
            visitor = enter_by_door(chromium, running, door, **options)
            if not anew:
                signed_in[door] = visitor.context.storage_state()
        opened.append(visitor)
        return visitor

    yield one
    complaints = [each for visitor in opened for each in visitor.complaints]
    for visitor in opened:
        visitor.context.close()
    assert complaints == []
