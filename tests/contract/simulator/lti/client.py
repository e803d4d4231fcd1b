"""A tool's own requests to a Moodle: for a token, then with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import requests

from connectors.moodle.simulator.lti import Tool
from connectors.moodle.simulator.lti.line_items import ITEM
from connectors.moodle.simulator.lti.memberships import CONTAINER as ROSTER
from connectors.moodle.simulator.lti.scopes import GRADING, MEMBERSHIP_READ
from connectors.moodle.simulator.lti.scores import SCORE_TYPE
from tests.contract.simulator.lti.conftest import School

ALL = " ".join([*sorted(GRADING), MEMBERSHIP_READ])


@dataclass
class Client:
    """The tool's own requests to one Moodle."""

    school: School
    tool: Tool
    scope: str = ALL

    def assertion(self, **changes: Any) -> str:
        now = int(self.school.clock.now.timestamp())
        claims = {
            "iss": self.tool.client_id,
            "sub": self.tool.client_id,
            "aud": f"{self.school.moodle.url}/mod/lti/token.php",
            "iat": now,
            "exp": now + 60,
            "jti": "j-1",
        }
        return self.school.tool.sign(claims | changes)

    def ask_token(self, **changes: Any) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": changes.pop("client_assertion", None) or self.assertion(),
            "scope": self.scope,
        }
        return requests.post(f"{self.school.moodle.url}/mod/lti/token.php", data=form | changes, timeout=5)

    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.ask_token().json()['access_token']}"}

    def roster(self, accept: str = ROSTER, **query: Any) -> requests.Response:
        address = self.school.moodle.lti.platform.addresses.memberships(self.school.course.id, self.tool.id)
        return requests.get(address, params=query, headers=self.bearer() | {"Accept": accept}, timeout=5)

    @property
    def items(self) -> str:
        return self.school.moodle.lti.platform.addresses.line_items(self.school.course.id, self.tool.id)

    def send(
        self, method: str, address: str, media_type: str, body: object = None, **query: Any
    ) -> requests.Response:
        header = "Accept" if method == "GET" else "Content-Type"
        content = None if body is None else json.dumps(body)
        return requests.request(
            method,
            address,
            params=query,
            data=content,
            headers=self.bearer() | {header: media_type},
            timeout=5,
        )

    def add(self, label: str = "Taking part", maximum: float = 10, **more: Any) -> str:
        answer = self.send("POST", self.items, ITEM, {"label": label, "scoreMaximum": maximum} | more)
        assert answer.status_code == 201
        return str(answer.json()["id"])

    def score(self, item: str, name: str, points: float | None, at: str, **more: Any) -> requests.Response:
        body = {
            "userId": str(self.school.people[name].id),
            "timestamp": at,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "scoreGiven": points,
            "scoreMaximum": 10,
        }
        return self.send("POST", item.replace("/lineitem?", "/lineitem/scores?"), SCORE_TYPE, body | more)
