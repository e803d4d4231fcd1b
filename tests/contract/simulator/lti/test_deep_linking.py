"""A teacher adds the tool to a course: switched on, by hand, or by choosing content inside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import requests

from connectors.moodle.simulator.lti import Tool
from tests.contract.simulator.lti.conftest import Browser, School, form_of
from tests.contract.simulator.lti.tool import DL, LTI


@pytest.fixture
def registered(school: School) -> Tool:
    return school.register()


def choose(school: School, tool: Tool, who: str = "milica") -> requests.Response:
    """Choose content as the frame in Moodle does; the answer is Moodle's to what the tool returned."""
    browser = school.enter(who)
    picker = browser.get("/mod/lti/contentitem.php", id=tool.id, course=school.course.id)
    return browser.submit(browser.submit(browser.submit(picker)))


def item(title: str, **more: Any) -> dict[str, Any]:
    return {"type": "ltiResourceLink", "title": title} | more


def test_several_items_become_activities(school: School, registered: Tool) -> None:
    session = f"{school.tool.url}/session/7"
    school.tool.items = [
        item("Joint sessions", text="With Almaty", custom={"ours": "r-1", "week": 3}),
        item("Next session: join", url=session, window={"targetName": "_blank"}),
        item(
            "Team", lineItem={"scoreMaximum": 10, "label": "Taking part", "resourceId": "r-3", "tag": "coil"}
        ),
        {"type": "link", "url": "https://example.org", "title": "Not supported"},
    ]
    answer = choose(school, registered)
    assert "Successfully fetched" in answer.text
    assert "window.top.location" in answer.text
    first, second, third = school.moodle.lti.links(school.course)
    assert (first.name, first.text, first.custom) == (
        "Joint sessions",
        "With Almaty",
        {"ours": "r-1", "week": "3"},
    )
    assert (second.url, second.new_window) == (session, None)
    (column,) = school.moodle.lti.items(school.course)
    assert (column.link_id, column.label, column.maximum) == (third.id, "Taking part", 10)
    assert (column.resource_id, column.tag) == ("r-3", "coil")
    claims = school.moodle.lti.claims(school.people["jovana"], third, "n")
    assert (
        f"/lineitems/{column.id}/lineitem"
        in claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]["lineitem"]
    )
    course = school.enter("jovana").get("/course/view.php", id=school.course.id).text
    assert course.index("Joint sessions") < course.index("Next session: join") < course.index(">Team<")
    assert "Not supported" not in course


def test_moodle_looks_at_what_it_saved_and_minds_no_answer(school: School, registered: Tool) -> None:
    school.tool.items = [
        item("One"),
        item("Two", url=f"{school.tool.url}/session/7"),
        item("Three", url="http://127.0.0.1:9/"),
    ]
    choose(school, registered)
    assert school.tool.visits == ["GET MoodleBot/1.0", "session 7"]
    assert len(school.moodle.lti.links(school.course)) == 3


def test_the_request_for_content(school: School, registered: Tool) -> None:
    choose(school, registered)
    (login,) = school.tool.logins
    assert login["target_link_uri"] == f"{school.tool.url}/dl"
    assert login["lti_message_hint"].startswith('{"launchid":"ltilaunch_ContentItemSelectionRequest')
    claims = school.tool.claims()
    assert claims[LTI + "message_type"] == "LtiDeepLinkingRequest"
    assert claims[DL + "deep_linking_settings"]["accept_multiple"] is True


def test_nothing_chosen_adds_nothing(school: School, registered: Tool) -> None:
    assert "Nothing was added." in choose(school, registered).text
    assert school.moodle.lti.links(school.course) == ()


def test_only_who_edits_chooses(school: School, registered: Tool) -> None:
    for name in ("petar", "jovana"):
        browser = school.enter(name)
        for path in ("mod/lti/contentitem.php", "course/modedit.php"):
            answer = browser.get(f"/{path}", id=registered.id, typeid=registered.id, course=school.course.id)
            assert answer.status_code == 404
        assert "Add COIL Bridge" not in browser.get("/course/view.php", id=school.course.id).text


def returned(school: School, tool: Tool, browser: Browser, token: str, **query: Any) -> requests.Response:
    given: dict[str, Any] = {
        "course": school.course.id,
        "id": tool.id,
        "sesskey": school.sesskey("milica"),
    } | query
    return browser.http.post(
        f"{school.moodle.url}/mod/lti/contentitem_return.php", params=given, data={"JWT": token}, timeout=5
    )


def response(school: School, tool: Tool, **changes: Any) -> dict[str, Any]:
    now = int(school.clock.now.timestamp())
    return {
        "iss": tool.client_id,
        "iat": now,
        "exp": now + 60,
        LTI + "message_type": "LtiDeepLinkingResponse",
        LTI + "version": "1.3.0",
        DL + "content_items": [item("One")],
    } | changes


def test_an_answer_must_be_the_tools_and_the_teachers(school: School, registered: Tool) -> None:
    milica = school.enter("milica")
    wrong = [
        school.tool.sign(response(school, registered, iss="somebody")),
        school.tool.sign(response(school, registered, exp=1)),
        school.tool.sign(response(school, registered, **{LTI + "message_type": "LtiResourceLinkRequest"})),
        school.tool.sign(response(school, registered), kid="unknown"),
        school.moodle.lti.sign(response(school, registered)),
        "nonsense",
        "",
    ]
    assert [returned(school, registered, milica, token).status_code for token in wrong] == [404] * len(wrong)
    good = school.tool.sign(response(school, registered))
    assert returned(school, registered, milica, good, sesskey="x").status_code == 404
    assert returned(school, registered, school.enter("jovana"), good).status_code == 404
    assert school.moodle.lti.links(school.course) == ()
    assert returned(school, registered, milica, good).status_code == 200
    assert len(school.moodle.lti.links(school.course)) == 1


def test_a_tools_error_is_shown_escaped(school: School, registered: Tool) -> None:
    error = school.tool.sign(response(school, registered, **{DL + "errormsg": "<b>closed</b>"}))
    answer = returned(school, registered, school.enter("milica"), error)
    assert "&lt;b&gt;closed&lt;/b&gt;" in answer.text
    assert school.moodle.lti.links(school.course) == ()


def test_an_answer_without_the_lax_cookie_is_repeated(school: School, registered: Tool) -> None:
    token = school.tool.sign(response(school, registered))
    answer = returned(school, registered, Browser(school.moodle.url), token)
    assert form_of(answer)[1] == {"JWT": token, "repost": "true"}
    school.enter("milica").submit(answer)
    assert len(school.moodle.lti.links(school.course)) == 1


def test_a_tool_is_switched_on_in_the_course_first(each_school: School) -> None:
    school, lti = each_school, each_school.moodle.lti
    tool = lti.register(school.tool.settings(), active=False)
    milica, course = school.enter("milica"), school.course.id
    assert "COIL Bridge" not in milica.get("/mod/lti/coursetools.php", id=course).text
    tool.active = True
    free = school.moodle.site.release.branch == "4.1"
    page = milica.get("/course/view.php", id=course).text
    assert ("Add COIL Bridge" in page, "LTI External tools" in page) == (free, not free)
    assert milica.get("/course/modedit.php", course=course, typeid=tool.id).status_code == (
        200 if free else 404
    )
    switched = milica.post(
        "/mod/lti/coursetools.php", id=course, typeid=tool.id, sesskey=school.sesskey("milica")
    )
    assert "Do not show in activity chooser" in switched.text
    assert "Add COIL Bridge" in milica.get("/course/view.php", id=course).text
    milica.post("/mod/lti/coursetools.php", id=course, typeid=tool.id, sesskey=school.sesskey("milica"))
    assert ("Add COIL Bridge" in milica.get("/course/view.php", id=course).text) == free


def test_an_activity_is_added_by_hand(each_school: School) -> None:
    school, tool = each_school, each_school.register()
    milica, course = school.enter("milica"), school.course.id
    form = milica.get("/course/modedit.php", course=course, typeid=tool.id).text
    assert "Select content" in form
    assert ("new_window" in form) == (school.moodle.site.release.branch == "4.1")
    saved = {
        "course": course,
        "typeid": tool.id,
        "name": "Our <team>",
        "custom": "ours=p-42",
        "new_window": "on",
    }
    assert milica.post("/course/modedit.php", **saved).status_code == 404
    page = milica.post("/course/modedit.php", sesskey=school.sesskey("milica"), **saved)
    assert "Our &lt;team&gt;" in page.text
    (link,) = school.moodle.lti.links(school.course)
    assert (link.custom, link.new_window) == ({"ours": "p-42"}, True)


def test_the_frame_for_choosing_is_on_the_form(school: School, registered: Tool) -> None:
    milica = school.enter("milica")
    page = milica.get("/course/modedit.php", course=school.course.id, typeid=registered.id, select=1).text
    assert f'src="/mod/lti/contentitem.php?id={registered.id}&amp;course={school.course.id}"' in page
    registered.settings = replace(registered.settings, deep_linking_url=None)
    page = milica.get("/course/modedit.php", course=school.course.id, typeid=registered.id, select=1).text
    assert "contentitem.php" not in page
    assert (
        milica.get("/mod/lti/contentitem.php", id=registered.id, course=school.course.id).status_code == 404
    )
