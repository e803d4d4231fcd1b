"""Access tokens: what a client assertion must be, and what a token opens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import requests

from connectors.moodle.simulator.lti.line_items import CONTAINER, ITEM
from connectors.moodle.simulator.lti.memberships import CONTAINER as ROSTER
from connectors.moodle.simulator.lti.scopes import LINE_ITEM, LINE_ITEM_READ, MEMBERSHIP_READ, SCORE
from tests.contract.simulator.lti.client import Client
from tests.contract.simulator.lti.conftest import School


@pytest.fixture
def client(school: School) -> Client:
    return Client(school, school.register())


def test_a_token_is_json_called_html_and_lasts_an_hour(each_school: School) -> None:
    client = Client(each_school, each_school.register(), scope=f"{SCORE} openid {MEMBERSHIP_READ}")
    answer = client.ask_token()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    token = answer.json()
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 3600)
    assert token["scope"] == f"{SCORE} {MEMBERSHIP_READ}"
    headers = {"Authorization": f"Bearer {token['access_token']}", "Accept": ROSTER}
    address = each_school.moodle.lti.platform.addresses.memberships(each_school.course.id, client.tool.id)
    assert requests.get(address, headers=headers, timeout=5).status_code == 200
    each_school.clock.pass_seconds(3600)
    assert requests.get(address, headers=headers, timeout=5).status_code == 401


def test_an_assertion_from_the_future_or_the_past_is_refused(client: Client) -> None:
    now = int(client.school.clock.now.timestamp())
    early = client.ask_token(client_assertion=client.assertion(iat=now + 1))
    assert early.status_code == 400
    assert early.json() == {"error": "Cannot handle token prior to 2026-10-20T08:00:01+00:00"}
    assert client.ask_token(client_assertion=client.assertion(exp=now)).json() == {"error": "Expired token"}
    assert (
        client.ask_token(client_assertion=client.assertion(iat=now - 30, aud="anything")).status_code == 200
    )


def test_what_the_token_script_refuses(client: Client) -> None:
    forged = client.school.moodle.lti.sign({"sub": client.tool.client_id})
    cases: list[tuple[dict[str, Any], str]] = [
        ({"scope": ""}, "invalid_request"),
        ({"client_assertion": "x.y"}, "invalid_request"),
        ({"client_assertion": client.assertion(sub="")}, "invalid_request"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"client_assertion_type": "x"}, "unsupported_grant_type"),
        ({"client_assertion": client.assertion(sub="nobody")}, "invalid_client"),
        ({"client_assertion": forged}, '"kid" invalid, unable to lookup correct key'),
        ({"scope": "openid"}, "invalid_scope"),
    ]
    answers = [client.ask_token(**dict(change)) for change, _ in cases]
    assert [answer.json()["error"] for answer in answers] == [error for _, error in cases]
    assert {answer.status_code for answer in answers} == {400}
    assert requests.get(f"{client.school.moodle.url}/mod/lti/token.php", timeout=5).status_code == 400


def test_a_tool_whose_keys_moodle_cannot_fetch_gets_no_token(client: Client) -> None:
    client.tool.settings = replace(client.tool.settings, jwks_url="http://127.0.0.1:9/jwks")
    assert client.ask_token().json() == {"error": "Failed to fetch the key set"}


def test_keys_are_fetched_again_when_they_have_changed(client: Client) -> None:
    assert client.ask_token().status_code == 200
    old, client.school.tool.key = client.school.tool.key, client.school.moodle.lti.platform.key.private
    assert client.ask_token().status_code == 200
    client.school.tool.key = old


def test_services_want_a_token_with_the_right_scope(client: Client) -> None:
    address = client.items
    for authorization in ("", "Bearer nonsense", "Basic x"):
        headers = {"Authorization": authorization, "Accept": CONTAINER}
        assert requests.get(address, headers=headers, timeout=5).status_code == 401
    client.scope = MEMBERSHIP_READ
    assert client.send("GET", address, CONTAINER).status_code == 401
    client.scope = LINE_ITEM_READ
    assert client.send("GET", address, CONTAINER).status_code == 200
    assert client.send("POST", address, ITEM, {"label": "x", "scoreMaximum": 1}).status_code == 401
    assert client.send("GET", address.replace("type_id=1", "type_id=2"), CONTAINER).status_code == 401


def test_a_tool_may_be_given_scores_only(client: Client) -> None:
    client.tool.settings = replace(client.tool.settings, grades=1)
    assert LINE_ITEM not in client.ask_token().json()["scope"].split()
