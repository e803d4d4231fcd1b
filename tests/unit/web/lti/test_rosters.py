"""Where a token may not list people, the roster of launches tells who teaches and who takes part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from coil_bridge.domain import Course, CourseRole, Pairing, Person, Pilot
from coil_bridge.errors import PartnerUnavailable
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import Part, RunState
from coil_bridge.services.moodles.catalogue import SYNC_TEACHERS
from coil_bridge.storage.people import MOODLE, Identity
from tests.unit.web.lti.campus import Campus
from tests.unit.web.lti.services import with_services

PEOPLE = "core_enrol_get_enrolled_users"
NAMES = Pseudonymiser("00" * 32)  # the key that the builders give a pilot


@pytest.fixture
def campus(unregistered: Campus) -> Iterator[Campus]:
    """The token may not list people, and Mira has launched the course."""
    with with_services(unregistered) as campus:
        campus.moodle.world.service_user.capabilities.discard("moodle/course:viewparticipants")
        campus.moodle.faults.error_in_200("nopermissions", function=PEOPLE)
        yield campus


@pytest.fixture
def course(campus: Campus) -> Course:
    return campus.course()


def teachers(campus: Campus, course: Course) -> list[str]:
    return [each.name for each in campus.world.services.catalogue.sync_teachers(course.id)]


def test_without_a_launch_the_refusal_stands(campus: Campus, course: Course) -> None:
    with pytest.raises(PartnerUnavailable, match="UB Moodle"):
        campus.world.services.catalogue.sync_teachers(course.id)


def test_teachers_are_read_from_the_roster(campus: Campus, course: Course) -> None:
    there = campus.moodle.world
    ivana = there.add_user("ivana", "Ivana", "Savić")
    there.enrol(ivana, campus.courses["communication"], "editingteacher")
    campus.visit("jelena").launch()
    assert teachers(campus, course) == ["Ivana Savić", "Mira Jovanović"]
    with campus.world.services.storage.read() as tx:
        students = tx.courses.people(course.id, CourseRole.STUDENT)
    assert [each.name for each in students] == [
        "Jelena Marković"
    ]  # who was launched; the others stay unknown


def test_a_non_editing_teacher_stays_one_until_gone(campus: Campus, course: Course) -> None:
    """The roster calls non-editing teachers learners; a launch has said better."""
    there = campus.moodle.world
    petar = there.add_user("petar", "Petar", "Nikolić")
    campus.people["petar"] = petar
    there.enrol(petar, campus.courses["communication"], "teacher")
    campus.visit("petar").launch()
    assert teachers(campus, course) == ["Mira Jovanović", "Petar Nikolić"]
    there.enrol(petar, campus.courses["communication"], "teacher", suspended=True)
    assert teachers(campus, course) == ["Mira Jovanović"]


def test_a_teacher_who_was_made_a_student_is_one_here_too(campus: Campus, course: Course) -> None:
    campus.visit("mira").launch()
    there = campus.moodle.world
    ivana = there.add_user("ivana", "Ivana", "Savić")
    campus.people["ivana"] = ivana
    there.enrol(ivana, campus.courses["communication"], "editingteacher")
    campus.visit("ivana").launch()
    assert teachers(campus, course) == ["Ivana Savić", "Mira Jovanović"]
    there.unenrol(ivana, campus.courses["communication"])
    there.enrol(ivana, campus.courses["communication"], "student")
    assert teachers(campus, course) == ["Ivana Savić", "Mira Jovanović"]  # she might be a non-editing one
    campus.visit("ivana").launch()
    assert waiting(campus) == [{"course_id": course.id}]
    assert teachers(campus, course) == ["Mira Jovanović"]
    with campus.world.services.storage.read() as tx:
        assert [each.name for each in tx.courses.people(course.id, CourseRole.STUDENT)] == ["Ivana Savić"]


def test_a_teacher_who_switched_the_role_stays_one_by_the_roster(campus: Campus, course: Course) -> None:
    campus.visit("mira").launch()
    campus.visit("mira", as_learner=True).launch()
    assert teachers(campus, course) == ["Mira Jovanović"]


def waiting(campus: Campus) -> list[object]:
    """The courses whose people are about to be read."""
    world = campus.world
    with world.services.storage.write() as tx:
        claimed = tx.tasks.claim("worker", world.clock(), world.clock(), limit=10, per_site=5)
    return [each.payload for each in claimed if each.kind == SYNC_TEACHERS]


def test_without_names_the_ones_we_know_stay(unregistered: Campus) -> None:
    with with_services(unregistered) as campus:
        campus.moodle.faults.error_in_200("nopermissions", function=PEOPLE)
        course = campus.course(teachers=[campus.person("mira")])
        there = campus.moodle.world
        ivana = there.add_user("ivana", "Ivana", "Savić")
        there.enrol(ivana, campus.courses["communication"], "editingteacher")
        campus.tool.settings = replace(campus.tool.settings, send_name=False, send_email=False)
        campus.visit("mira").launch()
        assert teachers(campus, course) == ["Mira Jovanović", f"UB {ivana.id}"]


def test_students_who_have_left_are_let_go(campus: Campus, course: Course) -> None:
    there = campus.moodle.world
    there.enrol(campus.people["marko"], campus.courses["communication"])
    for name in ("jelena", "marko"):
        campus.visit(name).launch()
    there.enrol(campus.people["jelena"], campus.courses["communication"], suspended=True)
    teachers(campus, course)
    with campus.world.services.storage.read() as tx:
        assert [each.name for each in tx.courses.people(course.id, CourseRole.STUDENT)] == ["Marko Ilić"]


def test_an_empty_roster_is_not_believed(campus: Campus, course: Course) -> None:
    campus.visit("mira").launch()
    for name in ("mira", "jelena"):
        campus.moodle.world.enrol(campus.people[name], campus.courses["communication"], suspended=True)
    assert teachers(campus, course) == ["Mira Jovanović"]


def pulled(campus: Campus, course: Course) -> tuple[Person, Pilot, Pairing]:
    """A pilot with the course in it, pulled; its lead, and the pairing."""
    world, services = campus.world, campus.world.services
    lead, pilot = world.build.lead(), world.build.pilot()
    pairing = world.build.pairing(
        [course, world.almaty], proposed_by=world.mira, phase=world.build.phase(pilot)
    )
    services.pulls.request(lead, pilot.id)
    with services.storage.write() as tx:
        claimed = tx.tasks.claim("worker", world.clock(), world.clock(), limit=10, per_site=2)
    for each in claimed:
        if each.site_id == campus.site.id:
            services.pulls.perform(each.payload)
    return lead, pilot, pairing


def test_a_teacher_s_students_are_named_by_the_roster(campus: Campus, course: Course) -> None:
    """It tells of no groups, so names are for those whom it calls instructors: teachers who may edit."""
    there, services = campus.moodle.world, campus.world.services
    petar = there.add_user("petar", "Petar", "Nikolić")
    campus.people["petar"] = petar
    there.enrol(petar, campus.courses["communication"], "teacher")
    for name in ("mira", "petar"):
        campus.visit(name).launch()
    with services.storage.read() as tx:
        mira, nikolic = (
            tx.people.by_identity(Identity(MOODLE, campus.site.id, str(campus.people[name].id)))
            for name in ("mira", "petar")
        )
    assert mira is not None
    assert nikolic is not None
    _, _, pairing = pulled(campus, course)
    _, [view] = services.evidence.classes.of(mira, pairing.id, names_of=course.id)
    assert [(line.name, line.here) for line in view.lines] == [("Jelena Marković", False)]
    _, [view] = services.evidence.classes.of(nikolic, pairing.id, names_of=course.id)
    assert view.told is not None
    assert (view.lines, view.nameless) == ((), 1)
    assert "teachers with editing rights" in str(view.told.refused)


def test_a_pilot_counts_people_by_the_roster(campus: Campus, course: Course) -> None:
    services = campus.world.services
    campus.visit("mira").launch()
    lead, pilot, _ = pulled(campus, course)
    runs = {line.course.course_id: line.run for line in services.pulls.progress(lead, pilot.id).courses}
    run = runs[course.id]
    assert run is not None
    assert (run.state, run.failure) == (RunState.DONE, None)
    with services.storage.read() as tx:
        members = tx.activity.members(pilot.id, course_id=course.id)
    site_id = course.site_id
    assert {each.pseudonym: each.part for each in members} == {
        NAMES.person(site_id, campus.people["jelena"].id): Part.STUDENT,
        NAMES.person(site_id, campus.people["mira"].id): Part.STAFF,
    }
    assert {each.last_access_week for each in members} == {None}
