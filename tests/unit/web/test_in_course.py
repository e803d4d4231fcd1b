"""The pages behind the links in a Moodle course."""

from __future__ import annotations

from datetime import timedelta

from coil_bridge.domain import PairingState
from tests.unit.web.conftest import World


def test_a_student_sees_the_courses_sessions_on_the_own_clock(world: World) -> None:
    session = world.build.session(world.pairing(), world.mira)
    page = world.browser(world.dana).get(f"/courses/{world.almaty.id}/sessions").text
    assert "Tue 27 Oct 2026, 18:00" in page
    assert session.title in page
    assert "/sessions/new" not in page
    assert "Shall we?" not in page


def test_a_teacher_can_plan_from_there(world: World) -> None:
    pairing = world.pairing()
    page = world.browser(world.mira).get(f"/courses/{world.belgrade.id}/sessions").text
    assert f"/pairings/{pairing.id}/sessions/new" in page


def test_several_pairings_of_a_course_stand_beside_each_other(world: World) -> None:
    shanghai = world.build.course(world.build.site("Shanghai"), "Business English")
    first = world.pairing(title="Voices across borders")
    second = world.build.pairing([world.belgrade, shanghai], proposed_by=world.mira, title="Cities that work")
    for pairing in (first, second):
        world.build.session(pairing, world.mira)
    page = world.browser(world.jelena).get(f"/courses/{world.belgrade.id}/sessions").text
    assert page.count("<article") == 2
    for pairing in (first, second):
        assert page.count(f'href="/pairings/{pairing.id}"') == 2  # at its session, and beside


def test_an_unpaired_course_leads_to_the_search_for_it(world: World) -> None:
    page = world.browser(world.mira).get(f"/courses/{world.belgrade.id}/sessions").text
    assert f"/courses/find?own={world.belgrade.id}" in page
    student = world.browser(world.jelena).get(f"/courses/{world.belgrade.id}/sessions").text
    assert "/courses/find" not in student
    assert "Nothing is planned for this course yet" in student


def test_a_course_is_for_its_own_people(world: World) -> None:
    world.pairing()
    for page in ("sessions", "next", "team"):
        assert world.browser(world.dana).get(f"/courses/{world.belgrade.id}/{page}").status_code == 404
        assert world.browser().get(f"/courses/{world.belgrade.id}/{page}").status_code == 401


def test_the_next_session_has_nothing_around_it(world: World) -> None:
    session = world.build.session(world.pairing(), world.mira)
    page = world.browser(world.jelena).get(f"/courses/{world.belgrade.id}/next").text
    assert '<body class="compact"' in page
    for around in ('class="top"', 'class="foot"', "<nav"):
        assert around not in page
    assert "Tue 27 Oct 2026, 14:00" in page
    assert f"/join/{session.id}" in page
    world.clock.set(session.starts_at)
    assert "On now" in world.browser(world.jelena).get(f"/courses/{world.belgrade.id}/next").text
    world.clock.set(session.starts_at + timedelta(hours=1))
    over = world.browser(world.jelena).get(f"/courses/{world.belgrade.id}/next").text
    assert "No session is planned" in over
    assert "/join/" not in over


def test_the_team_names_teachers_and_the_time_there(world: World) -> None:
    world.pairing()
    page = world.browser(world.jelena).get(f"/courses/{world.belgrade.id}/team").text
    for shown in ("University of Belgrade", "Almaty Institute of Languages", "Mira Jovanović", "it is 13:00"):
        assert shown in page
    assert "Aigerim Sadykova" in page
    assert "Dana" not in page
    proposed = world.build.course(world.ub, "Phonetics", teachers=[world.mira])
    world.build.pairing([proposed, world.almaty], proposed_by=world.mira, state=PairingState.PROPOSED)
    assert "There is no team yet" in world.browser(world.mira).get(f"/courses/{proposed.id}/team").text
