"""Launches in a browser: from the course page through the tool and back with an id_token."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
import requests

from connectors.moodle.simulator.lti import Link, PageError
from tests.contract.simulator.lti.conftest import Browser, School, form_of
from tests.contract.simulator.lti.tool import LTI


@pytest.fixture
def link(school: School) -> Link:
    return school.moodle.lti.add_link(school.course, school.register(), "Joint sessions", text="With Almaty")


def launch(browser: Browser, link: Link) -> requests.Response:
    """Open the link as an iframe does; the answer is Moodle's, unless the tool got its token."""
    return browser.submit(browser.submit(browser.get("/mod/lti/launch.php", id=link.module_id)))


def verified(school: School, token: str) -> dict[str, Any]:
    keys = requests.get(f"{school.moodle.url}/mod/lti/certs.php", timeout=5).json()
    kid = jwt.get_unverified_header(token)["kid"]
    (key,) = [each.key for each in jwt.PyJWKSet.from_dict(keys).keys if each.key_id == kid]
    options: Any = {"verify_exp": False, "verify_iat": False, "verify_aud": False}
    return dict(jwt.decode(token, key, ["RS256"], options=options))


def test_a_student_launches_from_the_course_page(each_school: School) -> None:
    link = each_school.moodle.lti.add_link(each_school.course, each_school.register())
    jovana = each_school.enter("jovana")
    course = jovana.get("/course/view.php", id=each_school.course.id).text
    assert f'href="/mod/lti/view.php?id={link.module_id}"' in course
    assert launch(jovana, link).text == "the tool"
    (login,) = each_school.tool.logins
    assert list(login) == [
        "iss", "target_link_uri", "login_hint", "lti_message_hint", "client_id", "lti_deployment_id",
    ]  # fmt: skip
    assert re.fullmatch(
        rf'{{"cmid":{link.module_id},"launchid":"ltilaunch{link.id}_\d+"}}', login["lti_message_hint"]
    )
    (received,) = each_school.tool.launches
    assert list(received) == ["id_token", "state"]
    claims = verified(each_school, received["id_token"])
    assert claims["exp"] == claims["iat"] + 60
    assert claims["iat"] == int(each_school.clock.now.timestamp())
    assert (claims["nonce"], received["state"]) == ("nonce-1", "state-1")
    assert claims["sub"] == str(each_school.people["jovana"].id)


def test_the_activity_is_a_frame_of_fixed_height_without_the_clipboard(school: School, link: Link) -> None:
    answer = school.enter("jovana").get("/mod/lti/view.php", id=link.module_id)
    (frame,) = re.findall(r"<iframe [^>]*>", answer.text)
    assert 'height="600"' in frame
    assert f'src="/mod/lti/launch.php?id={link.module_id}&amp;triggerview=0"' in frame
    assert f"camera {school.tool.url}; " in frame
    assert "clipboard" not in frame
    assert "With Almaty" in answer.text
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert "Referrer-Policy" not in answer.headers


def test_a_link_can_open_a_window(school: School) -> None:
    window = school.moodle.lti.add_link(school.course, school.register(), "Join", new_window=True)
    jovana = school.enter("jovana")
    course = jovana.get("/course/view.php", id=school.course.id).text
    assert f'href="/mod/lti/launch.php?id={window.module_id}" target="_blank"' in course
    assert "<iframe" not in jovana.get("/mod/lti/view.php", id=window.module_id).text
    launch(jovana, window)
    presentation = school.tool.claims()[LTI + "launch_presentation"]
    assert presentation["document_target"] == "window"
    assert "launch_container=4" in presentation["return_url"]


def test_the_administrator_decides_for_links_that_do_not(school: School, link: Link) -> None:
    tool = school.moodle.lti.tools()[0]
    irena = school.enter("irena")
    irena.post("/mod/lti/toolconfigure.php", id=tool.id, action="window", sesskey=school.sesskey("irena"))
    assert "Open in a new window" in irena.get("/mod/lti/view.php", id=link.module_id).text


def test_a_link_has_an_address_of_its_own(school: School) -> None:
    own = school.moodle.lti.add_link(school.course, school.register(), url=f"{school.tool.url}/dl")
    assert (
        school.moodle.lti.launch_form(school.people["jovana"], own).fields["target_link_uri"].endswith("/dl")
    )


def test_a_launch_is_answered_once(school: School, link: Link) -> None:
    jovana = school.enter("jovana")
    answer = jovana.submit(jovana.get("/mod/lti/launch.php", id=link.module_id))
    again = jovana.http.get(answer.url, timeout=5)
    assert "id_token" in form_of(answer)[1]
    assert again.status_code == 404
    assert "Invalid request" in again.text


def test_an_authentication_begun_by_somebody_else_is_an_error_page(school: School, link: Link) -> None:
    jovana, milica = school.enter("jovana"), school.enter("milica")
    action, fields = form_of(jovana.get("/mod/lti/launch.php", id=link.module_id))
    address = requests.post(action, data=fields, allow_redirects=False, timeout=5).headers["Location"]
    assert milica.http.get(address, timeout=5).status_code == 404
    assert "id_token" in form_of(jovana.http.get(address, timeout=5))[1]


def test_a_request_without_the_lax_cookie_is_repeated_from_moodles_own_page(
    school: School, link: Link
) -> None:
    jovana = school.enter("jovana")
    action, fields = form_of(jovana.get("/mod/lti/launch.php", id=link.module_id))
    address = requests.post(action, data=fields, allow_redirects=False, timeout=5).headers["Location"]
    answer = requests.get(address, timeout=5)
    assert "Set-Cookie" not in answer.headers
    target, repeated = form_of(answer)
    assert repeated == {"repost": "true"}
    assert urlsplit(target).query == urlsplit(address).query
    assert jovana.submit(jovana.submit(answer)).text == "the tool"
    assert requests.post(target, data=repeated, timeout=5).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"scope": "openid profile"},
        {"response_type": "code"},
        {"redirect_uri": "http://127.0.0.1:1/launch"},
        {"redirect_uri": None},
        {"nonce": None},
        {"client_id": None},
        {"login_hint": None},
        {"lti_message_hint": None},
        {"lti_message_hint": "not json"},
        {"lti_message_hint": json.dumps({"cmid": 1})},
        {"lti_message_hint": json.dumps({"launchid": "ltilaunch1_1"})},
    ],
    ids=str,
)
def test_a_request_that_fits_no_launch_is_an_error_page(
    school: School, link: Link, change: dict[str, str | None]
) -> None:
    school.tool.auth = change
    jovana = school.enter("jovana")
    answer = jovana.submit(jovana.get("/mod/lti/launch.php", id=link.module_id))
    assert answer.status_code == 404
    assert "Invalid request" in answer.text


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": "somebody-else"}, {"error": "unauthorized_client"}),
        ({"login_hint": "999"}, {"error": "access_denied"}),
        (
            {"response_mode": "query"},
            {"error": "invalid_request", "error_description": "Invalid response_mode"},
        ),
        ({"response_mode": None}, {"error": "invalid_request", "error_description": "Invalid response_mode"}),
        ({"prompt": "login"}, {"error": "invalid_request", "error_description": "Invalid prompt"}),
    ],
    ids=str,
)
def test_other_mistakes_travel_back_to_the_tool(
    school: School, link: Link, change: dict[str, str | None], error: dict[str, str]
) -> None:
    school.tool.auth = change
    assert launch(school.enter("jovana"), link).text == "the tool"
    assert school.tool.launches == [error | {"state": "state-1"}]


def test_a_missing_prompt_and_an_empty_state_are_accepted(school: School, link: Link) -> None:
    school.tool.auth = {"prompt": None, "state": None}
    launch(school.enter("jovana"), link)
    assert school.tool.launches[0]["state"] == ""


def test_who_may_not_enter_the_course_gets_no_token(school: School, link: Link) -> None:
    for name in ("vera", "marko"):
        answer = school.enter(name).get("/mod/lti/launch.php", id=link.module_id)
        assert answer.status_code == 404
    form = school.moodle.lti.launch_form(school.people["jovana"], link)
    school.moodle.world.unenrol(school.people["jovana"], school.course)
    action = requests.post(form.action, data=dict(form.fields), allow_redirects=False, timeout=5)
    with pytest.raises(PageError, match="cannot enrol"):
        school.moodle.lti.authenticate(school.people["jovana"], action.headers["Location"])


def test_strangers_are_sent_to_the_login(school: School, link: Link) -> None:
    for path in ("launch", "view"):
        answer = requests.get(f"{school.moodle.url}/mod/lti/{path}.php?id={link.module_id}", timeout=5)
        assert answer.url.endswith("/login/index.php")
    assert school.enter("jovana").get("/mod/lti/launch.php", id=99).status_code == 404


def test_a_teacher_switches_to_the_students_role_and_back(school: School, link: Link) -> None:
    milica, sesskey = school.enter("milica"), school.sesskey("milica")
    roles = []
    for role in (0, 5, 0):
        course = milica.post("/course/switchrole.php", id=school.course.id, switchrole=role, sesskey=sesskey)
        assert ("Return to my normal role" in course.text) == (role == 5)
        assert ("Add COIL Bridge" in course.text) == (role == 0)
        launch(milica, link)
        roles.append(school.tool.claims()[LTI + "roles"][0].rpartition("#")[2])
    assert roles == ["Instructor", "Learner", "Instructor"]
    refused = school.enter("jovana").post(
        "/course/switchrole.php", id=school.course.id, switchrole=5, sesskey=school.sesskey("jovana")
    )
    assert refused.status_code == 404


def test_the_way_back_needs_the_persons_own_sesskey(school: School, link: Link) -> None:
    jovana = school.enter("jovana")
    launch(jovana, link)
    address = school.tool.claims()[LTI + "launch_presentation"]["return_url"]
    back = jovana.http.get(address + "&lti_errormsg=No%20%3Croom%3E", timeout=5)
    assert "No &lt;room&gt;" in back.text
    assert f'href="/course/view.php?id={school.course.id}" target="_top"' in back.text
    assert school.enter("milica").http.get(address, timeout=5).status_code == 404


def test_a_launch_works_without_a_browser(school: School, link: Link) -> None:
    milica = school.people["milica"]
    form = school.moodle.lti.launch_form(milica, link)
    sent = requests.post(form.action, data=dict(form.fields), allow_redirects=False, timeout=5)
    answer = school.moodle.lti.authenticate(milica, sent.headers["Location"])
    assert answer.action == f"{school.tool.url}/launch"
    assert verified(school, answer.fields["id_token"])["sub"] == str(milica.id)
    assert "id_token" not in repr(answer)
    with pytest.raises(PageError):
        school.moodle.lti.authenticate(milica, sent.headers["Location"])


def test_a_submission_review_names_whom_it_is_about(school: School, link: Link) -> None:
    milica, jovana = school.people["milica"], school.people["jovana"]
    form = school.moodle.lti.launch_form(milica, link, review_of=jovana)
    sent = requests.post(form.action, data=dict(form.fields), allow_redirects=False, timeout=5)
    token = school.moodle.lti.authenticate(milica, sent.headers["Location"]).fields["id_token"]
    claims = verified(school, token)
    assert claims[LTI + "message_type"] == "LtiSubmissionReviewRequest"
    assert claims[LTI + "for_user"] == {"user_id": str(jovana.id)}
