"""Launches from a real Moodle's own pages, in Chromium: registration, picker, launches, hand-over, grades.

This writes into the Moodle (a tool, activities, a grade): name a copy of one. It must be allowed to fetch our
keys from this machine (HTTP security: no blocked hosts, no list of allowed ports).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from coil_bridge.domain import CoilPhase, Course, CourseRole, Model, Pairing, Person, Role, Site
from coil_bridge.lti.messages import VARIABLES
from coil_bridge.lti.tool_description import KEYS_PATH, LAUNCH_PATH, LOGIN_PATH
from coil_bridge.services.agreed.proposals import ProposalInput
from coil_bridge.services.agreed.session_plans import PlanInput
from coil_bridge.services.context import SYSTEM, system_clock
from coil_bridge.services.launching.lti_registry import ManualInput
from coil_bridge.services.meeting.joining import Standing
from coil_bridge.services.moodles.site_inputs import InstitutionInput, SiteInput
from scheduling.zones import to_local
from tests.functional.conftest import chromium  # noqa: F401 - the browser of the other browser tests
from tests.live.consortium import Partner, run_tasks, sign_in
from tests.live.lti_lab import (
    Account,
    Lab,
    People,
    Window,
    activate,
    configure_by_hand,
    lab,
    leftovers,
    log_in,
    offer_in_course,
    people,
    place,
    register,
    remove,
)

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]

Enter = Callable[..., Window]


@pytest.fixture(scope="module")
def accounts() -> People:
    found = people()
    if found is None:
        pytest.skip(
            "accounts of a Moodle to launch from are needed; tests/live/README.md says how to name them"
        )
    return found


@pytest.fixture(scope="module")
def running(
    accounts: People, partners: tuple[Partner, Partner], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    assert accounts
    with lab(tmp_path_factory.mktemp("lti"), partners[0].url) as started:
        yield started


@pytest.fixture(scope="module")
def sites(running: Lab, partners: tuple[Partner, Partner]) -> tuple[Site, Site]:
    services = running.services
    given = [("Belgrade", "RS", "Europe/Belgrade"), ("Almaty", "KZ", "Asia/Almaty")]
    first, second = (
        services.sites.add(
            SYSTEM,
            SiteInput(
                InstitutionInput(f"University of {city}", city, city, country, zone), each.url, each.token
            ),
        )
        for each, (city, country, zone) in zip(partners, given, strict=True)
    )
    for site in (first, second):
        services.catalogue.sync_site(site.id)
    return first, second


@pytest.fixture(scope="module")
def enter(chromium: Browser, running: Lab) -> Iterator[Enter]:  # noqa: F811 - the fixture of that name
    opened: list[Window] = []

    def one(account: Account, **options: object) -> Window:
        opened.append(log_in(chromium, running, account, **options))
        return opened[-1]

    yield one
    for each in opened:
        each.page.context.close()


@pytest.fixture(scope="module", autouse=True)
def tidied(course: Course, accounts: People, enter: Enter) -> Iterator[None]:
    """All that comes while the tests run goes afterwards: tools, activities, columns of grades."""
    before = leftovers(enter(accounts.administrator), course.moodle_id)
    yield
    window = enter(accounts.administrator)
    remove(window, course.moodle_id, leftovers(window, course.moodle_id) - before)
    assert leftovers(window, course.moodle_id) <= before


@pytest.fixture(scope="module")
def tool(running: Lab, sites: tuple[Site, Site], accounts: People, enter: Enter) -> int:
    """The tool, registered by the Moodle's administrator and activated; its number there."""
    registry = running.services.lti.registry
    administrator = enter(accounts.administrator)
    register(administrator, registry.invite(SYSTEM, sites[0].id).url)
    (found,) = registry.of_site(SYSTEM, sites[0].id)
    assert found.platform.pending
    activate(administrator)
    return int(found.deployments[0])


@pytest.fixture(scope="module")
def teacher(running: Lab, sites: tuple[Site, Site], partners: tuple[Partner, Partner]) -> Person:
    """The teacher, as known from a link that Moodle carried."""
    return sign_in(running.services, sites[0], partners[0].teacher)


@pytest.fixture(scope="module")
def student(running: Lab, sites: tuple[Site, Site], partners: tuple[Partner, Partner]) -> Person:
    return sign_in(running.services, sites[0], partners[0].student)


@pytest.fixture(scope="module")
def course(running: Lab, teacher: Person, student: Person) -> Course:
    """The course that the teacher and the student have in common, by web services."""
    services = running.services
    attended = {each.course.id for each in services.catalogue.own_courses(student)}
    taught = [each for each in services.catalogue.own_courses(teacher) if each.role is CourseRole.TEACHER]
    return next(each.course for each in taught if each.course.id in attended)


@pytest.fixture(scope="module")
def placed(course: Course, tool: int, accounts: People, enter: Enter) -> list[str]:
    """All three links, placed by the teacher from Moodle's picker; their names on the course page."""
    teacher = enter(accounts.teacher)
    offer_in_course(teacher, course.moodle_id, tool)
    place(teacher, course.moodle_id, tool, kinds=3)
    names = teacher.page.locator("li.modtype_lti a.aalink").all_inner_texts()
    return [name.splitlines()[0].strip() for name in names]


@pytest.fixture(scope="module")
def pairing(
    running: Lab, sites: tuple[Site, Site], course: Course, teacher: Person, partners: tuple[Partner, Partner]
) -> Pairing:
    """The course, paired with one of the second Moodle."""
    services = running.services
    other = sign_in(services, sites[1], partners[1].teacher)
    theirs = next(e.course for e in services.catalogue.own_courses(other) if e.role is CourseRole.TEACHER)
    today = system_clock().date()
    form = ProposalInput(
        course.id, (theirs.id,), Model.COIL, "en", today - timedelta(days=3), today + timedelta(days=90)
    )
    pairing = services.pairings.propose(teacher, form, "live-lti")
    services.pairings.accept(other, pairing.id)
    return services.pairings.start(teacher, pairing.id)


def course_page(window: Window, course: Course) -> Window:
    return window.go(f"/course/view.php?id={course.moodle_id}")


def test_three_links_are_placed_and_the_registration_is_in_use(
    placed: list[str], running: Lab, sites: tuple[Site, Site]
) -> None:
    assert len(placed) == 3, placed
    (found,) = running.services.lti.registry.of_site(SYSTEM, sites[0].id)
    assert not found.platform.pending


def test_a_teacher_of_an_unpaired_course_finds_a_partner_for_it(
    placed: list[str], course: Course, accounts: People, enter: Enter
) -> None:
    frame = course_page(enter(accounts.teacher), course).open(placed[0])
    assert f"/courses/find?own={course.id}" in frame.url


def test_a_student_sees_the_sessions_and_goes_on_in_a_tab(
    placed: list[str], course: Course, pairing: Pairing, accounts: People, enter: Enter
) -> None:
    student = course_page(enter(accounts.student, timezone_id="Asia/Shanghai"), course)
    frame = student.open(placed[0])
    assert frame.url.endswith(f"/courses/{course.id}/sessions")
    expect(frame.get_by_text(pairing.title).first).to_be_visible()
    with student.page.context.expect_page() as opening:
        frame.locator("form[data-new-tab] button").click()
    expect(opening.value.get_by_text(pairing.title).first).to_be_visible()
    assert opening.value.url.endswith(f"/courses/{course.id}/sessions")


def test_a_teacher_sees_the_pairing_and_as_a_learner_the_sessions(
    placed: list[str], course: Course, pairing: Pairing, accounts: People, enter: Enter
) -> None:
    window = course_page(enter(accounts.teacher), course)
    assert window.open(placed[0]).url.endswith(f"/pairings/{pairing.id}")
    sesskey = window.page.evaluate("M.cfg.sesskey")
    window.go(f"/course/switchrole.php?id={course.moodle_id}&switchrole=5&sesskey={sesskey}")
    frame = course_page(window, course).open(placed[0])
    assert frame.url.endswith(f"/courses/{course.id}/sessions")


def test_the_administrator_lands_on_the_readiness_and_checks_again(
    placed: list[str], course: Course, accounts: People, enter: Enter
) -> None:
    frame = course_page(enter(accounts.administrator), course).open(placed[0])
    assert "/readiness/" in frame.url
    expect(frame.get_by_role("heading", name="Is your Moodle ready?")).to_be_visible()
    expect(frame.get_by_text("People come from their courses")).to_be_visible()


@pytest.fixture(scope="module")
def attended(running: Lab, course: Course, pairing: Pairing, teacher: Person, student: Person) -> None:
    """A session that is over by now, which the student joined."""
    planned = to_local(system_clock() - timedelta(hours=2), "Europe/Belgrade")
    plan = PlanInput(
        title="Held",
        phase=CoilPhase.TEAM_BUILDING,
        starts_local=planned.replace(tzinfo=None, second=0, microsecond=0),
        zone="Europe/Belgrade",
        minutes=60,
        room_url="https://meet.example.org/held",
    )
    (session,) = running.at(-timedelta(hours=3)).sessions.plan(teacher, pairing.id, plan, "live-held")
    entry = running.at(-timedelta(minutes=110)).lti.joining.join(student, session.id)
    assert (entry.standing, entry.course_id) == (Standing.OPEN, course.id)


@pytest.mark.usefixtures("placed", "attended")
def test_participation_arrives_in_the_gradebook_once(
    running: Lab, pairing: Pairing, teacher: Person, accounts: People, enter: Enter
) -> None:
    """Sent twice within a second: Moodle answers 409 to the second, which gets a later time."""
    grades, course = running.services.lti.participation, _course_of(pairing, "Belgrade")
    for _ in range(2):
        grades.switch(teacher, pairing.id, course.id, on=True)
        run_tasks(running.services)
        (standing,) = grades.standing(teacher, pairing.id)
        assert (standing.graded, standing.grading and standing.grading.problem) == (1, None)
        grades.switch(teacher, pairing.id, course.id, on=False)  # and forget what was told
    page = enter(accounts.student).go(f"/grade/report/user/index.php?id={course.moodle_id}").page
    column = page.locator("tr").filter(has_text=re.compile("Joint sessions:|Zajednički susreti:"))
    expect(column).to_have_count(1)
    expect(column).to_contain_text("100.00")


def _course_of(pairing: Pairing, city: str) -> Course:
    return next(each.course for each in pairing.courses if each.course.institution.city == city)


@pytest.fixture
def lead(running: Lab, teacher: Person) -> Iterator[None]:
    """The teacher is the evaluation lead for a while."""
    for roles in ([Role.EVALUATION_LEAD], []):
        with running.services.storage.write() as tx:
            tx.people.set_roles(teacher.id, roles, system_clock())
        if roles:
            yield


@pytest.mark.usefixtures("lead")
def test_the_evaluation_lead_lands_on_the_pilots(
    placed: list[str], course: Course, accounts: People, enter: Enter
) -> None:
    assert course_page(enter(accounts.teacher), course).open(placed[0]).url.endswith("/pilots")


def test_by_hand_with_moodles_own_form(
    running: Lab, sites: tuple[Site, Site], course: Course, accounts: People, enter: Enter
) -> None:
    """What the console shows goes into Moodle's form; what Moodle then shows registers, and is launched."""
    registry, url = running.services.lti.registry, running.service_url
    values = {
        "Tool URL": f"{url}{LAUNCH_PATH}",
        "Public keyset": f"{url}{KEYS_PATH}",
        "Initiate login URL": f"{url}{LOGIN_PATH}",
        "Redirection URI(s)": f"{url}{LAUNCH_PATH}",
        "Content Selection URL": f"{url}{LAUNCH_PATH}",
        "Custom parameters": "\n".join(f"{name}={value}" for name, value in VARIABLES.items()),
    }
    shown = configure_by_hand(enter(accounts.administrator), values)
    given = ManualInput(
        issuer=shown["Platform ID"],
        client_id=shown["Client ID"],
        deployment_id=shown["Deployment ID"],
        jwks_url=shown["Public keyset URL"],
        token_url=shown["Access token URL"],
        login_url=shown["Authentication request URL"],
    )
    platform = registry.register_by_hand(SYSTEM, sites[0].id, given)
    window = enter(accounts.teacher)
    offer_in_course(window, course.moodle_id, int(given.deployment_id))
    place(window, course.moodle_id, int(given.deployment_id), kinds=1)
    assert platform.id not in {
        each.platform.id for each in registry.of_site(SYSTEM, sites[0].id) if each.platform.pending
    }
