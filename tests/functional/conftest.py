"""A running consortium and a real headless Chromium; people enter by the demo's doors."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from coil_bridge.demo.ports import HOST, Ports
from coil_bridge.demo.running import Consortium, consortium
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
ZONES = {"belgrade": "Europe/Belgrade", "almaty": "Asia/Almaty", "shanghai": "Asia/Shanghai"}
FIRST_PORT, LAST_PORT, STEP = 18400, 28400, 100


@pytest.fixture(autouse=True)
def _only_loopback() -> None:
    """The browser is another process; the guard of the other tests would stop its driver's own socket."""


def free_ports() -> Ports:
    """A run of ports that nobody uses; the demo needs some beside its first."""
    for first in range(FIRST_PORT, LAST_PORT, STEP):
        ports = Ports(first)
        if all(
            _is_free(port) for port in [ports.front, ports.service, ports.mail, *map(ports.moodle, range(3))]
        ):
            return ports
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        skip_or_fail("browser", NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def running() -> Iterator[Consortium]:
    """The demo, started and stopped as ``make demo`` does it; each file of tests has its own."""
    with consortium(free_ports(), lambda _: None) as started:
        yield started


@dataclass
class Visitor:
    """One person's browser window, and what it complained about."""

    page: Page
    service_url: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Visitor:
        """Open a page of the service."""
        self.page.goto(path if "://" in path else self.service_url + path)
        return self

    def press(self, name: str) -> Visitor:
        """Press the button or follow the link of that name."""
        target = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name))
        target.first.click()
        self.page.wait_for_load_state()
        return self

    @property
    def text(self) -> str:
        """What can be read in the main part of the page."""
        return self.page.locator("main").inner_text()


Enter = Callable[..., Visitor]


@pytest.fixture
def enter(chromium: Browser, running: Consortium) -> Iterator[Enter]:
    """Open a door of the demo: ``enter("belgrade-teacher")``; options go to the browser window."""
    opened: list[Visitor] = []

    def enter_by(door: str, **options: Any) -> Visitor:
        place = door.partition("-")[0]
        options = {"locale": "en-GB", "timezone_id": ZONES.get(place, "Europe/Prague")} | options
        context = chromium.new_context(**options)
        context.set_default_timeout(15_000)
        visitor = Visitor(context.new_page(), running.service_url)
        visitor.page.on("console", lambda said: _note(visitor, said.type, said.text))
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitor.page.goto(running.front_url)
        visitor.page.locator(f"form[action='/doors/{door}'] button").click()
        visitor.page.get_by_role("button", name="Sign in as").click()
        visitor.page.wait_for_url(f"{running.service_url}/")
        opened.append(visitor)
        return visitor

    yield enter_by
    for visitor in opened:
        visitor.page.context.close()
        assert visitor.complaints == []


def _note(visitor: Visitor, kind: str, text: str) -> None:
    # The statuses that a story expects (409, 422, 404) are reported by Chromium as failed loads.
    if kind == "error" and "the server responded with a status of" not in text:
        visitor.complaints.append(text)
