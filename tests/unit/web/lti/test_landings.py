"""What somebody who was launched sees, and what stays hidden."""

from __future__ import annotations

import pytest

from coil_bridge.domain import CourseRole
from tests.unit.web.lti.campus import Campus, path_of


def test_a_student_of_two_courses_sees_the_one_of_the_launch(campus: Campus) -> None:
    """Jelena attends Phonetics too; launched from Communication, its pairing is the only one there is."""
    world, jelena = campus.world, campus.person("jelena")
    communication, phonetics = campus.course(), campus.course("phonetics", students=[jelena])
    here = world.build.pairing([communication, world.almaty], proposed_by=world.mira, title="Voices")
    there = world.build.pairing([phonetics, world.almaty], proposed_by=world.mira, title="Sounds")
    sessions = [world.build.session(each, world.mira) for each in (here, there)]
    visit = campus.visit("jelena")
    assert "Voices" in visit.arrive().text
    for path in ("/", "/pairings"):
        page = visit.browser.get(path).text
        assert "Voices" in page
        assert "Sounds" not in page
    hidden = (f"/pairings/{there.id}", f"/pairings/{there.id}/calendar", f"/join/{sessions[1].id}")
    for path in (*hidden, f"/courses/{phonetics.id}/sessions", f"/courses/{phonetics.id}/team"):
        assert visit.browser.get(path).status_code == 404, path
    assert visit.browser.get(f"/pairings/{here.id}").status_code == 200
    by_link = world.browser(jelena)  # a session by a link asked Moodle for every course
    assert by_link.get(f"/pairings/{there.id}").status_code == 200


def test_a_teacher_keeps_every_course_that_the_teacher_teaches(campus: Campus) -> None:
    world, mira = campus.world, campus.person("mira")
    phonetics = campus.course("phonetics", teachers=[mira])
    pairing = world.build.pairing([phonetics, world.almaty], proposed_by=mira)
    campus.course()
    visit = campus.visit("mira")
    visit.launch()
    assert visit.browser.get(f"/pairings/{pairing.id}").status_code == 200


def test_what_a_teacher_attends_elsewhere_is_not_part_of_the_launch(campus: Campus) -> None:
    world, mira = campus.world, campus.person("mira")
    phonetics = campus.course("phonetics")
    world.build.enrol(mira, phonetics, CourseRole.STUDENT)
    pairing = world.build.pairing([phonetics, world.almaty], proposed_by=world.aigerim)
    campus.course()
    visit = campus.visit("mira")
    visit.launch()
    assert visit.browser.get(f"/pairings/{pairing.id}").status_code == 404


def test_the_teacher_of_a_course_with_several_pairings_chooses_among_them(campus: Campus) -> None:
    world, mira = campus.world, campus.person("mira")
    course = campus.course(teachers=[mira])
    shanghai = world.build.course(world.build.site("Shanghai"), "Business English")
    for partner in (world.almaty, shanghai):
        world.build.pairing([course, partner], proposed_by=mira)
    assert path_of(campus.visit("mira").launch()) == f"/courses/{course.id}/sessions"


def test_an_unpaired_course_is_chosen_in_the_search(campus: Campus) -> None:
    course = campus.course()
    page = campus.visit("mira").arrive()
    assert f'name="own" value="{course.id}"' in page.text or f'value="{course.id}" selected' in page.text


@pytest.mark.parametrize("path", ["/console/sites", "/pilots", "/console/people"])
def test_a_moodles_administrator_has_no_rights_elsewhere(campus: Campus, path: str) -> None:
    campus.course()
    visit = campus.visit("irena")
    page = visit.arrive()
    assert page.request.path == f"/readiness/{campus.site.id}"
    assert page.status_code == 200
    assert visit.browser.get(path).status_code == 404
    other = campus.world.ail.id
    assert visit.browser.get(f"/readiness/{other}").status_code == 404
