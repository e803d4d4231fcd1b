"""People come from the course page of their Moodle, in real browser windows, without signing in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Request, expect

from coil_bridge.demo.course_pages import WINDOW_LINK
from coil_bridge.demo.running import Consortium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PAIRED, UNPAIRED = "Sustainable Cities", "Intercultural Communication"
SESSION = "Project studio"
POST_AGAIN = """([address, fields]) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  for (const [name, value] of fields) {
    const input = document.createElement("input");
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}"""

InMoodle = Callable[[str, str], Page]


@pytest.fixture
def in_moodle(chromium: Browser, running: Consortium) -> Iterator[InMoodle]:
    """Somebody of Belgrade on a course page there, in a fresh browser that never saw the service."""
    moodle = running.partners["belgrade"].moodle.url
    opened: list[BrowserContext] = []

    def enter(username: str, course: str) -> Page:
        context = chromium.new_context(locale="en-GB", timezone_id="Europe/Belgrade")
        context.set_default_timeout(15_000)
        opened.append(context)
        page = context.new_page()
        page.goto(f"{moodle}/login/index.php?username={username}")
        page.get_by_role("link", name=course).first.click()
        return page

    yield enter
    for context in opened:
        context.close()


def embedded(page: Page, link: str = "Joint sessions") -> FrameLocator:
    """Open an activity whose tool is shown in a frame of Moodle's page."""
    page.get_by_role("link", name=link, exact=True).click()
    return page.frame_locator("#contentframe")


def test_a_teacher_sees_the_joint_sessions_in_the_frame(in_moodle: InMoodle, running: Consortium) -> None:
    page = in_moodle("marija.petrovic", PAIRED)
    frame = embedded(page)
    expect(frame.get_by_text(SESSION).first).to_be_visible()
    expect(frame.get_by_role("link", name="Plan a session").first).to_be_visible()
    assert page.url.startswith(running.partners["belgrade"].moodle.url)


def test_and_in_a_window_of_its_own(in_moodle: InMoodle, running: Consortium) -> None:
    page = in_moodle("marija.petrovic", PAIRED)
    with page.context.expect_page() as opening:
        page.get_by_role("link", name=WINDOW_LINK).click()
    window = opening.value
    expect(window.get_by_text(SESSION).first).to_be_visible()
    assert window.url.startswith(running.service_url)


def test_the_next_session_fits_a_frame_of_the_course(in_moodle: InMoodle) -> None:
    frame = embedded(in_moodle("marija.petrovic", PAIRED), "Next session: join")
    expect(frame.get_by_role("link", name="All joint sessions")).to_be_visible()
    expect(frame.get_by_role("heading", level=1)).to_have_text(re.compile("Comparing|Project|Final"))


def test_a_student_sees_the_sessions_of_exactly_that_course(in_moodle: InMoodle) -> None:
    with_sessions = embedded(in_moodle("nikola.jovanovic", PAIRED))
    expect(with_sessions.get_by_role("heading", name="Joint sessions")).to_be_visible()
    expect(with_sessions.get_by_text(SESSION).first).to_be_visible()
    expect(with_sessions.get_by_role("link", name="Plan a session")).to_have_count(0)
    without = embedded(in_moodle("nikola.jovanovic", UNPAIRED))
    expect(without.get_by_text("Nothing is planned for this course yet")).to_be_visible()
    expect(without.get_by_text(SESSION)).to_have_count(0)


def test_a_replayed_launch_is_refused_with_a_reference_number(
    in_moodle: InMoodle, running: Consortium
) -> None:
    page = in_moodle("marija.petrovic", PAIRED)
    address = f"{running.service_url}/lti/launch"
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.url == address else None)
    expect(embedded(page).get_by_text(SESSION).first).to_be_visible()
    (launch,) = sent
    fields = parse_qsl(launch.post_data or "")
    assert {"id_token", "state"} <= dict(fields).keys()
    with page.expect_response(address) as answering:
        page.evaluate(POST_AGAIN, [address, fields])
    assert answering.value.status == 400
    expect(page.get_by_role("heading", name="COIL Bridge was not opened")).to_be_visible()
    expect(page.get_by_text("Reference number").first).to_have_text(
        re.compile(r"Reference number: \w{4}-\w{4}")
    )
