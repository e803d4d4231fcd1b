"""A real Moodle as an LTI platform: the service as production runs it, and Chromium on Moodle's own pages.

The service is on "localhost", Moodle elsewhere, so to the browser they are two sites.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from playwright.sync_api import Browser, Error, Frame, Page, expect

from coil_bridge.services.bundle import Services
from coil_bridge.services.context import system_clock
from coil_bridge.settings import load_settings
from coil_bridge.wiring.services.installation import build_services
from tests.benchmarks.processes import HOST, free_port, server

SERVICE_HOST = "localhost"
_FIELDS = {  # of Moodle's form to configure a tool manually, by their labels
    "Tool URL": "toolurl",
    "Public keyset": "publickeyset",
    "Initiate login URL": "initiatelogin",
    "Redirection URI(s)": "redirectionuris",
    "Custom parameters": "customparameters",
    "Content Selection URL": "toolurl_ContentItemSelectionRequest",
}
_COURSE_TOOLS = "/mod/lti/coursetools.php"
_PATIENCE = 60_000  # milliseconds; a real Moodle under load


@dataclass(frozen=True)
class Account:
    """Somebody's account in the Moodle."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class People:
    """Whose accounts the environment names, in the first of the two Moodles."""

    administrator: Account
    teacher: Account
    student: Account


def people() -> People | None:
    """The accounts, ``None`` when a password is missing."""
    roles = ("ADMIN", "TEACHER", "STUDENT")
    found = [_account(f"COIL_BRIDGE_LIVE_SITE1_{role}") for role in roles]
    accounts = [each for each in found if each]
    return People(*accounts) if len(accounts) == len(roles) else None


def _account(name: str) -> Account | None:
    username, password = os.environ.get(name, ""), os.environ.get(f"{name}_PASSWORD", "")
    return Account(username, password) if username and password else None


@dataclass
class Lab:
    """The running service, its services on the same database, and the Moodle's address."""

    service_url: str
    services: Services
    at: Callable[[timedelta], Services]
    moodle_url: str


@contextmanager
def lab(folder: Path, moodle_url: str) -> Iterator[Lab]:
    """Start the service; ``at`` gives services whose clock runs behind or ahead."""
    port = free_port()
    url = f"http://{SERVICE_HOST}:{port}"
    own = {
        "PUBLIC_URL": url,
        "DATABASE_URL": f"sqlite:///{folder / 'lab.db'}",
        "SECRET_KEY": "for-tests-only-0123456789012345678901234567890",
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "LISTEN": f"{HOST}:{port}",
        "ALLOW_PRIVATE_PARTNERS": "true",
    }
    environment = {f"COIL_BRIDGE_{name}": value for name, value in own.items()}
    settings = load_settings(environment)
    command = [sys.executable, "-m", "coil_bridge.cli", "serve", "--web-only"]
    built: list[Services] = []

    def at(shift: timedelta) -> Services:
        built.append(build_services(settings, clock=lambda: system_clock() + shift))
        return built[-1]

    with server(
        "coil-bridge", command, port=port, ready="/readyz", folder=folder, env=environment
    ) as running:
        assert running.pid
        yield Lab(url, at(timedelta()), at, moodle_url)
    for each in built:
        each.close()


@dataclass
class Window:
    """Somebody's browser on the Moodle."""

    page: Page
    lab: Lab

    def go(self, path: str) -> Window:
        self.page.goto(f"{self.lab.moodle_url}{path}", wait_until="domcontentloaded")
        return self

    def frame(self) -> Frame:
        """The service's frame in the page that is open, once it has arrived somewhere."""
        self.page.wait_for_function("document.querySelectorAll('iframe').length > 0")
        for _ in range(_PATIENCE // 100):
            for each in self.page.frames:
                with suppress(Error):  # it is on its way to another page
                    if each.url.startswith(self.lab.service_url) and each.query_selector("main"):
                        return each
            self.page.wait_for_timeout(100)
        raise AssertionError(f"no frame of the service on {self.page.url}")

    def open(self, name: str) -> Frame:
        """Open an activity of the course page by its name; the service's frame in it."""
        link = self.page.locator(f"a.aalink:has-text('{name}')").first
        # By its address: Moodle's tours of the course page lie over whatever could be pressed.
        self.page.goto(link.get_attribute("href") or "", wait_until="domcontentloaded")
        return self.frame()


def log_in(chromium: Browser, lab: Lab, account: Account, **options: Any) -> Window:
    """Log in on Moodle's own page."""
    context = chromium.new_context(
        **{"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options}
    )
    context.set_default_timeout(_PATIENCE)
    page = context.new_page()
    page.goto(
        f"{lab.moodle_url}/login/index.php", wait_until="networkidle"
    )  # a late call would end the session
    page.fill("#username", account.username)
    page.fill("#password", account.password)
    page.click("#loginbtn")
    page.wait_for_url(lambda url: "/login/" not in url, wait_until="domcontentloaded")
    return Window(page, lab)


def register(window: Window, address: str) -> None:
    """Register by dynamic registration, look that the tool is pending, and activate it."""
    page = window.go("/mod/lti/toolconfigure.php").page
    field_ = page.get_by_placeholder("Tool URL")
    field_.wait_for()
    page.wait_for_load_state("load")
    field_.fill(address)
    page.get_by_role("button", name="Add LTI Advantage").click()
    ours = window.frame()
    ours.get_by_role("button", name="Register COIL Bridge").click()
    expect(ours.get_by_text("Press “Activate” on the COIL Bridge card")).to_be_visible()
    ours.get_by_role("button", name="Close and go to Activate").click()
    expect(page.get_by_text("Pending", exact=True)).to_be_visible(timeout=_PATIENCE)


def activate(window: Window) -> None:
    """Press Activate on the tool's card."""
    window.page.get_by_text("Activate", exact=True).click()
    expect(window.page.get_by_text("Active", exact=True)).to_be_visible(timeout=_PATIENCE)


def offer_in_course(window: Window, course_id: int, tool_id: int) -> None:
    """More > LTI External tools > Show in activity chooser. Before Moodle 4.3 there is no such page."""
    page = window.page
    answer = page.goto(
        f"{window.lab.moodle_url}{_COURSE_TOOLS}?id={course_id}", wait_until="domcontentloaded"
    )
    if answer is None or answer.status == 404:
        return
    toggle = f"#showinactivitychooser-toggle-{tool_id}"
    page.wait_for_selector(toggle, state="attached")
    page.wait_for_load_state("load")
    if page.get_attribute(toggle, "data-state") == "0":
        with page.expect_response("**/lib/ajax/service.php**"):
            page.evaluate(f"document.querySelector('{toggle}').click()")


def place(window: Window, course_id: int, tool_id: int, kinds: int) -> None:
    """Add the tool by Select content, with the first so many links of our picker.

    Before Moodle 4.3 the form is that of *External tool*, in which one chooses the preconfigured tool.
    """
    form = f"/course/modedit.php?add=lti&type=&course={course_id}&section=1&return=0"
    offered = window.page.locator(f"#showinactivitychooser-toggle-{tool_id}").count() == 1
    page = window.go(f"{form}&typeid={tool_id}" if offered else form).page
    page.wait_for_load_state("load")
    page.wait_for_function("M.util.pending_js.length === 0")  # before that the button does nothing
    if not offered:
        page.select_option("#id_typeid", str(tool_id))
    page.get_by_role("button", name="Select content").click()
    picker = window.frame()
    boxes = picker.locator("input[name=kinds]")
    for number in range(kinds):
        boxes.nth(number).check()
    picker.locator("button:not([name])").last.click()
    if kinds > 1:
        expect(page.get_by_text("will be added to your course")).to_be_visible(timeout=_PATIENCE)
    else:
        page.wait_for_function("document.querySelector('#id_name').value !== ''")
    page.locator("#id_submitbutton2, #id_submitbutton").first.click()
    page.wait_for_url(lambda url: "/modedit.php" not in url, wait_until="domcontentloaded")
    window.go(f"/course/view.php?id={course_id}")


def leftovers(window: Window, course_id: int) -> frozenset[tuple[str, int]]:
    """The Moodle's tools, and a course's activities of tools and columns of grades, by number."""
    page = window.go("/mod/lti/toolconfigure.php").page
    page.wait_for_load_state("networkidle")
    cards = page.locator(".tool-card[data-type-id]")
    tools = cards.evaluate_all("all => all.map(each => each.dataset.typeId)")
    page = window.go(f"/course/view.php?id={course_id}").page
    activities = page.locator("li.modtype_lti").evaluate_all("all => all.map(each => each.id)")
    grades = window.go(f"/grade/edit/tree/index.php?id={course_id}").page.content()
    found = {("tool", int(each)) for each in tools if each.isdecimal()}
    found |= {("activity", int(each.rpartition("-")[2])) for each in activities}
    return frozenset(found | {("grade", int(each)) for each in re.findall(r"eid=ig(\d+)", grades)})


def remove(window: Window, course_id: int, things: Iterable[tuple[str, int]]) -> None:
    """Delete what ``leftovers`` named, by the pages with which an administrator does."""
    page = window.go(f"/course/view.php?id={course_id}").page
    key = f"sesskey={page.evaluate('M.cfg.sesskey')}"
    pages = {
        "activity": "/course/mod.php?confirm=1&delete=",
        "grade": f"/grade/edit/tree/index.php?id={course_id}&action=delete&confirm=1&eid=ig",
        "tool": "/mod/lti/typessettings.php?action=delete&id=",
    }
    for kind, number in sorted(things):
        window.go(f"{pages[kind]}{number}&{key}")


def configure_by_hand(window: Window, values: Mapping[str, str]) -> dict[str, str]:
    """Fill Moodle's own form with what our console shows; what Moodle then shows, by its labels."""
    page = window.go("/mod/lti/toolconfigure.php").page
    page.get_by_role("link", name="configure a tool manually").click()
    page.wait_for_url("**/mod/lti/typessettings.php**", wait_until="domcontentloaded")
    page.wait_for_load_state("load")
    page.fill("#id_lti_typename", "By hand")
    page.select_option("#id_lti_ltiversion", "1.3.0")
    page.select_option("#id_lti_keytype", "JWK_KEYSET")
    page.check("#id_lti_contentitem")
    for label, name in _FIELDS.items():
        expect(page.locator(f"label[for=id_lti_{name}]").first).to_contain_text(label)
        page.fill(f"#id_lti_{name}", values[label])
    page.locator("#id_submitbutton").click()
    page.wait_for_url("**/mod/lti/toolconfigure.php**", wait_until="domcontentloaded")
    card = page.locator(".tool-card").filter(has_text="By hand")
    card.get_by_role("link", name="View configuration details").click()
    details = page.get_by_role("dialog")
    expect(details).to_contain_text("Deployment ID", timeout=_PATIENCE)
    return dict(re.findall(r"^(.+?):?\s*\n?\s*(\S+)$", details.inner_text(), re.MULTILINE))
