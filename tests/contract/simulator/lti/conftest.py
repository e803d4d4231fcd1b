"""One course at a Moodle of each version, a tool, and a browser that knows forms and cookies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from connectors.moodle.simulator import Course, Simulator, User, World
from connectors.moodle.simulator.lti import Tool as Registered
from connectors.moodle.simulator.lti.keys import generate
from tests.contract.simulator.conftest import VERSIONS, Site
from tests.contract.simulator.lti.tool import Tool

START = datetime(2026, 10, 20, 8, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


class _Forms(HTMLParser):
    """The first form of a page: where it goes, and its hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None:
            self.action = given["action"]
        elif tag == "input" and given.get("type") == "hidden":
            self.fields[given["name"]] = given.get("value", "")


def form_of(answer: requests.Response) -> tuple[str, dict[str, str]]:
    forms = _Forms()
    forms.feed(answer.text)
    assert forms.action is not None, answer.text
    return urljoin(answer.url, forms.action), forms.fields


@dataclass
class Browser:
    """One person's browser at one Moodle."""

    site: str
    http: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.http.get(self.site + path, params=query, timeout=10)

    def post(self, path: str, **fields: Any) -> requests.Response:
        return self.http.post(self.site + path, data=fields, timeout=10)

    def submit(self, answer: requests.Response) -> requests.Response:
        """Do what the page's script does: submit its form."""
        action, fields = form_of(answer)
        return self.http.post(action, data=fields, timeout=10)


@dataclass
class School:
    """The course "Internal medicine" with its people; Irena runs the site."""

    moodle: Simulator
    clock: Clock
    tool: Tool
    course: Course
    people: dict[str, User]

    def register(self, **changes: Any) -> Registered:
        return self.moodle.lti.register(self.tool.settings(**changes))

    def enter(self, name: str) -> Browser:
        browser = Browser(self.moodle.url)
        assert browser.post("/login/index.php", username=name).status_code == 200
        return browser

    def sesskey(self, name: str) -> str:
        return self.moodle.lti.platform.sesskey(self.people[name])


@pytest.fixture(scope="session")
def site_key() -> RSAPrivateKey:
    return generate()


@pytest.fixture(scope="session")
def tool_key() -> RSAPrivateKey:
    return generate()


@pytest.fixture
def tool(tool_key: RSAPrivateKey) -> Iterator[Tool]:
    server = Tool(tool_key).start()
    yield server
    server.stop()


def build(start: Callable[..., Site], key: RSAPrivateKey, tool: Tool, version: str) -> School:
    clock = Clock()
    world = World(clock)
    site = start(world, version=version, lti_key=key)
    people = {
        "milica": world.add_user("milica", "Милица", "Јовановић", idnumber="T-1", timezone="Europe/Belgrade"),
        "petar": world.add_user("petar", "Петар", "Николић"),
        "jovana": world.add_user("jovana", "Јована", "Марић", idnumber="S-7"),
        "marko": world.add_user("marko", "Марко", "Илић"),
        "irena": world.add_user("irena", "Ирена", "Костић", capabilities={"moodle/site:config"}),
        "vera": world.add_user("vera", "Вера", "Лукић"),
    }
    course = world.add_course("IM301", "Interna medicina", idnumber="BG-IM301")
    world.enrol(people["milica"], course, "editingteacher")
    world.enrol(people["petar"], course, "teacher")
    world.enrol(people["jovana"], course)
    world.enrol(people["marko"], course, suspended=True)
    return School(site.moodle, clock, tool, course, people)


@pytest.fixture
def school(start: Callable[..., Site], site_key: RSAPrivateKey, tool: Tool) -> School:
    return build(start, site_key, tool, "4.5")


@pytest.fixture(params=VERSIONS)
def each_school(
    request: pytest.FixtureRequest, start: Callable[..., Site], site_key: RSAPrivateKey, tool: Tool
) -> School:
    return build(start, site_key, tool, request.param)
