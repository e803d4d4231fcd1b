"""The roster (Names and Role Provisioning Services)."""

from __future__ import annotations

from dataclasses import replace

import pytest
import requests

from connectors.moodle.simulator.lti.memberships import CONTAINER as ROSTER
from tests.contract.simulator.lti.client import Client
from tests.contract.simulator.lti.conftest import School


@pytest.fixture
def client(school: School) -> Client:
    return Client(school, school.register())


def test_the_roster_lists_who_is_actively_enrolled(each_school: School) -> None:
    client = Client(each_school, each_school.register())
    answer = client.roster()
    assert answer.headers["Content-Type"] == ROSTER
    body, people = answer.json(), each_school.people
    assert body["context"] == {
        "id": str(each_school.course.id),
        "label": "IM301",
        "title": "Interna medicina",
    }
    assert [(member["user_id"], member["roles"]) for member in body["members"]] == [
        (str(people["milica"].id), ["Instructor"]),
        (str(people["jovana"].id), ["Learner"]),
        (str(people["petar"].id), ["Learner"]),
    ]
    assert body["members"][1] == {
        "status": "Active",
        "roles": ["Learner"],
        "user_id": str(people["jovana"].id),
        "lis_person_sourcedid": "S-7",
        "name": "Јована Марић",
        "given_name": "Јована",
        "family_name": "Марић",
        "email": "jovana@example.org",
    }


def test_the_roster_wants_its_own_media_type(client: Client) -> None:
    assert client.roster(accept="application/json").status_code == 400
    assert client.roster(accept=f"{ROSTER}, application/json").status_code == 400


def test_the_roster_by_role_and_by_page(client: Client) -> None:
    def names(answer: requests.Response) -> list[str]:
        return [member["given_name"] for member in answer.json()["members"]]

    assert names(client.roster(role="Instructor")) == ["Милица"]
    learner = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
    assert names(client.roster(role=learner)) == ["Јована", "Петар"]
    first = client.roster(role="Learner", limit=1)
    assert names(first) == ["Јована"]
    following = first.links["next"]["url"]
    assert "role" not in following
    rest = requests.get(following, headers=client.bearer() | {"Accept": ROSTER}, timeout=5)
    assert names(rest) == ["Јована"]
    assert "Link" not in client.roster(limit=3).headers
    assert "Link" not in client.roster().headers


def test_the_roster_of_a_link_and_of_nothing(client: Client) -> None:
    link = client.school.moodle.lti.add_link(client.school.course, client.tool)
    assert client.roster(rlid=link.id).json()["members"][0]["message"]
    assert client.roster(rlid=99).status_code == 404
    assert client.roster(rlid=link.id, limit=1).links["next"]["url"].endswith(f"&rlid={link.id}")
    headers = client.bearer() | {"Accept": ROSTER}
    address = client.school.moodle.lti.platform.addresses.memberships(99, client.tool.id)
    assert requests.get(address, headers=headers, timeout=5).status_code == 404


def test_the_roster_keeps_names_to_itself_when_told_so(client: Client) -> None:
    client.tool.settings = replace(client.tool.settings, send_name=False, send_email=False)
    assert {tuple(member) for member in client.roster().json()["members"]} == {
        ("status", "roles", "user_id", "lis_person_sourcedid")
    }
