"""Participation in the gradebook of a simulated Moodle, from the switch on the page to the score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coil_bridge.domain import Course, JointSession, Pairing, Person, SessionState
from coil_bridge.jobs.tasks import TaskRunner
from coil_bridge.lti.services import ServiceFailed
from coil_bridge.services.launching.participation_grades import SEND_GRADES
from coil_bridge.storage.engine import reading
from coil_bridge.storage.tables import task
from connectors.moodle.simulator.lti import Grade, GradeItem
from tests.unit.web.conftest import Browser
from tests.unit.web.lti.campus import Campus, Visit
from tests.unit.web.lti.services import with_services


@dataclass
class Classroom:
    """Mira's course in Belgrade is paired with Almaty's; Jelena has been launched, Marko never has."""

    campus: Campus
    mira: Visit = field(init=False)
    jelena: Visit = field(init=False)
    course: Course = field(init=False)
    pairing: Pairing = field(init=False)
    held: list[JointSession] = field(default_factory=list)

    def __post_init__(self) -> None:
        campus, world = self.campus, self.campus.world
        teacher = campus.person("mira")
        self.course = campus.course(teachers=[teacher])
        there = campus.moodle.world
        there.enrol(campus.people["marko"], campus.courses["communication"])
        self.pairing = world.build.pairing([self.course, world.almaty], proposed_by=teacher)
        self.mira, self.jelena = campus.visit("mira"), campus.visit("jelena")
        for visit in (self.mira, self.jelena):
            visit.launch()

    @property
    def page(self) -> str:
        return self.mira.browser.get(f"/pairings/{self.pairing.id}").text

    def switch(self, *, on: bool, browser: Browser | None = None, course: str | None = None) -> int:
        wanted = {"course_id": course or self.course.id, "on": "true" if on else ""}
        address = f"/pairings/{self.pairing.id}/grades"
        return (browser or self.mira.browser).post(address, wanted).status_code

    def hold(self, *, joins: bool, **changes: object) -> None:
        """A session takes place, with Jelena or without."""
        world = self.campus.world
        session = world.build.session(self.pairing, world.mira, starts_at=world.clock(), **changes)
        if joins:
            assert self.jelena.browser.get(f"/join/{session.id}").location == session.room_url
        world.clock.advance(hours=1)

    def work(self) -> None:
        """The hourly job, and the worker."""
        services = self.campus.world.services
        services.lti.participation.queue_all()
        runner = TaskRunner(
            services.storage, self.campus.world.clock, {SEND_GRADES: services.lti.participation.perform}
        )
        now = self.campus.world.clock()
        with services.storage.write() as tx:
            claimed = tx.tasks.claim("worker", now, now + timedelta(minutes=5), limit=10, per_site=2)
        for each in claimed:
            runner.run(each)

    @property
    def items(self) -> tuple[GradeItem, ...]:
        return self.campus.moodle.lti.items(self.campus.courses["communication"])

    def grade(self, name: str = "jelena") -> Grade | None:
        (item,) = self.items
        return dict(self.campus.moodle.lti.grades(item)).get(self.campus.people[name].id)

    @property
    def points(self) -> float | None:
        grade = self.grade()
        return grade.value if grade else None

    def scores_sent(self) -> int:
        return sum("scores" in each for each in self.campus.moodle.lti.requests)


@pytest.fixture
def classroom(unregistered: Campus) -> Iterator[Classroom]:
    with with_services(unregistered) as campus:
        yield Classroom(campus)


def test_a_students_share_of_the_held_sessions_is_the_grade(classroom: Classroom) -> None:
    assert "Send participation as a grade" in classroom.page
    assert classroom.switch(on=True) == 303
    classroom.work()
    assert classroom.items == ()  # nothing has been held, so there is nothing to grade
    classroom.hold(joins=True)
    classroom.work()
    assert classroom.points == 100
    classroom.hold(joins=False)
    classroom.hold(joins=False)
    classroom.hold(joins=False, state=SessionState.CANCELLED)
    classroom.work()
    assert classroom.points == pytest.approx(33.33)
    (item,) = classroom.items
    assert item.label == "Joint sessions: Voices across borders"
    assert classroom.grade("marko") is None  # has never been here
    assert classroom.grade("mira") is None
    assert "1 student has a grade." in classroom.page


def test_nothing_is_sent_twice_and_nothing_unless_wanted(classroom: Classroom) -> None:
    classroom.hold(joins=True)
    classroom.work()
    assert classroom.items == ()
    classroom.switch(on=True)
    classroom.work()
    sent = classroom.scores_sent()
    classroom.campus.world.clock.advance(hours=1)
    classroom.work()
    assert classroom.scores_sent() == sent == 1
    classroom.switch(on=False)
    classroom.hold(joins=True)
    classroom.work()
    assert classroom.scores_sent() == 1
    assert classroom.points == 100  # what Moodle has stays there


def test_switching_is_in_the_trail_once(classroom: Classroom) -> None:
    for on in (True, True, False, False):
        assert classroom.switch(on=on) == 303
    page = classroom.page
    assert page.count("Has participation sent as a grade for Intercultural Communication") == 1
    assert page.count("Has no more grades sent for Intercultural Communication") == 1


def test_who_may_switch(classroom: Classroom) -> None:
    world = classroom.campus.world
    assert classroom.switch(on=True, browser=classroom.jelena.browser) == 404
    aigerim = world.browser(world.aigerim)
    assert classroom.switch(on=True, browser=aigerim) == 404  # another university's course
    assert classroom.switch(on=True, course=world.almaty.id) == 404  # not the own course
    assert classroom.switch(on=True, browser=aigerim, course=world.almaty.id) == 409  # offers no gradebook
    assert "Send participation as a grade" not in aigerim.get(f"/pairings/{classroom.pairing.id}").text
    assert "Participation as a grade" not in (
        classroom.jelena.browser.get(f"/pairings/{classroom.pairing.id}").text
    )
    classroom.work()
    with reading(world.services.storage._engine) as connection:
        assert connection.execute(select(func.count()).select_from(task)).scalar_one() == 0


def test_a_column_that_a_teacher_deleted_is_made_anew(classroom: Classroom) -> None:
    classroom.switch(on=True)
    classroom.hold(joins=True)
    classroom.work()
    (item,) = classroom.items
    del classroom.campus.moodle.lti.platform.items[item.id]
    classroom.hold(joins=False)
    classroom.work()
    assert "The grade column was deleted on" in classroom.page
    classroom.campus.world.clock.advance(minutes=5)
    classroom.work()
    assert classroom.points == 50
    assert "The grade column was deleted on" not in classroom.page


def test_a_moodle_that_is_down_is_tried_again_and_said(classroom: Classroom) -> None:
    classroom.switch(on=True)
    classroom.hold(joins=True)
    classroom.campus.moodle.faults.down()
    services = classroom.campus.world.services
    with pytest.raises(ServiceFailed):
        services.lti.participation.perform(
            {"pairing_id": classroom.pairing.id, "course_id": classroom.course.id}
        )
    assert "does not answer" in classroom.page
    classroom.work()
    classroom.campus.moodle.faults.clear()
    classroom.campus.world.clock.advance(minutes=5)
    classroom.work()
    assert classroom.points == 100
    assert len(classroom.items) == 1


def test_two_workers_at_once_make_one_column(classroom: Classroom) -> None:
    """The second sends the same score in the same second: Moodle says 409, and takes it a second later."""
    classroom.switch(on=True)
    classroom.hold(joins=True)
    place = {"pairing_id": classroom.pairing.id, "course_id": classroom.course.id}
    participation = classroom.campus.world.services.lti.participation
    participation.perform(place)
    with classroom.campus.world.services.storage.write() as tx:
        tx.gradings.switch_off(classroom.pairing.id, classroom.course.id)
        tx.gradings.switch_on(
            classroom.pairing.id, classroom.course.id, _teacher(classroom).id, classroom.campus.world.clock()
        )
    participation.perform(place)  # as if nothing had been remembered
    assert classroom.points == 100
    assert len(classroom.items) == 1
    assert classroom.scores_sent() > 2


def test_nothing_is_sent_long_after_the_last_day(classroom: Classroom) -> None:
    classroom.switch(on=True)
    classroom.work()
    classroom.hold(joins=True)
    classroom.campus.world.clock.advance(days=90)
    classroom.work()
    assert classroom.items == ()


def _teacher(classroom: Classroom) -> Person:
    with classroom.campus.world.services.storage.read() as tx:
        return tx.courses.people(classroom.course.id)[0]
