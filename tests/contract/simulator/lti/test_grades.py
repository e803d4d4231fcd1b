"""Line items, scores and results (Assignment and Grade Services)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.moodle.simulator.lti.line_items import CONTAINER, ITEM
from connectors.moodle.simulator.lti.scores import RESULTS_TYPE
from tests.contract.simulator.lti.client import Client
from tests.contract.simulator.lti.conftest import School


@pytest.fixture
def client(school: School) -> Client:
    return Client(school, school.register())


# Line items


def test_line_items_are_made_read_changed_and_deleted(each_school: School) -> None:
    client = Client(each_school, each_school.register())
    link = each_school.moodle.lti.add_link(each_school.course, client.tool)
    made: dict[str, Any] = {
        "label": "Taking part",
        "scoreMaximum": 10,
        "resourceId": "r",
        "tag": "t",
        "resourceLinkId": str(link.id),
    }
    item = client.add(resourceId="r", tag="t", resourceLinkId=str(link.id))
    read = client.send("GET", item, ITEM).json()
    assert read == made | {"id": item, "scoreMaximum": 10.0, "ltiLinkId": str(link.id)}
    assert client.send("GET", client.items, CONTAINER).json() == [read]
    changed = client.send("PUT", item, ITEM, {"label": "Presence", "scoreMaximum": 5, "resourceId": "r"})
    assert (changed.status_code, changed.json()["id"]) == (200, item)
    read = client.send("GET", item, ITEM).json()
    assert (read["label"], read["scoreMaximum"], read["tag"]) == ("Presence", 5.0, "")
    assert client.send("DELETE", item, ITEM).status_code == 204
    assert client.send("GET", item, ITEM).status_code == 404


def test_line_items_are_filtered(client: Client) -> None:
    link = client.school.moodle.lti.add_link(client.school.course, client.tool, maximum=100)
    first = client.add(resourceId="r-1", tag="t")
    client.add(resourceId="r-2", tag="t")

    def count(**query: Any) -> int:
        return len(client.send("GET", client.items, CONTAINER, **query).json())

    found = client.send("GET", client.items, CONTAINER, resource_id="r-1").json()
    assert [item["id"] for item in found] == [first]
    assert [count(), count(tag="t"), count(tag="x"), count(resource_link_id=link.id)] == [3, 2, 0, 1]


def test_paging_of_line_items_cannot_be_followed(client: Client) -> None:
    for number in range(3):
        client.add(f"Item {number}")
    answer = client.send("GET", client.items, CONTAINER, limit=1, **{"from": 1})
    assert [item["label"] for item in answer.json()] == ["Item 1"]
    header = answer.headers["Link"].encode("latin-1").decode()
    assert "&amp;limit=1&amp;from=2>; rel=“next”" in header
    assert "next" not in answer.links


def test_what_line_items_refuse(client: Client) -> None:
    stranger = client.school.register()
    foreign = client.school.moodle.lti.add_link(client.school.course, stranger)
    bodies: list[object] = [
        {"label": "x"}, {"scoreMaximum": 1}, {"label": "x", "scoreMaximum": "many"}, [], "x",
    ]  # fmt: skip
    assert {client.send("POST", client.items, ITEM, body).status_code for body in bodies} == {400}
    named = {"label": "x", "scoreMaximum": 1, "resourceLinkId": str(foreign.id)}
    assert client.send("POST", client.items, ITEM, named).status_code == 403
    assert (
        client.send("POST", client.items, "application/json", {"label": "x", "scoreMaximum": 1}).status_code
        == 400
    )
    assert client.send("GET", client.items, "application/json").status_code == 400
    assert client.send("GET", client.items, "*/*").status_code == 400
    assert client.send("DELETE", client.items, ITEM).status_code in {400, 405}
    theirs = Client(client.school, stranger).add()
    assert client.send("GET", theirs.split("?")[0], ITEM).status_code == 404


def test_the_column_of_a_graded_activity_is_not_the_tools_to_delete(client: Client) -> None:
    client.school.moodle.lti.add_link(client.school.course, client.tool, maximum=100)
    (item,) = client.send("GET", client.items, CONTAINER).json()
    assert client.send("DELETE", item["id"], ITEM).status_code == 403


# Scores


def test_a_score_reaches_the_gradebook_on_its_scale(each_school: School) -> None:
    client = Client(each_school, each_school.register())
    item, jovana = client.add(maximum=20), each_school.people["jovana"].id
    answer = client.score(item, "jovana", 7, "2026-10-20T08:00:00.250Z", comment="Came twice")
    assert answer.status_code == 200
    (column,) = each_school.moodle.lti.items(each_school.course)
    grade = each_school.moodle.lti.grades(column)[jovana]
    assert (grade.value, grade.comment) == (14, "Came twice")
    assert grade.at == datetime(2026, 10, 20, 8, 0, 0, 250_000, UTC)
    results = client.send("GET", item.replace("/lineitem?", "/lineitem/results?"), RESULTS_TYPE).json()
    assert [(result["userId"], result["resultScore"], result["scoreOf"]) for result in results] == [
        (str(jovana), 14.0, item)
    ]


def test_a_score_that_is_not_newer_by_a_second_is_a_conflict(client: Client) -> None:
    item = client.add()
    times = ("08:00:00.100", "08:00:00.900", "07:59:59", "08:00:01")
    answers = [client.score(item, "jovana", 5, f"2026-10-20T{time}+00:00").status_code for time in times]
    assert answers == [200, 409, 409, 200]
    assert client.score(item, "jovana", 6, "2026-10-20T10:00:01+02:00").status_code == 409


def test_only_students_of_the_course_have_grades(client: Client) -> None:
    item, at = client.add(), "2026-10-20T08:00:00Z"
    for name in ("milica", "petar", "marko", "vera"):
        assert client.score(item, name, 5, at).status_code == 400
    assert client.score(item, "jovana", 5, at, userId="999").status_code == 400
    assert client.score(item, "jovana", 5, at, userId="x").status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"timestamp": "2026-10-20T08:00:00"},
        {"timestamp": "yesterday"},
        {"timestamp": None},
        {"gradingProgress": None},
        {"activityProgress": None},
        {"scoreGiven": "all"},
        {"scoreMaximum": "ten"},
    ],
    ids=str,
)
def test_an_incomplete_score_is_refused(client: Client, change: dict[str, Any]) -> None:
    assert client.score(client.add(), "jovana", 5, "2026-10-20T08:00:00Z", **change).status_code == 400


def test_a_score_not_fully_graded_leaves_no_points(client: Client) -> None:
    item = client.add()
    client.score(item, "jovana", 5, "2026-10-20T08:00:00Z", gradingProgress="Pending")
    (column,) = client.school.moodle.lti.items(client.school.course)
    assert [grade.value for grade in client.school.moodle.lti.grades(column).values()] == [None]
    results = client.send("GET", item.replace("/lineitem?", "/lineitem/results?"), RESULTS_TYPE)
    assert results.json() == []


def test_changing_the_maximum_keeps_percentages(client: Client) -> None:
    item = client.add(maximum=10)
    client.score(item, "jovana", 5, "2026-10-20T08:00:00Z")
    client.send("PUT", item, ITEM, {"label": "Taking part", "scoreMaximum": 30})
    (column,) = client.school.moodle.lti.items(client.school.course)
    assert [grade.value for grade in client.school.moodle.lti.grades(column).values()] == [15]


def test_services_meet_the_simulators_faults(client: Client) -> None:
    client.school.moodle.faults.error_500(function="mod/lti/services.php", times=1)
    assert [client.send("GET", client.items, CONTAINER).status_code for _ in range(2)] == [500, 200]
