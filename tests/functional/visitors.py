"""People in browser windows: how they enter the demo, move about, and what their windows complain about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, StorageState

from coil_bridge.demo.running import Consortium

ZONES = {"belgrade": "Europe/Belgrade", "almaty": "Asia/Almaty", "shanghai": "Asia/Shanghai"}
PATIENCE = 30_000  # milliseconds; the machine may be busy with other tests

Enter = Callable[..., "Visitor"]


@dataclass
class Visitor:
    """One person's browser window, and what it complained about."""

    page: Page
    service_url: str
    complaints: list[str] = field(default_factory=list)

    @property
    def context(self) -> BrowserContext:
        """The person's browser: cookies and windows of its own."""
        return self.page.context

    def go(self, path: str) -> Visitor:
        """Open a page of the service, or any address."""
        self.page.goto(path if "://" in path else self.service_url + path)
        return self

    def press(self, name: str) -> Visitor:
        """Press the first button or link whose name has these words."""
        target = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name))
        target.first.click()
        self.page.wait_for_load_state()
        return self

    def status_of(self, path: str) -> int:
        """The HTTP status of a page."""
        answer = self.page.goto(path if "://" in path else self.service_url + path)
        assert answer is not None
        return answer.status

    @property
    def text(self) -> str:
        """What can be read in the main part of the page."""
        return self.page.locator("main").inner_text()


def open_window(chromium: Browser, service_url: str, **options: Any) -> Visitor:
    """A fresh browser window that notes what goes wrong in it."""
    context = chromium.new_context(**({"locale": "en-GB"} | options))
    context.set_default_timeout(PATIENCE)
    visitor = Visitor(context.new_page(), service_url)
    context.on("console", lambda said: _note(visitor, said))
    context.on("weberror", lambda error: visitor.complaints.append(str(error.error)))
    context.on("response", lambda answer: _note_failure(visitor, answer))
    return visitor


def enter_by_door(chromium: Browser, running: Consortium, door: str, **options: Any) -> Visitor:
    """Press a door of the demo's front page and use the sign-in link that arrives."""
    visitor = open_window(chromium, running.service_url, **_at_home(door) | options)
    visitor.page.goto(running.front_url)
    visitor.page.locator(f"form[action='/doors/{door}'] button").click()
    visitor.page.get_by_role("button", name="Sign in as").click()
    visitor.page.wait_for_url(f"{running.service_url}/")
    return visitor


def enter_again(
    chromium: Browser, running: Consortium, door: str, known: StorageState, **options: Any
) -> Visitor:
    """Another window of somebody who has signed in before."""
    visitor = open_window(chromium, running.service_url, storage_state=known, **_at_home(door) | options)
    return visitor.go("/")


def _at_home(door: str) -> dict[str, Any]:
    return {"timezone_id": ZONES.get(door.partition("-")[0], "Europe/Prague")}


def _note(visitor: Visitor, said: ConsoleMessage) -> None:
    # Statuses are judged by _note_failure; a breach of the Content-Security-Policy is an error here.
    if said.type == "error" and "the server responded with a status of" not in said.text:
        visitor.complaints.append(f"{visitor.page.url}: {said.text}")


def _note_failure(visitor: Visitor, answer: Response) -> None:
    """A page may be refused (404, 409, 422); a script, a style or a picture may not, and nothing may fail."""
    expected = answer.request.resource_type == "document" and answer.status < 500
    if answer.status >= 400 and not expected:
        visitor.complaints.append(f"{answer.url} answered {answer.status}")
