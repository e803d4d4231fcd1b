"""The whole story over real HTTP: two servers, and browsers that know forms, redirects and cookies.

Both are on 127.0.0.1, which is one site for cookies; other sites and frames are for the browser tests.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import Cookie, DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from werkzeug.serving import make_server

from coil_bridge.app import create_app
from coil_bridge.domain import Site
from coil_bridge.services.bundle import Services
from coil_bridge.settings import Settings
from coil_bridge.storage.tables import metadata
from connectors.moodle.simulator import Course, Simulator
from connectors.moodle.simulator import World as MoodleWorld
from tests.builders import Build, SettableClock


class _Page(HTMLParser):
    """The forms of a page, with their fields, and its links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given["action"], {}))
        elif tag == "input" and self.forms and given.get("name"):
            self.forms[-1][1][given["name"]] = given.get("value", "")
        elif tag == "a":
            self.links.append(given.get("href", ""))


class _Blocked(DefaultCookiePolicy):
    """A frame in a browser that keeps nothing for us, though Moodle's own cookie is there."""

    def set_ok(self, cookie: Cookie, request: Any) -> bool:
        return not cookie.name.startswith("coil_bridge") and super().set_ok(cookie, request)


class Surfer:
    """One person's browser."""

    def __init__(self, *, keeps_ours: bool = True) -> None:
        self.http = requests.Session()
        if not keeps_ours:
            self.http.cookies.set_policy(_Blocked())

    def get(self, address: str, **headers: str) -> requests.Response:
        return self._follow(
            self.http.get(address, headers=headers, timeout=10, allow_redirects=False), headers
        )

    def submit(self, page: requests.Response, **headers: str) -> requests.Response:
        """Submit the page's first form, as its script does."""
        action, fields = _Page(page.text).forms[0]
        address = urljoin(page.url, action)
        answer = self.http.post(address, data=fields, headers=headers, timeout=10, allow_redirects=False)
        return self._follow(answer, headers)

    def _follow(self, answer: requests.Response, headers: dict[str, str]) -> requests.Response:
        """Go where it leads; requests itself would keep cookies on the way that the policy refuses."""
        while answer.is_redirect:
            onward = urljoin(answer.url, answer.headers["Location"])
            answer = self.http.get(onward, headers=headers, timeout=10, allow_redirects=False)
        return answer


@dataclass
class Stage:
    """The service and a Moodle, both listening."""

    url: str
    services: Services
    build: Build
    moodle: Simulator
    site: Site = field(init=False)
    course: Course = field(init=False)

    def __post_init__(self) -> None:
        self.site = self.build.site("Belgrade", url=self.moodle.url, token=self.moodle.token)
        there = self.moodle.world
        self.course = there.add_course("IC301", "Intercultural Communication")
        there.enrol(there.add_user("mira", "Mira", "Jovanović"), self.course, "editingteacher")
        there.enrol(there.add_user("jelena", "Jelena", "Marković"), self.course)
        there.add_user("irena", "Irena", "Kostić", capabilities={"moodle/site:config"})

    def enter(self, name: str, **how: Any) -> Surfer:
        """Somebody who is logged in at the Moodle."""
        surfer = Surfer(**how)
        surfer.http.post(f"{self.moodle.url}/login/index.php", data={"username": name}, timeout=10)
        return surfer

    def register(self) -> requests.Response:
        """The Moodle's administrator pastes a registration address and presses the button of our page."""
        administrator = self.build.administrator()
        address = self.services.lti.registry.invite(administrator, self.site.id).url
        irena = self.enter("irena")
        asked = irena.get(self.moodle.lti.registration_address(address))
        return irena.submit(asked)

    def link_address(self) -> str:
        """A link in the course, once the tool is activated; what the frame of its page opens."""
        tool = self.moodle.lti.activate(self.moodle.lti.tools()[0].client_id)
        link = self.moodle.lti.add_link(self.course, tool, "COIL Bridge")
        return f"{self.moodle.url}/mod/lti/launch.php?id={link.module_id}"


@pytest.fixture
def stage(
    make_test_settings: Callable[..., Settings],
    moodle: Callable[..., Simulator],
    site_key: RSAPrivateKey,
    clock: SettableClock,
) -> Iterator[Stage]:
    server = make_server("127.0.0.1", 0, lambda _environ, _start: [], threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    app = create_app(make_test_settings(public_url=url), clock=clock)
    server.app = app
    services: Services = app.config["SERVICES"]
    metadata.create_all(services.storage._engine)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    build = Build(services.storage, services.vault, clock)
    yield Stage(url, services, build, moodle(MoodleWorld(clock), lti_key=site_key))
    server.shutdown()
    server.server_close()
    thread.join(5)
    services.close()


def test_from_registration_to_a_tab_of_its_own(stage: Stage) -> None:
    registered = stage.register()
    assert (registered.status_code, "Activate" in registered.text) == (200, True)

    address = stage.link_address()
    jelena = stage.enter("jelena")
    asked = jelena.submit(jelena.get(address))  # the login initiation, our test of cookies, Moodle's answer
    arrived = jelena.submit(asked)
    assert arrived.status_code == 200
    assert arrived.url.startswith(f"{stage.url}/courses/")
    assert arrived.url.endswith("/sessions")

    framed = jelena.get(arrived.url, **{"Sec-Fetch-Dest": "iframe"})
    offered = jelena.submit(framed)
    (one_time,) = [link for link in _Page(offered.text).links if "/lti/open/" in link]
    tab = Surfer()
    opened = tab.get(stage.url + one_time, **{"Sec-Fetch-Site": "same-origin"})
    assert opened.url == arrived.url
    assert "Jelena" in tab.get(f"{stage.url}/me").text


def test_the_launch_cannot_be_sent_again(stage: Stage) -> None:
    stage.register()
    mira = stage.enter("mira")
    asked = mira.submit(mira.get(stage.link_address()))
    assert mira.submit(asked).status_code == 200
    assert mira.submit(asked).status_code == 400


def test_a_frame_that_keeps_no_cookies_leads_to_a_window(stage: Stage) -> None:
    stage.register()
    address = stage.link_address()
    frame = stage.enter("jelena", keeps_ours=False)
    page = frame.submit(frame.get(address), **{"Sec-Fetch-Dest": "iframe"})
    assert "opens in a new window" in page.text
    (link,) = _Page(page.text).links
    window = stage.enter("jelena")
    arrived = window.submit(window.get(urljoin(page.url, link)))
    assert arrived.url.endswith("/sessions")
    assert "Jelena" in window.get(f"{stage.url}/me").text


def test_somebody_without_a_part_in_the_course_is_stopped_by_moodle(stage: Stage) -> None:
    stage.register()
    address = stage.link_address()
    stage.moodle.world.add_user("marko", "Marko", "Ilić")
    assert stage.enter("marko").get(address).status_code == 404
