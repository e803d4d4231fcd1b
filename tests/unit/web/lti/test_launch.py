from __future__ import annotations

from datetime import timedelta

import pytest

from coil_bridge.domain import PairingState, Role
from coil_bridge.lti.state import cookie_of
from coil_bridge.services.launching.launch_sessions import LaunchSessions
from coil_bridge.storage.lti_records import Resource, ResourceKind
from coil_bridge.vault import new_id
from coil_bridge.web.visitors import TOKEN
from tests.unit.web.conftest import ORIGIN
from tests.unit.web.lti.campus import LAUNCH, Campus, Visit, path_of, rows


def _paired(campus: Campus, state: PairingState = PairingState.ACTIVE) -> str:
    """The Belgrade course paired with Almaty's."""
    world = campus.world
    mira = campus.person("mira")
    course = campus.course(teachers=[mira])
    return world.build.pairing([course, world.almaty], proposed_by=mira, state=state).id


def _token(visit: Visit) -> str:
    with visit.client.session_transaction(base_url=ORIGIN) as session:
        return str(session[TOKEN])


def test_a_teacher_of_an_unpaired_course_finds_a_partner_for_exactly_that_course(campus: Campus) -> None:
    course = campus.course()
    visit = campus.visit("mira")
    answer = visit.launch()
    assert answer.status_code == 303
    assert answer.location == f"/courses/find?own={course.id}"
    assert "For your course “Intercultural Communication”" in visit.browser.get(answer.location).text


@pytest.mark.parametrize("state", [PairingState.PROPOSED, PairingState.ACCEPTED, PairingState.ACTIVE])
def test_a_teacher_of_a_paired_course_gets_the_pairing(campus: Campus, state: PairingState) -> None:
    pairing_id = _paired(campus, state)
    page = campus.visit("mira").arrive()
    assert page.status_code == 200
    assert page.request.path == f"/pairings/{pairing_id}"


def test_a_student_gets_the_sessions_of_the_course(campus: Campus) -> None:
    course = campus.course()
    page = campus.visit("jelena").arrive()
    assert page.status_code == 200
    assert page.request.path == f"/courses/{course.id}/sessions"


@pytest.mark.parametrize(("kind", "last"), [(ResourceKind.NEXT, "next"), (ResourceKind.TEAM, "team")])
def test_a_placed_link_leads_to_what_it_shows(campus: Campus, kind: ResourceKind, last: str) -> None:
    course, mira = campus.course(), campus.person("mira")
    placed = Resource(new_id(), campus.site.id, kind, course.id, mira.id, campus.world.clock())
    with campus.world.services.storage.write() as tx:
        tx.lti_courses.insert_resource(placed)
    link = campus.link(custom={"coil_resource": placed.id})
    page = campus.visit("jelena", link).arrive()
    assert (page.status_code, page.request.path) == (200, f"/courses/{course.id}/{last}")


def test_a_moodle_administrator_gets_the_readiness_of_that_moodle_and_of_no_other(campus: Campus) -> None:
    visit = campus.visit("irena")
    page = visit.arrive()
    assert (page.status_code, page.request.path) == (200, f"/readiness/{campus.site.id}")
    assert campus.site.name in page.text
    assert visit.browser.get(f"/readiness/{campus.world.ail.id}").status_code == 404
    assert visit.browser.get(f"/console/sites/{campus.site.id}").status_code == 404


def test_a_moodle_administrator_checks_again_once_a_minute(campus: Campus) -> None:
    visit = campus.visit("irena")
    assert "This site was not checked yet." in visit.arrive().text
    path = f"/readiness/{campus.site.id}"
    assert visit.browser.post(f"{path}/check", {}).status_code == 303
    checked = visit.browser.get(path).text
    assert "The site was checked." in checked
    assert "in order" in checked
    assert visit.browser.post(f"{path}/check", {}).status_code == 429
    campus.world.clock.advance(minutes=1)
    assert visit.browser.post(f"{path}/check", {}).status_code == 303
    assert visit.browser.post(f"/readiness/{campus.world.ail.id}/check", {}).status_code == 404


@pytest.mark.parametrize("allowed", [True, False])
def test_the_readiness_page_says_what_the_tool_may_use(unregistered: Campus, *, allowed: bool) -> None:
    unregistered.register(grades=2 if allowed else 0, memberships=allowed)
    page = unregistered.visit("irena").arrive().text
    assert "People come from their courses" in page
    for remedy in ("retrieve members", "grade sync and column management"):
        assert (remedy in page) is not allowed


def test_readiness_is_nobody_elses(campus: Campus) -> None:
    teacher = campus.visit("mira")
    teacher.arrive()
    assert teacher.browser.get(f"/readiness/{campus.site.id}").status_code == 404
    assert campus.world.browser().get(f"/readiness/{campus.site.id}").status_code == 401


def test_the_evaluation_lead_gets_the_pilots(campus: Campus) -> None:
    campus.person("mira", roles=[Role.EVALUATION_LEAD])
    page = campus.visit("mira").arrive()
    assert (page.status_code, page.request.path) == (200, "/pilots")


def test_a_teacher_who_switched_the_role_is_a_learner(campus: Campus) -> None:
    pairing_id = _paired(campus)
    visit = campus.visit("mira", as_learner=True)
    page = visit.arrive()
    assert page.request.path.endswith("/sessions")
    teacher = campus.visit("mira")
    teacher.arrive()
    plan, pairing = f"/pairings/{pairing_id}/sessions/new", f"/pairings/{pairing_id}"
    assert plan in teacher.browser.get(pairing).text
    assert plan not in visit.browser.get(pairing).text


def test_the_picker_opens_in_answer_to_its_launch_and_signs_in(campus: Campus) -> None:
    visit = campus.picking("mira")
    page = visit.launch()
    assert page.status_code == 200
    assert 'name="sealed"' in page.text
    assert visit.signed_in()


def test_from_the_front_page_a_launch_leads_home(campus: Campus) -> None:
    campus.moodle.lti.faults.change(
        lambda claims: claims.update({"https://purl.imsglobal.org/spec/lti/claim/context": None})
    )
    assert path_of(campus.visit("mira").launch()) == "/"


def test_the_session_is_bound_to_the_launch(campus: Campus) -> None:
    visit = campus.visit("jelena")
    visit.launch()
    scope = campus.world.services.lti.sessions.scope(_token(visit))
    assert scope
    assert (scope.platform_id, scope.deployment_id) == (campus.platform.id, str(campus.tool.id))
    assert scope.subject == str(campus.people["jelena"].id)


def test_the_session_cookie_can_live_in_a_frame(campus: Campus) -> None:
    answer = campus.visit("jelena").launch()
    set_cookies = answer.headers.getlist("Set-Cookie")
    cookies = [each for each in set_cookies if each.startswith("coil_bridge_session=")]
    assert len(cookies) == 1
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned"} <= set(cookies[0].split("; "))


def test_the_cookie_of_the_login_goes_in_the_jar_where_it_was(campus: Campus) -> None:
    visit = campus.visit("jelena")
    fields = visit.answer().fields
    dropped = next(
        each
        for each in visit.send(fields).headers.getlist("Set-Cookie")
        if each.startswith(cookie_of(fields["state"]))
    )
    assert {"Max-Age=0", "Path=/lti/launch", "Partitioned"} <= set(dropped.split("; "))


def test_a_second_launch_in_the_same_browser_ends_the_session_of_the_first(campus: Campus) -> None:
    visit = campus.visit("mira")
    visit.launch()
    first = _token(visit)
    again = campus.moodle.lti.launch_form(campus.people["jelena"], campus.link())
    login = visit.client.post("/lti/login", base_url=ORIGIN, data=dict(again.fields)).location
    visit.send(campus.moodle.lti.authenticate(campus.people["jelena"], login).fields)
    assert _token(visit) != first
    assert campus.world.services.web_sessions.resolve(first) is None
    assert "Jelena" in visit.browser.get("/me").text


def test_two_links_on_one_page_log_in_at_once(campus: Campus) -> None:
    visit = campus.visit("mira")
    forms = [visit.form, campus.moodle.lti.launch_form(visit.user, campus.link())]
    logins = []
    for form in forms:
        first = visit.client.post("/lti/login", base_url=ORIGIN, data=dict(form.fields)).location
        logins.append(first if first.startswith("http") else visit.browser.get(first).location)
    answers = [campus.moodle.lti.authenticate(visit.user, login) for login in logins]
    assert [visit.send(answer.fields).status_code for answer in answers] == [303, 303]


def test_a_launch_shows_no_pairing_of_other_courses(campus: Campus) -> None:
    world = campus.world
    trade = world.build.course(world.build.site("Kraków"), "Trade", teachers=[world.aigerim])
    foreign = world.build.pairing([world.belgrade, trade], proposed_by=world.mira)
    visit = campus.visit("mira")
    visit.arrive()
    assert visit.browser.get(f"/pairings/{foreign.id}").status_code == 404


def test_a_student_launched_from_one_course_does_not_see_the_pairing_of_another(campus: Campus) -> None:
    pairing_id = _paired(campus)
    both = campus.people["jelena"]
    campus.moodle.world.enrol(both, campus.courses["phonetics"])
    inside = campus.visit("jelena")
    inside.arrive()
    assert inside.browser.get(f"/pairings/{pairing_id}").status_code == 200
    elsewhere = campus.visit("jelena", campus.link("phonetics"))
    elsewhere.arrive()
    assert elsewhere.browser.get(f"/pairings/{pairing_id}").status_code == 404
    outsider = campus.visit("marko", campus.link("phonetics"))
    outsider.arrive()
    assert outsider.browser.get(f"/pairings/{pairing_id}").status_code == 404


def test_without_a_name_and_an_address_somebody_is_let_in_too(unregistered: Campus) -> None:
    unregistered.register(send_name=False, send_email=False)
    assert unregistered.visit("jelena").arrive().status_code == 200


def test_the_zone_is_asked_for_when_moodle_does_not_tell_it(campus: Campus) -> None:
    """The script of the page answers it with the device's clock, once (see the test in a browser)."""
    jelena = campus.visit("jelena")
    assert 'data-zone="Europe/Belgrade" data-take' in jelena.arrive().text
    assert jelena.browser.post("/me/zone", {"zone": "Asia/Almaty"}).status_code == 204
    again = jelena.browser.get("/").text
    assert 'id="zone-offer"' not in again
    assert "in Almaty" in again
    assert 'id="zone-offer"' not in campus.visit("mira").arrive().text


def test_the_registration_is_pending_until_the_first_launch(campus: Campus) -> None:
    registry = campus.world.services.lti.registry
    (before,) = registry.of_site(campus.administrator, campus.site.id)
    campus.visit("mira").launch()
    first = campus.world.clock()
    campus.world.clock.advance(hours=1)
    campus.visit("jelena").launch()
    (after,) = registry.of_site(campus.administrator, campus.site.id)
    assert (before.platform.pending, before.platform.last_launch_at) == (True, None)
    assert after.platform.first_launch_at == first
    assert after.platform.last_launch_at == first + timedelta(hours=1)


def test_moodle_may_look_whether_the_link_is_alive(campus: Campus) -> None:
    page = campus.world.browser().get(LAUNCH)
    assert page.status_code == 200
    assert "opened from a Moodle course" in page.text
    assert "Set-Cookie" not in page.headers


def test_a_launch_by_get_is_refused(campus: Campus) -> None:
    visit = campus.visit("mira")
    fields = visit.answer().fields
    before = rows(campus.world)
    page = visit.client.get(LAUNCH, base_url=ORIGIN, query_string=dict(fields))
    assert page.status_code == 405
    assert page.headers["Allow"] == "POST"
    assert fields["id_token"] not in page.text
    assert not visit.signed_in()
    assert rows(campus.world) == before


def test_sessions_of_launches_end_when_the_registration_is_switched_off(campus: Campus) -> None:
    visit = campus.visit("mira")
    visit.arrive()
    assert visit.signed_in()
    campus.world.services.lti.registry.disable(campus.administrator, campus.platform.id)
    assert not visit.signed_in()


def test_a_session_lasts_as_long_as_any_other(campus: Campus) -> None:
    visit = campus.visit("mira")
    visit.arrive()
    hours = campus.world.services.settings.web_session_hours
    campus.world.clock.advance(hours=hours, seconds=1)
    assert isinstance(campus.world.services.lti.sessions, LaunchSessions)
    assert not visit.signed_in()
