"""Moodle's picker: choose, and go back with a signed answer."""

from __future__ import annotations

import html
import re
from typing import Any

import jwt
import pytest

from coil_bridge.lti import claims as names
from tests.unit.web.lti.campus import KEYS, Campus, Visit

FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def fields(page: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in FIELD.findall(page)}


def place(visit: Visit, picker: str, **chosen: Any) -> Any:
    given = fields(picker)
    return visit.browser.post(
        "/lti/place", {"sealed": given["sealed"], "multiple": given["multiple"], **chosen}
    )


def items(campus: Campus, token: str) -> list[dict[str, Any]]:
    """What Moodle reads, verified with the keys that we publish."""
    (key,) = campus.world.browser().get(KEYS).json["keys"]
    claims = jwt.decode(
        token,
        jwt.PyJWK(key).key,
        algorithms=["RS256"],
        audience=campus.moodle.url,
        options={"verify_exp": False, "verify_iat": False},
    )
    found: list[dict[str, Any]] = claims[names.CONTENT_ITEMS]
    return found


@pytest.fixture
def visit(campus: Campus) -> Visit:
    campus.course()
    return campus.picking("mira")


def test_nothing_leads_away_from_the_picker(campus: Campus) -> None:
    campus.course("phonetics")
    campus.moodle.world.enrol(campus.people["jelena"], campus.courses["phonetics"], "editingteacher")
    visit = campus.picking("jelena", "phonetics")  # nobody tells her time zone, so other pages ask for it
    picker = visit.launch()
    assert picker.status_code == 200
    assert 'id="zone-offer"' not in picker.text
    assert re.findall(r'action="([^"]+)"', picker.text) == ["/lti/place"]


def test_several_links_at_once_go_back_to_moodle(campus: Campus, visit: Visit) -> None:
    picker = visit.launch()
    assert picker.status_code == 200
    assert 'type="checkbox" name="kinds"' in picker.text
    answer = place(visit, picker.text, kinds=["sessions", "team"])
    assert answer.status_code == 200
    assert f"form-action 'self' {campus.moodle.url};" in answer.headers["Content-Security-Policy"]
    assert "data-submit" in answer.text
    assert "<button" in answer.text  # the way back without JavaScript
    back = fields(answer.text)
    assert back.keys() == {"JWT"}  # a form of Moodle's: no token of ours
    assert [each["title"] for each in items(campus, back["JWT"])] == ["Joint sessions", "Our COIL team"]


def test_a_link_that_was_placed_works_in_the_course_and_in_its_copy(campus: Campus, visit: Visit) -> None:
    answer = place(visit, visit.launch().text, kinds=["next"])
    (item,) = items(campus, fields(answer.text)["JWT"])
    there = campus.moodle.world
    link = campus.link(custom=item["custom"])
    copy = there.add_course("IC302", "Intercultural Communication, next year")
    there.enrol(campus.people["marko"], copy)
    (copied,) = campus.moodle.lti.copy_course(campus.courses["communication"], copy)
    assert copied.id != link.id
    page = campus.visit("marko", copied).arrive()
    assert page.status_code == 200
    assert page.request.path.endswith("/next")
    with campus.world.services.storage.read() as tx:
        ours = tx.lti_courses.course_id(campus.site.id, copy.id)
    assert page.request.path == f"/courses/{ours}/next"


def test_nothing_chosen_is_asked_again_and_nothing_wanted_closes_the_picker(
    campus: Campus, visit: Visit
) -> None:
    picker = visit.launch().text
    again = place(visit, picker)
    assert again.status_code == 422
    assert "Choose at least one" in again.text
    closing = place(visit, again.text, nothing="yes", kinds=["team"])
    assert items(campus, fields(closing.text)["JWT"]) == []


def test_a_choice_that_does_not_exist_is_refused(visit: Visit) -> None:
    assert place(visit, visit.launch().text, kinds=["grades"]).status_code == 422


def test_a_picker_is_the_persons_own(campus: Campus, visit: Visit) -> None:
    picker = visit.launch().text
    other = campus.visit("jelena")
    other.launch()
    assert place(other, picker, kinds=["team"]).status_code == 400
    campus.world.clock.advance(hours=1)
    assert place(visit, picker, kinds=["team"]).status_code == 400


def test_a_picker_takes_no_form_from_elsewhere(campus: Campus, visit: Visit) -> None:
    sealed = fields(visit.launch().text)["sealed"]
    data = {"sealed": sealed, "kinds": "team"}
    answer = visit.client.post("/lti/place", base_url="https://bridge.example.org", data=data)
    assert answer.status_code == 400
    assert 'name="JWT"' not in answer.text
