"""The University of Belgrade with a simulated Moodle, in which the tool is registered, and its people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from coil_bridge.domain import Course, Person, Site
from coil_bridge.lti.messages import VARIABLES
from coil_bridge.services.launching.lti_registry import ManualInput
from coil_bridge.storage.lti_records import Platform
from connectors.moodle.simulator import Course as MoodleCourse
from connectors.moodle.simulator import Simulator, User
from connectors.moodle.simulator.lti import Form, Link, Tool, ToolSettings
from tests.emptying import counted
from tests.unit.web.conftest import ORIGIN, Browser, World

LOGIN, LAUNCH, KEYS = "/lti/login", "/lti/launch", "/lti/keys"


def tool_settings(service: str = ORIGIN, **changes: Any) -> ToolSettings:
    """What an administrator types into Moodle by hand."""
    given: dict[str, Any] = {
        "name": "COIL Bridge",
        "url": f"{service}{LAUNCH}",
        "login_url": f"{service}{LOGIN}",
        "redirect_uris": (f"{service}{LAUNCH}",),
        "jwks_url": f"{service}{KEYS}",
        "deep_linking_url": f"{service}{LAUNCH}",
        "custom": VARIABLES,
    }
    return ToolSettings(**given | changes)


@dataclass
class Campus:
    """Two courses: "Intercultural Communication" is paired where a test says so, "Phonetics" never is."""

    world: World
    moodle: Simulator
    people: dict[str, User] = field(default_factory=dict)
    courses: dict[str, MoodleCourse] = field(default_factory=dict)
    site: Site = field(init=False)
    tool: Tool = field(init=False)
    platform: Platform = field(init=False)
    administrator: Person = field(init=False)

    def __post_init__(self) -> None:
        self.site = self.world.build.site("Belgrade", url=self.moodle.url, token=self.moodle.token)
        self.administrator = self.world.build.administrator()
        there = self.moodle.world
        self.people = {
            "mira": there.add_user("mira", "Mira", "Jovanović", timezone="Europe/Belgrade"),
            "jelena": there.add_user("jelena", "Jelena", "Marković"),
            "marko": there.add_user("marko", "Marko", "Ilić"),
            "irena": there.add_user("irena", "Irena", "Kostić", capabilities={"moodle/site:config"}),
        }
        self.courses = {
            "communication": there.add_course("IC301", "Intercultural Communication"),
            "phonetics": there.add_course("PH101", "Phonetics"),
        }
        for course in self.courses.values():
            there.enrol(self.people["mira"], course, "editingteacher")
        there.enrol(self.people["jelena"], self.courses["communication"])
        there.enrol(self.people["marko"], self.courses["phonetics"])

    def register(self, **changes: Any) -> None:
        """Register by hand on both sides."""
        self.tool = self.moodle.lti.register(tool_settings(**changes))
        scripts = f"{self.moodle.url}/mod/lti"
        given = ManualInput(
            issuer=self.moodle.url,
            client_id=self.tool.client_id,
            login_url=f"{scripts}/auth.php",
            token_url=f"{scripts}/token.php",
            jwks_url=f"{scripts}/certs.php",
            deployment_id=str(self.tool.id),
        )
        self.platform = self.world.services.lti.registry.register_by_hand(
            self.administrator, self.site.id, given
        )

    def course(self, name: str = "communication", **people: list[Person]) -> Course:
        """One of the courses as we know it from the catalogue."""
        there = self.courses[name]
        return self.world.build.course(self.site, there.fullname, moodle_id=there.id, **people)

    def person(self, name: str, **changes: Any) -> Person:
        """Somebody as we know them who has signed in by a link."""
        account = self.people[name]
        return self.world.build.person(account.fullname, site=self.site, moodle_user_id=account.id, **changes)

    def link(self, course: str = "communication", **changes: Any) -> Link:
        """The tool as an activity of a course."""
        return self.moodle.lti.add_link(self.courses[course], self.tool, "COIL Bridge", **changes)

    def visit(self, name: str, link: Link | None = None, **how: Any) -> Visit:
        """A person's launch, about to begin in a browser of their own."""
        form = self.moodle.lti.launch_form(self.people[name], link or self.link(), **how)
        return Visit(self, self.people[name], self.world.browser(), form)

    def picking(self, name: str, course: str = "communication") -> Visit:
        """A person who opens Moodle's picker."""
        form = self.moodle.lti.selection_form(self.people[name], self.courses[course], self.tool)
        return Visit(self, self.people[name], self.world.browser(), form)


@dataclass
class Visit:
    """A launch, step by step."""

    campus: Campus
    user: User
    browser: Browser
    form: Form

    @property
    def client(self) -> FlaskClient:
        return self.browser.client

    def log_in(self) -> str:
        """Both steps of the login; the address to which the browser is sent."""
        first = self.client.post(LOGIN, base_url=ORIGIN, data=dict(self.form.fields))
        assert first.status_code == 303, first.text
        second = self.browser.get(first.location)
        assert second.status_code == 303, second.text
        return second.location

    def answer(self) -> Form:
        """What Moodle answers to the login."""
        return self.campus.moodle.lti.authenticate(self.user, self.log_in())

    def send(self, fields: Mapping[str, str]) -> TestResponse:
        """Post to the launch address."""
        return self.client.post(LAUNCH, base_url=ORIGIN, data=dict(fields))

    def launch(self) -> TestResponse:
        """The whole way."""
        return self.send(self.answer().fields)

    def arrive(self) -> TestResponse:
        """The whole way, and the page at its end."""
        answer = self.launch()
        assert answer.status_code == 303, answer.text
        return self.browser.get(answer.location)

    def signed_in(self) -> bool:
        """Whether this browser is let into a page that needs a person."""
        return self.browser.get("/me").status_code == 200


def rows(world: World) -> dict[str, int]:
    """How many rows every table has, but for logins on their way, which expire."""
    found = counted(world.services.storage._engine)
    del found["lti_state"]
    return found


def path_of(answer: TestResponse) -> str:
    """Where an answer leads."""
    return urlsplit(answer.location).path
