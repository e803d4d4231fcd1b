"""Simulated Moodles of each version, and a way to ask them that knows only HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from connectors.moodle.simulator import Simulator, World

# The rights of the account with which the real sites were recorded, beyond the role that is asked for.
RECORDED_WITH = frozenset(
    {
        "moodle/course:viewhiddencourses",
        "moodle/course:viewparticipants",
        "moodle/course:viewhiddenuserfields",
        "moodle/course:useremail",
        "moodle/user:viewhiddendetails",
        "moodle/site:viewfullnames",
        "moodle/site:viewparticipants",
        "moodle/calendar:managegroupentries",
        "report/progress:view",
    }
)
VERSIONS = ("4.1", "4.5", "5.1")


@dataclass(frozen=True)
class Site:
    """One running simulator, asked as its service account unless another token is given."""

    moodle: Simulator

    @property
    def world(self) -> World:
        return self.moodle.world

    @property
    def version(self) -> str:
        return self.moodle.site.release.branch

    def request(
        self,
        function: str,
        variables: Mapping[str, object] | None = None,
        *,
        token: str | None = None,
        **more: Any,
    ) -> requests.Response:
        form = {
            "wstoken": self.moodle.token if token is None else token,
            "wsfunction": function,
            "moodlewsrestformat": "json",
        }
        more.setdefault("data", form | dict(variables or {}))
        return requests.post(f"{self.moodle.url}/webservice/rest/server.php", timeout=10, **more)

    def ask(
        self, function: str, variables: Mapping[str, object] | None = None, *, token: str | None = None
    ) -> Any:
        answer = self.request(function, variables, token=token)
        assert answer.status_code == 200
        return answer.json()

    def error(
        self, function: str, variables: Mapping[str, object] | None = None, *, token: str | None = None
    ) -> str:
        """The error code that Moodle answers with."""
        return str(self.ask(function, variables, token=token)["errorcode"])


@pytest.fixture
def start() -> Iterator[Callable[..., Site]]:
    """Start simulators; they stop with the test."""
    running: list[Simulator] = []

    def starter(world: World | None = None, **settings: Any) -> Site:
        running.append(Simulator(world, **settings).start())
        return Site(running[-1])

    yield starter
    for simulator in running:
        simulator.stop()


@pytest.fixture
def belgrade(start: Callable[..., Site]) -> Site:
    return start(version="4.5")


@pytest.fixture(params=VERSIONS)
def each_version(request: pytest.FixtureRequest, start: Callable[..., Site]) -> Site:
    return start(version=request.param)
