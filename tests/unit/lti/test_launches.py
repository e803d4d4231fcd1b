"""Who a launch is, in which part, and where it lands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from coil_bridge.domain import Answer, CourseRole, PairingState, Person, Role, Site
from coil_bridge.errors import NotFound
from coil_bridge.lti import claims as names
from coil_bridge.services.agreed.access import pairing_access
from coil_bridge.services.launching.launch_sessions import launched
from coil_bridge.services.launching.launches import Arrival, Landing, Launches, Place
from coil_bridge.storage.engine import reading
from coil_bridge.storage.lti_courses import lti_identity
from coil_bridge.storage.lti_records import Resource, ResourceKind
from coil_bridge.storage.people import MOODLE, Identity
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tables import person as person_table
from tests.builders import Build, SettableClock
from tests.unit.lti.conftest import register
from tests.unit.lti.launches import Launcher

# In the recorded launches course 2 is launched by account 5 (a teacher), 7 (a student) and 2 (administrator).
COURSE = 2


@pytest.fixture
def launches(sqlite_storage: Storage, clock: SettableClock) -> Launches:
    return Launches(storage=sqlite_storage, clock=clock)


def enter(launches: Launches, launcher: Launcher, of: Any = "51-teacher", **changes: Any) -> Arrival:
    return launches.enter(launcher.attempt(of, **changes).send())


# The person


def test_a_first_launch_makes_a_person(
    launches: Launches, launcher: Launcher, sqlite_storage: Storage
) -> None:
    arrival = enter(launches, launcher)
    person = arrival.person
    assert (person.name, person.email, person.language) == ("Ana Teacher", "lti_teacher1@example.org", "en")
    assert not person.roles
    with sqlite_storage.read() as tx:
        stored = tx.people.get(person.id)
        assert stored is not None
        assert launched(stored, arrival.scope) == person
        assert tx.people.by_identity(lti_identity(launcher.platform.id, "1", "5")) == stored
        assert tx.people.by_identity(Identity(MOODLE, launcher.platform.site_id, "5")) == stored
        platform = tx.lti.get(launcher.platform.id)
    assert platform is not None
    assert not platform.pending


def test_launch_and_one_time_link_are_the_same_person(
    launches: Launches, launcher: Launcher, build: Build, site: Site
) -> None:
    mira = build.person("Mira Jovanović", site=site, moodle_user_id=5, zone="Europe/Belgrade")
    arrival = enter(launches, launcher)
    assert arrival.person.id == mira.id
    assert arrival.person.zone == "Europe/Belgrade"
    assert enter(launches, launcher).person == arrival.person


def test_two_registrations_of_one_moodle_lead_to_the_same_person(
    launches: Launches, launcher: Launcher, site: Site, sqlite_storage: Storage, clock: SettableClock
) -> None:
    first = enter(launches, launcher)
    launcher.platform = register(sqlite_storage, site, site.base_url, clock, client_id="second")
    assert enter(launches, launcher).person.id == first.person.id


def test_the_same_number_in_another_moodle_is_somebody_else(
    launches: Launches, launcher: Launcher, build: Build
) -> None:
    almaty = build.site("Almaty")
    aigerim = build.person("Aigerim Sadykova", site=almaty, moodle_user_id=5)
    assert enter(launches, launcher).person.id != aigerim.id


def test_custom_variables_say_nothing_about_who_somebody_is(
    launches: Launches, launcher: Launcher, build: Build, site: Site
) -> None:
    """A teacher can write ``user_id=2`` into the custom parameters of a link."""
    administrator = build.person("Ana Petrović", site=site, moodle_user_id=2)
    attempt = launcher.attempt("51-student")
    attempt.claims[names.CUSTOM] |= {"user_id": "2", "username": "admin"}
    assert launches.enter(attempt.send()).person.id != administrator.id


def test_an_address_says_nothing_about_who_somebody_is(
    launches: Launches, launcher: Launcher, build: Build
) -> None:
    lead = build.lead()
    arrival = enter(launches, launcher, email=lead.email)
    assert arrival.person.id != lead.id
    assert not arrival.person.roles


def test_without_names_the_product_still_works(launches: Launches, launcher: Launcher) -> None:
    private = {"name": None, "given_name": None, "family_name": None, "email": None}
    first = enter(launches, launcher, **private)
    assert (first.person.name, first.person.email) == ("UB 5", None)
    named = enter(launches, launcher)
    assert named.person.id == first.person.id
    assert named.person.name == "Ana Teacher"
    assert enter(launches, launcher, **private).person.name == "Ana Teacher"


def test_a_subject_that_is_no_number_is_still_one_person(launches: Launches, launcher: Launcher) -> None:
    first, second = (enter(launches, launcher, sub="a-pairwise-subject") for _ in range(2))
    assert first.person.id == second.person.id


@pytest.mark.parametrize("sub", ["٥", "5 ", "05x"])
def test_other_digits_are_not_an_account_number(
    sub: str, launches: Launches, launcher: Launcher, build: Build, site: Site
) -> None:
    mira = build.person("Mira Jovanović", site=site, moodle_user_id=5)
    assert enter(launches, launcher, sub=sub).person.id != mira.id


# The clock


@pytest.mark.parametrize(
    ("told", "zone"), [("Asia/Almaty", "Asia/Almaty"), ("99", None), ("$Person.address.timezone", None)]
)
def test_the_zone_of_the_launch_counts_where_it_is_a_real_one(
    launches: Launches, launcher: Launcher, told: str, zone: str | None
) -> None:
    attempt = launcher.attempt()
    attempt.claims[names.CUSTOM]["coil_zone"] = told
    assert launches.enter(attempt.send()).person.zone == zone


def test_a_zone_that_is_known_is_kept(
    launches: Launches, launcher: Launcher, build: Build, site: Site
) -> None:
    build.person("Mira Jovanović", site=site, moodle_user_id=5, zone="Asia/Shanghai")
    attempt = launcher.attempt()
    attempt.claims[names.CUSTOM]["coil_zone"] = "Asia/Almaty"
    assert launches.enter(attempt.send()).person.zone == "Asia/Shanghai"


# The course and the part


def test_a_teacher_teaches_the_course_of_the_launch_and_no_other(
    launches: Launches, launcher: Launcher, build: Build, site: Site, sqlite_storage: Storage
) -> None:
    course, other = build.course(site, moodle_id=COURSE), build.course(site, moodle_id=3)
    arrival = enter(launches, launcher)
    assert (arrival.scope.course_id, arrival.scope.part) == (course.id, CourseRole.TEACHER)
    with sqlite_storage.read() as tx:
        assert tx.courses.role_in(arrival.person.id, course.id) is CourseRole.TEACHER
        assert tx.courses.role_in(arrival.person.id, other.id) is None


def test_a_course_made_since_the_last_reading_is_stored(
    launches: Launches, launcher: Launcher, sqlite_storage: Storage
) -> None:
    attempt = launcher.attempt()
    attempt.claims[names.CUSTOM] |= {"coil_begins": "2027-01-31T23:30:00+00:00", "coil_ends": None}
    arrival = launches.enter(attempt.send())
    assert arrival.scope.course_id is not None
    with sqlite_storage.read() as tx:
        course = tx.courses.get(arrival.scope.course_id)
    assert course is not None
    assert (course.moodle_id, course.fullname, course.shortname) == (2, "LTI probe course A", "LTI-A")
    assert course.starts_on == date(2027, 2, 1)  # half past midnight in Belgrade


def test_a_known_course_is_not_overwritten(
    launches: Launches, launcher: Launcher, build: Build, site: Site, sqlite_storage: Storage
) -> None:
    course = build.course(site, "Intercultural Communication", moodle_id=COURSE, summary="Read by the hour")
    enter(launches, launcher)
    with sqlite_storage.read() as tx:
        assert tx.courses.get(course.id) == course


@pytest.mark.parametrize("context_id", ["1", "0x2", "99999999999", "course-2"])
def test_a_launch_from_no_real_course_has_no_part(
    context_id: str, launches: Launches, launcher: Launcher
) -> None:
    arrival = enter(launches, launcher, **{names.CONTEXT: {"id": context_id}})
    assert (arrival.scope.course_id, arrival.scope.part) == (None, None)
    assert arrival.landing == Landing(Place.HOME)


def test_a_role_switched_teacher_is_a_learner_in_this_session_only(
    launches: Launches, launcher: Launcher, build: Build, site: Site, sqlite_storage: Storage
) -> None:
    course, partner = build.course(site, moodle_id=COURSE), build.course(build.site("Almaty"))
    teacher = enter(launches, launcher).person
    proposed = build.pairing([course, partner], proposed_by=teacher)
    learner = {names.ROLES: [f"{names.ROLE_VOCABULARY}membership#Learner"]}
    arrival = enter(launches, launcher, **learner)
    assert arrival.person.id == teacher.id
    assert arrival.scope.part is CourseRole.STUDENT
    assert arrival.landing == Landing(Place.SESSIONS, course.id)
    with sqlite_storage.read() as tx:
        assert tx.courses.role_in(teacher.id, course.id) is CourseRole.TEACHER
        switched = pairing_access(tx, arrival.person, proposed.id)
        assert (switched.teaching, len(switched.attending)) == ((), 1)
        assert len(pairing_access(tx, teacher, proposed.id).teaching) == 1


def test_a_role_switched_teacher_sees_no_proposal(
    launches: Launches, launcher: Launcher, build: Build, site: Site, sqlite_storage: Storage
) -> None:
    course, partner = build.course(site, moodle_id=COURSE), build.course(build.site("Almaty"))
    teacher = enter(launches, launcher).person
    proposed = build.pairing([course, partner], proposed_by=teacher, state=PairingState.PROPOSED)
    arrival = enter(launches, launcher, **{names.ROLES: ["Learner"]})
    with sqlite_storage.read() as tx, pytest.raises(NotFound):
        pairing_access(tx, arrival.person, proposed.id)


def test_a_student_who_is_made_teacher_becomes_one(
    launches: Launches, launcher: Launcher, build: Build, site: Site, sqlite_storage: Storage
) -> None:
    course = build.course(site, moodle_id=COURSE)
    student = enter(launches, launcher, "51-student").person
    enter(launches, launcher, "51-student", **{names.ROLES: ["Instructor"]})
    with sqlite_storage.read() as tx:
        assert tx.courses.role_in(student.id, course.id) is CourseRole.TEACHER


def test_the_courses_services_are_kept(
    launches: Launches, launcher: Launcher, build: Build, site: Site, sqlite_storage: Storage
) -> None:
    course = build.course(site, moodle_id=COURSE)
    enter(launches, launcher)
    enter(launches, launcher, **{names.ROSTER: None, names.GRADES: None})
    with sqlite_storage.read() as tx:
        (context,) = tx.lti_courses.contexts_of(course.id)
    assert context.roster_url is not None
    assert context.line_items_url is not None
    assert names.SCORE_SCOPE in context.grade_scopes


# Where to


@pytest.fixture
def paired(build: Build, site: Site) -> tuple[str, str, Person]:
    """Course 2 of Belgrade in an active pairing with Almaty; (course, pairing, who proposed it)."""
    mira = build.person("Mira Jovanović", site=site, moodle_user_id=5)
    course = build.course(site, moodle_id=COURSE)
    pairing = build.pairing([course, build.course(build.site("Almaty"))], proposed_by=mira)
    return course.id, pairing.id, mira


def test_a_teacher_of_an_unpaired_course_finds_a_partner_for_it(
    launches: Launches, launcher: Launcher
) -> None:
    arrival = enter(launches, launcher)
    assert arrival.landing == Landing(Place.FIND_PARTNER, arrival.scope.course_id)


def test_a_teacher_of_a_paired_course_sees_the_pairing(
    launches: Launches, launcher: Launcher, paired: tuple[str, str, Person]
) -> None:
    assert enter(launches, launcher).landing == Landing(Place.PAIRING, paired[1])


def test_a_pairing_under_way_comes_before_a_newer_proposal(
    *,
    launches: Launches,
    launcher: Launcher,
    paired: tuple[str, str, Person],
    build: Build,
    clock: SettableClock,
    sqlite_storage: Storage,
) -> None:
    with sqlite_storage.read() as tx:
        course = tx.courses.get(paired[0])
    assert course is not None
    clock.advance(days=1)
    partner = build.course(build.site("Shanghai"))
    build.pairing([course, partner], proposed_by=paired[2], state=PairingState.PROPOSED)
    assert enter(launches, launcher).landing == Landing(Place.PAIRING, paired[1])


@pytest.mark.parametrize(
    "state", [PairingState.COMPLETED, PairingState.DECLINED, PairingState.WITHDRAWN, PairingState.CANCELLED]
)
def test_a_pairing_that_is_over_leaves_the_course_unpaired(
    state: PairingState, launches: Launches, launcher: Launcher, build: Build, site: Site
) -> None:
    course = build.course(site, moodle_id=COURSE)
    build.pairing([course, build.course(build.site("Almaty"))], proposed_by=build.person(), state=state)
    assert enter(launches, launcher).landing == Landing(Place.FIND_PARTNER, course.id)


def test_a_course_that_declined_is_not_paired(
    launches: Launches, launcher: Launcher, build: Build, site: Site
) -> None:
    course, partner = build.course(site, moodle_id=COURSE), build.course(build.site("Almaty"))
    pairing = build.pairing([partner, course], proposed_by=build.person(), state=PairingState.DECLINED)
    assert pairing.courses[1].answer is Answer.DECLINED
    assert enter(launches, launcher).landing == Landing(Place.FIND_PARTNER, course.id)


def test_a_student_sees_the_sessions_of_exactly_that_course(
    launches: Launches, launcher: Launcher, paired: tuple[str, str, Person], sqlite_storage: Storage
) -> None:
    arrival = enter(launches, launcher, "51-student")
    assert arrival.landing == Landing(Place.SESSIONS, paired[0])
    with sqlite_storage.read() as tx:
        assert tx.courses.role_in(arrival.person.id, paired[0]) is CourseRole.STUDENT


def test_an_administrator_of_the_moodle_sees_its_readiness(
    launches: Launches,
    launcher: Launcher,
    site: Site,
    paired: tuple[str, str, Person],
    sqlite_storage: Storage,
) -> None:
    arrival = enter(launches, launcher, "51-admin")
    assert arrival.landing == Landing(Place.READINESS, site.id)
    assert arrival.scope.administers
    assert not arrival.person.roles, "an administrator of one Moodle is none of the consortium"
    with sqlite_storage.read() as tx:
        assert tx.courses.role_in(arrival.person.id, paired[0]) is None


def test_an_administrator_who_is_on_record_as_teacher_is_one(
    launches: Launches, launcher: Launcher, build: Build, site: Site
) -> None:
    teacher = build.person("Ana Petrović", site=site, moodle_user_id=2)
    course = build.course(site, moodle_id=COURSE, teachers=[teacher])
    assert enter(launches, launcher, "51-admin").landing == Landing(Place.FIND_PARTNER, course.id)


def test_the_invited_evaluation_lead_sees_the_pilots(
    launches: Launches, launcher: Launcher, build: Build, site: Site
) -> None:
    lead = build.person("Tomasz Zieliński", site=site, moodle_user_id=5, roles=[Role.EVALUATION_LEAD])
    arrival = enter(launches, launcher)
    assert arrival.person.id == lead.id
    assert arrival.landing == Landing(Place.PILOTS)


@pytest.mark.parametrize("roles", [[], ["Mentor"]])
def test_somebody_without_a_part_comes_home(
    roles: list[str],
    launches: Launches,
    launcher: Launcher,
    paired: tuple[str, str, Person],
    sqlite_storage: Storage,
) -> None:
    arrival = enter(launches, launcher, "51-student", **{names.ROLES: roles})
    assert arrival.landing == Landing(Place.HOME)
    with sqlite_storage.read() as tx:
        assert tx.courses.enrolments(arrival.person.id) == []


def test_the_picker_lands_on_the_choice(launches: Launches, launcher: Launcher) -> None:
    arrival = enter(launches, launcher, "51-LtiDeepLinkingRequest")
    assert arrival.landing == Landing(Place.PICK, arrival.scope.course_id)


@pytest.mark.parametrize(
    ("kind", "student", "teacher"),
    [
        (ResourceKind.SESSIONS, Place.SESSIONS, Place.PAIRING),
        (ResourceKind.NEXT, Place.NEXT_SESSION, Place.NEXT_SESSION),
        (ResourceKind.TEAM, Place.TEAM, Place.TEAM),
    ],
)
def test_a_placed_link_shows_what_it_was_placed_for_in_a_copied_course_too(
    *,
    kind: ResourceKind,
    student: Place,
    teacher: Place,
    launches: Launches,
    launcher: Launcher,
    paired: tuple[str, str, Person],
    build: Build,
    site: Site,
    sqlite_storage: Storage,
    clock: SettableClock,
) -> None:
    last_year = build.course(site, "Last year's run", moodle_id=77)
    with sqlite_storage.write() as tx:
        tx.lti_courses.insert_resource(
            Resource("abcdefghijklmnop", site.id, kind, last_year.id, paired[2].id, clock())
        )
    for recorded, place in (("51-student", student), ("51-teacher", teacher)):
        attempt = launcher.attempt(recorded)
        attempt.claims[names.CUSTOM]["coil_resource"] = "abcdefghijklmnop"
        landing = launches.enter(attempt.send()).landing
        assert landing.place is place
        assert landing.subject_id == (paired[1] if place is Place.PAIRING else paired[0])


def test_a_link_of_another_moodle_or_an_invented_one_shows_the_sessions(
    launches: Launches, launcher: Launcher, build: Build, sqlite_storage: Storage, clock: SettableClock
) -> None:
    almaty, aigerim = build.site("Almaty"), build.person("Aigerim Sadykova")
    theirs = Resource("theirs", almaty.id, ResourceKind.TEAM, build.course(almaty).id, aigerim.id, clock())
    with sqlite_storage.write() as tx:
        tx.lti_courses.insert_resource(theirs)
    for resource in ("theirs", "invented"):
        attempt = launcher.attempt("51-student")
        attempt.claims[names.CUSTOM]["coil_resource"] = resource
        assert launches.enter(attempt.send()).landing.place is Place.SESSIONS


def test_a_platform_whose_site_has_gone_lets_nobody_in(
    launches: Launches, launcher: Launcher, sqlite_storage: Storage
) -> None:
    message = launcher.attempt().send()
    orphan = replace(message, platform=replace(message.platform, site_id="gone"))
    with pytest.raises(NotFound):
        launches.enter(orphan)
    with reading(sqlite_storage._engine) as connection:
        assert connection.execute(select(person_table.c.id)).all() == []
