"""Joins, grades and account links on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete

from coil_bridge.domain import Course, CourseRole, JointSession, Pairing, Person
from coil_bridge.errors import Reason
from coil_bridge.storage.engine import writing
from coil_bridge.storage.gradings import SentGrade
from coil_bridge.storage.joins import Join
from coil_bridge.storage.people import EMAIL, Identity
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tables import person as person_table
from tests.builders import START, Build

MINUTE = timedelta(minutes=1)


@pytest.fixture
def course(build: Build) -> Course:
    return build.course(teachers=[build.person("Mira Jovanović")])


@pytest.fixture
def mira(course: Course, storage: Storage) -> Person:
    with storage.read() as tx:
        return tx.courses.people(course.id)[0]


@pytest.fixture
def pairing(build: Build, course: Course, mira: Person) -> Pairing:
    return build.pairing([course, build.course(build.site("Almaty"))], proposed_by=mira)


@pytest.fixture
def session(build: Build, pairing: Pairing, mira: Person) -> JointSession:
    return build.session(pairing, mira)


def join(session: JointSession, person: Person, course: Course, **later: float) -> Join:
    return Join(session.id, person.id, course.id, CourseRole.STUDENT, START + timedelta(**later))


def test_presses_within_a_minute_count_once(
    storage: Storage, build: Build, course: Course, session: JointSession
) -> None:
    jelena, marko = build.person("Jelena Marković"), build.person("Marko Ilić")
    with storage.write() as tx:
        assert tx.joins.add(join(session, jelena, course), MINUTE)
        assert not tx.joins.add(join(session, jelena, course, seconds=59.9), MINUTE)
        assert tx.joins.add(join(session, marko, course, seconds=30), MINUTE)
        assert tx.joins.add(join(session, jelena, course, seconds=60), MINUTE)
        assert not tx.joins.add(join(session, jelena, course, seconds=61), MINUTE)
        assert [(each.person_id, each.role) for each in tx.joins.of_session(session.id)] == [
            (jelena.id, CourseRole.STUDENT),
            (marko.id, CourseRole.STUDENT),
            (jelena.id, CourseRole.STUDENT),
        ]


def test_of_many_presses_at_once_one_counts(
    storage: Storage, build: Build, course: Course, session: JointSession
) -> None:
    jelena = build.person("Jelena Marković")

    def press(number: int) -> bool:
        with storage.write() as tx:
            return tx.joins.add(join(session, jelena, course, milliseconds=number), MINUTE)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(press, range(8))) == 1


def test_sessions_are_counted_and_not_presses(
    *, storage: Storage, build: Build, course: Course, session: JointSession, pairing: Pairing, mira: Person
) -> None:
    jelena, marko = build.person("Jelena Marković"), build.person("Marko Ilić")
    second, third = (build.session(pairing, mira) for _ in range(2))
    almaty = pairing.courses[1].course
    with storage.write() as tx:
        for held in (session, second, third):
            tx.joins.add(join(held, jelena, course), MINUTE)
            tx.joins.add(join(held, jelena, course, minutes=5), MINUTE)
        tx.joins.add(join(session, marko, course), MINUTE)
        tx.joins.add(join(second, marko, almaty), MINUTE)
        assert tx.joins.counts([session.id, second.id], course.id) == {jelena.id: 2, marko.id: 1}
        assert tx.joins.counts([], course.id) == {}


def test_joins_go_with_the_person_and_with_time(
    storage: Storage, build: Build, course: Course, session: JointSession
) -> None:
    jelena, marko = build.person("Jelena Marković"), build.person("Marko Ilić")
    with storage.write() as tx:
        tx.joins.add(join(session, jelena, course), MINUTE)
        tx.joins.add(join(session, marko, course), MINUTE)
        tx.joins.add(join(session, marko, course, days=2), MINUTE)
    with writing(storage._engine) as connection:
        connection.execute(delete(person_table).where(person_table.c.id == jelena.id))
    with storage.write() as tx:
        assert {each.person_id for each in tx.joins.of_session(session.id)} == {marko.id}
        assert tx.joins.prune(START + timedelta(days=1)) == 1
        assert len(tx.joins.of_session(session.id)) == 1


def test_a_wish_for_grades_and_what_was_told(
    storage: Storage, build: Build, course: Course, pairing: Pairing, mira: Person
) -> None:
    jelena = build.person("Jelena Marković")
    place = (pairing.id, course.id)
    with storage.write() as tx:
        assert tx.gradings.switch_on(*place, mira.id, START)
        assert not tx.gradings.switch_on(*place, mira.id, START)
        tx.gradings.set_sent(*place, SentGrade(jelena.id, 1, 2, taken=True))
        tx.gradings.set_sent(*place, SentGrade(jelena.id, 2, 3, taken=True))
        assert tx.gradings.sent(*place) == {jelena.id: SentGrade(jelena.id, 2, 3, taken=True)}
        problem = Reason("%(host)s does not answer.", {"host": "moodle.example.org"})
        tx.gradings.set_outcome(*place, START, problem)
        found = tx.gradings.get(*place)
        assert found is not None
        assert (found.set_by, found.sent_at) == (mira.id, START)
        assert found.problem is not None
        assert found.problem.data() == problem.data()
        assert tx.gradings.all() == [found]
        assert tx.gradings.switch_off(*place)
        assert not tx.gradings.switch_off(*place)
        assert (tx.gradings.get(*place), tx.gradings.sent(*place)) == (None, {})


def test_an_account_link_works_once_and_the_newest_alone(storage: Storage, build: Build) -> None:
    lead, later = build.lead(), START + timedelta(hours=1)
    with storage.write() as tx:
        tx.account_links.insert("first", lead.id, START, later)
        tx.account_links.insert("second", lead.id, START, later)
        assert tx.account_links.person("first", START) is None
        assert tx.account_links.person("second", START) == lead
        assert tx.account_links.person("second", later) is None
        assert not tx.account_links.take("second", later)
        assert tx.account_links.take("second", START)
        assert not tx.account_links.take("second", START)
        tx.account_links.insert("third", lead.id, START, later)
        assert tx.account_links.prune(later) == 1


def test_addresses_move_and_nothing_else(storage: Storage, build: Build) -> None:
    lead, mira = build.lead(), build.person("Mira Jovanović", site=build.site())
    assert lead.email is not None
    with storage.write() as tx:
        before = tx.people.identities([mira.id])[mira.id]
        tx.account_links.move_addresses(lead.id, mira.id)
        address = Identity(EMAIL, "", lead.email.lower())
        assert tx.people.identities([lead.id, mira.id]) == {mira.id: [address, *before]}
