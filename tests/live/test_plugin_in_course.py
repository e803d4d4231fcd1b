"""What people see of the plugin in a paired course of a real Moodle: the way to the sessions, and the block.

Needs what ``test_lti.py`` needs, and the plugin in the first of the two Moodles: see README.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Frame, expect

from coil_bridge.domain import CoilPhase, Course, Pairing, Person
from coil_bridge.services.agreed.session_plans import PlanInput
from coil_bridge.services.calendar.calendar_events import session_in
from coil_bridge.services.context import system_clock
from connectors.moodle.client import MoodleClient
from scheduling.zones import to_local
from tests.functional.conftest import chromium  # noqa: F401 - the browser of the other browser tests
from tests.live.lti_lab import Lab as Service
from tests.live.lti_lab import People, Window
from tests.live.plugin_lab import BEGIN, Lab, from_environment
from tests.live.test_lti import (  # noqa: F401 - a registered tool and a pairing, made the same way
    Enter,
    accounts,
    course,
    enter,
    pairing,
    running,
    sites,
    student,
    teacher,
    tool,
)

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]

# ruff: noqa: F811 - the fixtures of those names
_ADD_BLOCK = """
$page = new moodle_page();
$page->set_course(get_course(COURSE));
$page->set_pagelayout('course');
$page->set_pagetype('course-view-topics');
if (!$DB->record_exists('block_instances', ['blockname' => 'coilbridge'])) {
    $page->blocks->add_region('side-pre', false);
    $page->blocks->add_block('coilbridge', 'side-pre', 0, false, 'course-view-*');
}
"""
_REMOVE = """
require_once($CFG->dirroot . '/mod/lti/locallib.php');
require_once($CFG->dirroot . '/course/lib.php');
\\core\\session\\manager::set_user(get_admin());
$sql = "SELECT cm.id
          FROM {course_modules} cm
          JOIN {modules} m ON m.id = cm.module AND m.name = 'lti'
          JOIN {lti} l ON l.id = cm.instance AND l.typeid = TOOL";
foreach ($DB->get_fieldset_sql($sql) as $id) {
    course_delete_module($id);
}
lti_delete_type(TOOL);
\\local_coilbridge\\local\\pairings::replace([]);
"""


@pytest.fixture(scope="module")
def moodle(running: Service) -> Lab:
    found = from_environment()
    if found is None or found.url != running.moodle_url:
        pytest.skip("the plugin has to be in the first of the two Moodles")
    return found


@pytest.fixture(scope="module")
def planned(
    running: Service,
    pairing: Pairing,
    teacher: Person,
    course: Course,
    clients: tuple[MoodleClient, MoodleClient],
) -> Iterator[list[str]]:
    """When the sessions are that the Moodle's calendar shows: four, of which the second is called off.

    They are taken out again: another run would find them in the block. The second Moodle may have no plugin.
    """
    services = running.services
    day = to_local(system_clock(), "Europe/Belgrade").replace(tzinfo=None, second=0, microsecond=0)
    plan = PlanInput(
        "Meeting", CoilPhase.TEAM_BUILDING, day + timedelta(days=2), "Europe/Belgrade", 60, count=4
    )
    sessions = services.sessions.plan(teacher, pairing.id, plan, "live-in-course")
    services.calendars.moodles.keep_due()
    services.sessions.cancel(teacher, sessions[1].id, 1)
    services.calendars.moodles.keep_due()
    yield [f"{each.starts_at:%Y-%m-%dT%H:%M:%SZ}" for each in sessions]
    first, second = clients
    first.delete_events([f"{each.id}:{course.moodle_id}" for each in sessions])
    (other,) = (each.course for each in pairing.courses if each.course.id != course.id)
    there = second.calendar.since(other.moodle_id, system_clock())
    ours = [each.id for each in there if session_in(each.description, running.service_url)]
    second.delete_calendar_events(ours)


@pytest.fixture(scope="module", autouse=True)
def told(moodle: Lab, running: Service, course: Course, pairing: Pairing, tool: int) -> Iterator[None]:
    """The Moodle knows of the pairing and of the tool, and the course has the block; taken out again."""
    assert pairing
    moodle.configure(ltitype=str(tool), serviceurl=running.service_url, navigation="1")
    assert running.services.activity.told.tell(course.site_id) == 1
    moodle.run("-r", BEGIN + _ADD_BLOCK.replace("COURSE", str(course.moodle_id)))
    yield
    moodle.configure(ltitype="0", serviceurl="")
    moodle.run("-r", BEGIN + _REMOVE.replace("TOOL", str(tool)))


def test_a_student_sees_the_next_three_and_goes_to_all_of_them(
    planned: list[str], accounts: People, enter: Enter, course: Course, pairing: Pairing
) -> None:
    window = enter(accounts.student).go(f"/course/view.php?id={course.moodle_id}")
    shown = window.page.locator(".block_coilbridge time").evaluate_all(
        "all => all.map(each => each.dateTime)"
    )
    assert shown == [planned[0], planned[2], planned[3]]
    frame = through_the_navigation(window)
    assert frame.url.endswith(f"/courses/{course.id}/sessions")
    expect(frame.get_by_text(pairing.title).first).to_be_visible()


def test_a_teacher_goes_to_the_pairing(
    accounts: People, enter: Enter, course: Course, pairing: Pairing
) -> None:
    window = enter(accounts.teacher).go(f"/course/view.php?id={course.moodle_id}")
    assert through_the_navigation(window).url.endswith(f"/pairings/{pairing.id}")


def through_the_navigation(window: Window) -> Frame:
    """The service's frame behind "Joint sessions" in the navigation of the course that is open."""
    link = window.page.locator(".secondary-navigation a[href*='/local/coilbridge/sessions.php']").first
    # By its address: it may stand under "More", and Moodle's tours lie over whatever could be pressed.
    window.page.goto(link.get_attribute("href") or "", wait_until="domcontentloaded")
    assert "/mod/lti/view.php" in window.page.url
    return window.frame()
