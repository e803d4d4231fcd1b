from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from coil_bridge.domain import CourseRole, SiteState
from coil_bridge.errors import NotFound, PartnerUnavailable
from coil_bridge.services.bundle import Services
from coil_bridge.services.moodles.catalogue import PAGE_SIZE, SyncReport
from coil_bridge.storage.storage import Storage
from connectors.moodle.simulator import Simulator
from tests.builders import START, Build, SettableClock


def test_a_catalogue_is_read_with_days_on_the_institutions_calendar(
    services: Services, build: Build, moodle: Callable[..., Simulator], clock: SettableClock
) -> None:
    there = moodle()
    site = build.site("Almaty", url=there.url, token=there.token)
    there.world.add_course(
        "EN-7",
        "English &amp; Negotiation",
        summary="<p>Say <b>no</b>, politely.</p>",
        starts=datetime(2026, 8, 31, 19, 0, tzinfo=UTC),  # midnight of 1 September in Almaty
        lang="en",
    )
    there.world.service_user.capabilities.add("moodle/course:viewhiddencourses")
    hidden = there.world.add_course("X", "Not yet", visible=False)
    report = services.catalogue.sync_site(site.id)
    assert report == SyncReport(read=2, stored=2, gone=0)
    page = services.catalogue.search(build.person("Mira Jovanović"))
    assert [course.shortname for course in page.items] == ["EN-7"]
    course = page.items[0]
    assert course.starts_on == date(2026, 9, 1)
    assert course.summary == "Say no, politely."
    assert course.url == f"{there.url}/course/view.php?id={course.moodle_id}"
    assert services.sites.get(site.id).courses_synced_at == clock()
    hidden.visible = True
    services.catalogue.sync_site(site.id)
    assert services.catalogue.search(build.person("Mira Jovanović")).total == 2


def test_a_course_that_has_left_moodle_is_gone_and_keeps_its_identity_when_it_comes_back(
    services: Services, build: Build, moodle: Callable[..., Simulator], storage: Storage
) -> None:
    there = moodle()
    site = build.site("Almaty", url=there.url, token=there.token)
    staying = there.world.add_course("EN-7", "Negotiation")
    leaving = there.world.add_course("EN-8", "Mediation")
    services.catalogue.sync_site(site.id)
    with storage.read() as tx:
        before = tx.courses.of_site(site.id)
    del there.world.courses[leaving.id]
    assert services.catalogue.sync_site(site.id) == SyncReport(read=1, stored=1, gone=1)
    assert services.catalogue.sync_site(site.id) == SyncReport(read=1, stored=1, gone=0)
    mira = build.person("Mira Jovanović")
    assert [course.moodle_id for course in services.catalogue.search(mira).items] == [staying.id]
    there.world.courses[leaving.id] = leaving
    services.catalogue.sync_site(site.id)
    with storage.read() as tx:
        assert tx.courses.of_site(site.id) == before
        assert tx.courses.count_present(site.id) == 2


def test_a_moodle_that_shows_nothing_at_all_is_not_believed(
    services: Services, build: Build, moodle: Callable[..., Simulator]
) -> None:
    there = moodle()
    site = build.site("Almaty", url=there.url, token=there.token)
    course = there.world.add_course("EN-7", "Negotiation")
    services.catalogue.sync_site(site.id)
    del there.world.courses[course.id]
    assert services.catalogue.sync_site(site.id) == SyncReport(read=0, stored=0, gone=0)
    assert services.catalogue.search(build.person("Mira Jovanović")).total == 1


def test_search_ignores_case_and_accents_and_shows_only_what_can_be_paired(
    services: Services, build: Build
) -> None:
    mira = build.person("Mira Jovanović")
    site, paused = build.site("Belgrade"), build.site("Shanghai", state=SiteState.PAUSED)
    found = build.course(site, "Učenje đaka i KOMUNIKACIJA", language="sr_lt")
    home = build.site("Kraków")
    build.course(home, "Komunikacija, moja", teachers=[mira])
    build.course(home, "Komunikacija, koleginica")  # of the own university: cannot be paired with
    build.course(site, "Komunikacija, skrivena", visible=False)
    build.course(site, "Komunikacija, prošla", gone_at=START)
    build.course(paused, "Komunikacija u Šangaju")
    other = build.course(build.site("Almaty"), "100% Communication_", language="en_us")

    def search(text: str, **where: str) -> list[str]:
        return [course.id for course in services.catalogue.search(mira, text, **where).items]  # type: ignore[arg-type]  # keywords only

    assert search("komunikacija UCENJE daka") == [found.id]
    assert search("") == [other.id, found.id]
    assert search("0% comm") == [other.id]
    assert search("communication_") == [other.id]
    assert search("communicationX") == []
    assert search("", institution_id=site.institution.id) == [found.id]
    assert search("", language="en") == [other.id]
    assert services.catalogue.languages() == ["en_us", "sr_lt"]
    assert {each.city for each in services.catalogue.institutions(mira)} == {"Belgrade", "Almaty"}


def test_somebody_of_two_universities_finds_the_courses_of_both(services: Services, build: Build) -> None:
    mira = build.person("Mira Jovanović")
    for city in ("Belgrade", "Almaty"):
        site = build.site(city)
        build.course(site, f"Taught in {city}", teachers=[mira])
        build.course(site, f"Another in {city}")
    found = services.catalogue.search(mira).items
    assert {course.fullname for course in found} == {"Another in Almaty", "Another in Belgrade"}
    assert len(services.catalogue.institutions(mira)) == 2


def test_a_long_list_comes_in_pages_without_gaps(services: Services, build: Build) -> None:
    mira, site = build.person("Mira Jovanović"), build.site()
    made = {build.course(site, "Seminar").id for _ in range(PAGE_SIZE + 3)}
    first, second = (services.catalogue.search(mira, "seminar", page=number) for number in (1, 2))
    assert (first.total, first.pages, len(first.items), len(second.items)) == (PAGE_SIZE + 3, 2, PAGE_SIZE, 3)
    assert {course.id for course in first.items + second.items} == made
    assert services.catalogue.search(mira, page=-1).number == 1


def test_a_hostile_name_of_a_course_is_cut_and_cleaned(
    services: Services, build: Build, moodle: Callable[..., Simulator]
) -> None:
    there = moodle()
    site = build.site("Almaty", url=there.url, token=there.token)
    there.world.add_course("EN-7", "Nego\x01tiation " + "x" * 5000)
    services.catalogue.sync_site(site.id)
    [course] = services.catalogue.search(build.person("Mira Jovanović")).items
    assert course.fullname.startswith("Nego tiation xxx")
    assert len(course.fullname) == 1333


def test_who_may_open_a_course(services: Services, build: Build) -> None:
    site = build.site()
    mira, petar = build.person("Mira Jovanović"), build.person("Petar Lazić")
    hidden = build.course(site, visible=False, teachers=[mira])
    for somebody in (mira, build.lead(), build.administrator()):
        assert services.catalogue.course(somebody, hidden.id) == hidden
    for course_id in (hidden.id, "nothing"):
        with pytest.raises(NotFound):
            services.catalogue.course(petar, course_id)
    shown = build.course(site)
    assert services.catalogue.course(petar, shown.id) == shown


def test_teachers_are_stored_as_persons_and_an_empty_answer_is_not_believed(
    services: Services, build: Build, moodle: Callable[..., Simulator]
) -> None:
    there = moodle()
    site = build.site("Almaty", url=there.url, token=there.token)
    negotiation = there.world.add_course("EN-7", "Negotiation")
    aigerim = there.world.add_user("aigerim", "Aigerim", "Sadykova")
    there.world.enrol(aigerim, negotiation, "editingteacher")
    there.world.enrol(there.world.add_user("dana", "Dana", "Akhmetova"), negotiation, "student")
    services.catalogue.sync_site(site.id)
    course = services.catalogue.search(build.person("Mira Jovanović")).items[0]
    [teacher] = services.catalogue.sync_teachers(course.id)
    assert (teacher.name, teacher.email) == ("Aigerim Sadykova", "aigerim@example.org")
    assert [each.role for each in services.catalogue.own_courses(teacher)] == [CourseRole.TEACHER]
    there.world.unenrol(aigerim, negotiation)
    there.world.enrol(there.world.add_user("timur", "Timur", "Ospanov"), negotiation, "teacher")
    [other] = services.catalogue.sync_teachers(course.id)
    assert other.name == "Timur Ospanov"
    there.world.enrolments.clear()
    assert services.catalogue.sync_teachers(course.id) == [other]


def test_a_student_who_has_left_the_course_loses_the_part_in_it(
    services: Services, build: Build, moodle: Callable[..., Simulator], storage: Storage
) -> None:
    there = moodle()
    site = build.site("Almaty", url=there.url, token=there.token)
    negotiation = there.world.add_course("EN-7", "Negotiation")
    accounts = [there.world.add_user(name, name, "Akhmetova") for name in ("dana", "saule")]
    for account in accounts:
        there.world.enrol(account, negotiation, "student")
    dana, saule = (build.person(each.username, site=site, moodle_user_id=each.id) for each in accounts)
    course = build.course(site, moodle_id=negotiation.id, students=[dana, saule])

    def students() -> list[str]:
        services.catalogue.sync_teachers(course.id)
        with storage.read() as tx:
            return [person.id for person in tx.courses.people(course.id, CourseRole.STUDENT)]

    assert set(students()) == {dana.id, saule.id}
    there.world.unenrol(accounts[0], negotiation)
    assert students() == [saule.id]
    there.world.unenrol(accounts[1], negotiation)  # nobody at all: more likely a permission that was lost
    assert students() == [saule.id]


def test_refreshing_twice_queues_once_and_only_for_ones_own_site(
    services: Services, build: Build, storage: Storage
) -> None:
    mira, site = build.person("Mira Jovanović"), build.site()
    build.course(site, teachers=[mira])
    assert services.catalogue.refresh(mira, site.id) is True
    assert services.catalogue.refresh(mira, site.id) is False
    for site_id in (build.site("Almaty").id, "nowhere"):
        with pytest.raises(NotFound):
            services.catalogue.refresh(mira, site_id)
    with storage.write() as tx:
        [work] = tx.tasks.claim("test", START, START + timedelta(minutes=1), limit=9, per_site=2)
    assert (work.kind, work.payload) == ("sync_site", {"site_id": site.id})


def test_the_background_jobs_queue_what_is_worth_reading(
    services: Services, build: Build, storage: Storage
) -> None:
    mira = build.person("Mira Jovanović")
    belgrade, almaty = build.site("Belgrade"), build.site("Almaty")
    build.site("Shanghai", state=SiteState.PAUSED)
    paired = [build.course(belgrade, teachers=[mira]), build.course(almaty)]
    build.course(belgrade, "Alone")
    build.pairing(paired, proposed_by=mira)
    services.catalogue.queue_all()
    services.catalogue.queue_teachers()
    services.catalogue.queue_teachers()
    with storage.write() as tx:
        work = tx.tasks.claim("test", START, START + timedelta(minutes=1), limit=9, per_site=9)
    assert sorted(each.payload["site_id"] for each in work if each.kind == "sync_site") == sorted(
        [belgrade.id, almaty.id]
    )
    assert sorted(each.payload["course_id"] for each in work if each.kind == "sync_teachers") == sorted(
        course.id for course in paired
    )


def test_a_dead_partner_is_named_and_changes_nothing(
    services: Services, build: Build, moodle: Callable[..., Simulator]
) -> None:
    there = moodle()
    site = build.site("Almaty", url=there.url, token=there.token)
    course = build.course(site)
    there.faults.half_json()
    with pytest.raises(PartnerUnavailable, match="AIL Moodle"):
        services.catalogue.sync_site(site.id)
    assert services.catalogue.search(build.person("Mira Jovanović")).items == (course,)
