from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from coil_bridge.domain import CourseRole, Person, Role, Site
from coil_bridge.errors import Gone, InvalidInput, PartnerUnavailable, TooManyRequests
from coil_bridge.services.bundle import Services
from coil_bridge.storage.engine import reading
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tables import person, signin_token, task
from connectors.moodle.simulator import Course, Simulator, User
from tests.builders import Build, SettableClock
from tests.letterbox import Letterbox, text_of

LINK = re.compile(r"https://bridge\.example\.org/signin/([\w-]+)")


@dataclass
class Belgrade:
    """A Moodle in which Mira teaches one course, attends another, and helps to administer a third."""

    moodle: Simulator
    site: Site
    mira: User
    communication: Course
    statistics: Course
    services: Services
    clock: SettableClock

    def ask(self, login: str, language: str | None = None, *, site_id: str | None = "") -> None:
        """Ask for a link and let the worker do everything that is due."""
        self.services.signin.request(self.site.id if site_id == "" else site_id, login, language, "192.0.2.7")
        self.work()

    def work(self) -> None:
        now = self.clock()
        with self.services.storage.write() as tx:
            claimed = tx.tasks.claim("test", now, now + timedelta(minutes=1), limit=9, per_site=9)
        for each in claimed:
            self.services.signin.perform(each.payload)
            with self.services.storage.write() as tx:
                tx.tasks.finish(each.id, now)
        self.services.post.deliver_due()


@pytest.fixture
def belgrade(
    services: Services, build: Build, moodle: Callable[..., Simulator], clock: SettableClock
) -> Belgrade:
    there = moodle()
    world = there.world
    mira = world.add_user(
        "mira", "Mira", "Jovanović", email="Mira.J@ub.example", lang="sr_lt", timezone="Europe/Belgrade"
    )
    communication = world.add_course("IC-204", "Intercultural Communication")
    statistics = world.add_course("ST-101", "Statistics for Teachers")
    world.enrol(mira, communication, "editingteacher")
    world.enrol(mira, statistics, "student")
    site = build.site("Belgrade", url=there.url, token=there.token)
    return Belgrade(there, site, mira, communication, statistics, services, clock)


def link_in(text: str) -> str:
    found = LINK.search(text)
    assert found
    return found[1]


def parts(services: Services, who: Person) -> dict[str, CourseRole]:
    return {each.course.fullname: each.role for each in services.catalogue.own_courses(who)}


def test_a_teacher_gets_the_link_in_moodle_and_by_mail(
    belgrade: Belgrade, letterbox: Letterbox, clock: SettableClock
) -> None:
    belgrade.ask("Mira.J@ub.example")
    [mail] = letterbox.to("Mira.J@ub.example")
    [message] = belgrade.moodle.world.inbox(belgrade.mira)
    token = link_in(text_of(mail))
    assert link_in(message.text) == token
    mira = belgrade.services.signin.peek(token)
    assert (mira.name, mira.language, mira.zone) == ("Mira Jovanović", "sr_Latn", "Europe/Belgrade")
    assert parts(belgrade.services, mira) == {
        "Intercultural Communication": CourseRole.TEACHER,
        "Statistics for Teachers": CourseRole.STUDENT,
    }


@pytest.mark.parametrize("login", ["mira.j@ub.example", "mira", "MIRA"])
def test_address_in_lower_case_or_user_name(belgrade: Belgrade, letterbox: Letterbox, login: str) -> None:
    belgrade.mira.email = "mira.j@ub.example"
    belgrade.ask(login)
    assert len(letterbox.mails) == 1


def test_opening_the_link_changes_nothing_and_the_button_uses_it_up(
    belgrade: Belgrade, letterbox: Letterbox
) -> None:
    belgrade.ask("mira")
    token = link_in(text_of(letterbox.mails[0]))
    signin = belgrade.services.signin
    assert signin.peek(token) == signin.peek(token) == signin.consume(token)
    with pytest.raises(Gone):
        signin.consume(token)
    with pytest.raises(Gone):
        signin.peek(token)


def test_a_link_ends_with_its_time(belgrade: Belgrade, letterbox: Letterbox, clock: SettableClock) -> None:
    belgrade.ask("mira")
    token = link_in(text_of(letterbox.mails[0]))
    clock.advance(minutes=30)
    with pytest.raises(Gone):
        belgrade.services.signin.consume(token)


def test_only_a_hash_of_the_link_and_no_login_is_stored(belgrade: Belgrade, storage: Storage) -> None:
    belgrade.services.signin.request(belgrade.site.id, "mira.j@ub.example", None, "192.0.2.7")
    with reading(storage._engine) as connection:
        assert "mira" not in str(connection.execute(select(task.c.payload)).all())
    belgrade.work()
    message = belgrade.moodle.world.inbox(belgrade.mira)
    assert message == []  # the address is Mira.J@ub.example, and Moodle compares exactly
    belgrade.ask("Mira.J@ub.example")
    [message] = belgrade.moodle.world.inbox(belgrade.mira)
    with reading(storage._engine) as connection:
        stored = connection.execute(select(signin_token.c.token_hash)).scalars().all()
        assert connection.execute(select(task.c.payload)).scalars().all() == [{}, {}]
    assert link_in(message.text) not in stored
    assert len(stored) == 1


def test_strangers_guests_and_suspended_people_get_nothing(
    belgrade: Belgrade, storage: Storage, letterbox: Letterbox
) -> None:
    world = belgrade.moodle.world
    world.add_user("petar", "Petar", "Lazić")
    suspended = world.add_user("zoran", "Zoran", "Ilić", suspended=True)
    world.enrol(suspended, belgrade.communication, "student")
    left = world.add_user("jovana", "Jovana", "Simić")
    world.enrol(left, belgrade.communication, "student", suspended=True)
    manager = world.add_user("vera", "Vera", "Kostić")
    world.enrol(manager, belgrade.communication, "manager")
    for login in ("nobody@ub.example", "petar", "zoran", "jovana", "vera", "guest", "admin"):
        belgrade.ask(login)
    assert letterbox.mails == []
    assert world.messages == {}
    with reading(storage._engine) as connection:
        assert connection.execute(select(signin_token)).all() == []


def test_parts_in_courses_are_renewed_at_each_sign_in(
    belgrade: Belgrade, letterbox: Letterbox, clock: SettableClock
) -> None:
    belgrade.ask("mira")
    first = belgrade.services.signin.consume(link_in(text_of(letterbox.mails[-1])))
    world = belgrade.moodle.world
    world.unenrol(belgrade.mira, belgrade.statistics)
    world.enrol(belgrade.mira, world.add_course("LA-1", "Latin"), "teacher")
    clock.advance(days=1)
    belgrade.ask("mira")
    again = belgrade.services.signin.consume(link_in(text_of(letterbox.mails[-1])))
    assert again.id == first.id
    assert parts(belgrade.services, again) == {
        "Intercultural Communication": CourseRole.TEACHER,
        "Latin": CourseRole.TEACHER,
    }


def test_somebody_who_has_left_every_course_loses_the_old_parts_and_gets_no_link(
    belgrade: Belgrade, letterbox: Letterbox, clock: SettableClock
) -> None:
    belgrade.ask("mira")
    mira = belgrade.services.signin.consume(link_in(text_of(letterbox.mails[-1])))
    belgrade.moodle.world.unenrol(belgrade.mira, belgrade.communication)
    belgrade.moodle.world.unenrol(belgrade.mira, belgrade.statistics)
    belgrade.ask("mira")
    assert len(letterbox.mails) == 1
    assert parts(belgrade.services, mira) == {}


def test_a_student_whom_moodle_does_not_let_us_write_to_gets_the_mail(
    belgrade: Belgrade, letterbox: Letterbox
) -> None:
    world = belgrade.moodle.world
    world.service_user.capabilities.discard("moodle/site:messageanyuser")
    jelena = world.add_user("jelena", "Jelena", "Marković")
    world.enrol(jelena, belgrade.communication, "student")
    belgrade.ask("jelena")
    assert len(letterbox.to("jelena@example.org")) == 1
    assert world.inbox(jelena) == []
    with belgrade.services.storage.read() as tx:
        assert tx.deliveries.counts() == {"sent": 1, "refused": 1}


def test_one_course_that_the_service_may_not_enter_keeps_nobody_out(
    belgrade: Belgrade, letterbox: Letterbox
) -> None:
    belgrade.moodle.faults.error_in_200(
        "errorcoursecontextnotvalid", function="core_enrol_get_enrolled_users", times=1
    )
    belgrade.ask("mira")
    assert len(letterbox.mails) == 1


def test_a_moodle_that_is_down_is_an_error_to_be_tried_again(
    belgrade: Belgrade, letterbox: Letterbox, clock: SettableClock
) -> None:
    belgrade.services.signin.request(belgrade.site.id, "mira", None, "192.0.2.7")
    with belgrade.services.storage.write() as tx:
        [waiting] = tx.tasks.claim("test", clock(), clock() + timedelta(minutes=1), limit=9, per_site=9)
    belgrade.moodle.faults.down()
    with pytest.raises(PartnerUnavailable, match="UB Moodle"):
        belgrade.services.signin.perform(waiting.payload)
    belgrade.moodle.faults.clear()
    clock.advance(minutes=5)
    belgrade.services.signin.perform(waiting.payload)
    belgrade.services.post.deliver_due()
    assert len(letterbox.mails) == 1
    clock.advance(minutes=30)
    belgrade.services.signin.perform(waiting.payload)  # too late: nobody waits any more
    belgrade.services.post.deliver_due()
    assert len(letterbox.mails) == 1


def test_people_with_roles_sign_in_by_address_alone(
    belgrade: Belgrade, build: Build, letterbox: Letterbox
) -> None:
    ana = build.person("Ana Petrović", email="Ana@ub.example", roles=[Role.ADMINISTRATOR])
    belgrade.ask("ana@UB.example", site_id=None)
    token = link_in(text_of(letterbox.to("Ana@ub.example")[0]))
    assert belgrade.services.signin.consume(token) == ana
    with belgrade.services.storage.write() as tx:
        tx.people.set_roles(ana.id, [], belgrade.clock())
    belgrade.ask("ana@UB.example", site_id=None)
    assert len(letterbox.mails) == 1


def test_a_moodle_account_with_an_administrators_address_is_another_person(
    belgrade: Belgrade, build: Build, letterbox: Letterbox
) -> None:
    ana = build.person("Ana Petrović", email="ana@ub.example", roles=[Role.ADMINISTRATOR])
    impostor = belgrade.moodle.world.add_user("ana", "Ana", "Petrović", email="ana@ub.example")
    belgrade.moodle.world.enrol(impostor, belgrade.communication, "student")
    belgrade.ask("ana@ub.example")
    somebody = belgrade.services.signin.consume(link_in(belgrade.moodle.world.inbox(impostor)[0].text))
    assert somebody.id != ana.id
    assert somebody.roles == frozenset()


def test_asking_too_often_is_refused_alike_for_known_and_unknown(belgrade: Belgrade) -> None:
    for login in ("mira", "nobody"):
        for _ in range(5):
            belgrade.services.signin.request(belgrade.site.id, login, None, "192.0.2.7")
        with pytest.raises(TooManyRequests) as caught:
            belgrade.services.signin.request(belgrade.site.id, login.upper(), None, "192.0.2.8")
        assert caught.value.retry_after == 3600
    belgrade.clock.advance(hours=1, seconds=1)
    belgrade.services.signin.request(belgrade.site.id, "mira", None, "192.0.2.7")


def test_a_double_click_makes_one_link(belgrade: Belgrade, letterbox: Letterbox) -> None:
    belgrade.services.signin.request(belgrade.site.id, "mira", None, "192.0.2.7")
    belgrade.services.signin.request(belgrade.site.id, "mira", None, "192.0.2.7")
    belgrade.work()
    assert len(letterbox.mails) == 1


def test_a_site_that_is_not_offered_is_refused(belgrade: Belgrade, build: Build) -> None:
    belgrade.services.sites.pause(build.administrator(), belgrade.site.id)
    for site_id in (belgrade.site.id, "nowhere"):
        with pytest.raises(InvalidInput):
            belgrade.services.signin.request(site_id, "mira", None, "192.0.2.7")


def test_what_a_person_has_chosen_here_stays(belgrade: Belgrade, letterbox: Letterbox) -> None:
    belgrade.ask("mira")
    mira = belgrade.services.signin.consume(link_in(text_of(letterbox.mails[-1])))
    belgrade.services.people.preferences(mira, "en", "Asia/Almaty")
    belgrade.mira.email = "mira.new@ub.example"
    belgrade.ask("mira")
    [mail] = letterbox.to("mira.new@ub.example")
    assert mail["Subject"] == "Your sign-in link for COIL Bridge"
    again = belgrade.services.signin.consume(link_in(text_of(mail)))
    assert (again.language, again.zone) == ("en", "Asia/Almaty")


def test_a_link_can_be_handed_over_in_person(belgrade: Belgrade, build: Build, storage: Storage) -> None:
    ana = build.administrator()
    assert belgrade.services.signin.consume(link_in(belgrade.services.signin.link(ana.id))) == ana
    with reading(storage._engine) as connection:
        seen = connection.execute(select(person.c.last_seen_at).where(person.c.id == ana.id)).scalar_one()
    assert seen == belgrade.clock()
