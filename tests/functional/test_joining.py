"""From a frame in Moodle into the room, and through Moodle's picker, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from coil_bridge.demo.running import Consortium
from scheduling.zones import to_local

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

COURSE = "Sustainable Cities"
TEACHER, STUDENT = "marija.petrovic", "nikola.jovanovic"

InMoodle = Callable[..., Page]


@pytest.fixture
def in_moodle(chromium: Browser, running: Consortium) -> Iterator[InMoodle]:
    """Somebody of Belgrade on the course page there; options go to the browser window."""
    moodle = running.partners["belgrade"].moodle.url
    opened: list[BrowserContext] = []

    def enter(username: str, **options: bool) -> Page:
        context = chromium.new_context(locale="en-GB", timezone_id="Europe/Belgrade", **options)
        context.set_default_timeout(15_000)
        opened.append(context)
        page = context.new_page()
        page.goto(f"{moodle}/login/index.php?username={username}")
        page.get_by_role("link", name=COURSE).first.click()
        return page

    yield enter
    for context in opened:
        context.close()


def framed(page: Page, link: str) -> FrameLocator:
    page.get_by_role("link", name=link, exact=True).click()
    return page.frame_locator("#contentframe")


@pytest.fixture(scope="module")
def _planned(chromium: Browser, running: Consortium) -> None:
    """A session that starts in five minutes, planned by the teacher in Moodle's frame."""
    context = chromium.new_context(locale="en-GB", timezone_id="Europe/Belgrade")
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(f"{running.partners['belgrade'].moodle.url}/login/index.php?username={TEACHER}")
    page.get_by_role("link", name=COURSE).first.click()
    frame = framed(page, "Joint sessions")
    paired = frame.get_by_role("region", name="Cities that work")  # the course is in another pairing, too
    paired.get_by_role("link", name="Plan a session").click()
    starts = to_local(datetime.now(UTC) + timedelta(minutes=5), "Europe/Belgrade")
    frame.get_by_label("Title").fill("On in a moment")
    frame.get_by_label("Day and time").fill(starts.strftime("%Y-%m-%dT%H:%M"))
    frame.get_by_label("Whose clock this is").select_option("Europe/Belgrade")
    frame.get_by_label("Link to the room").fill(running.front_url)
    frame.get_by_role("button", name="Plan it").click()
    expect(frame.get_by_text("The session is planned.")).to_be_visible()
    context.close()


@pytest.mark.usefixtures("_planned")
def test_one_press_in_the_frame_opens_the_room_in_a_window(in_moodle: InMoodle, running: Consortium) -> None:
    page = in_moodle(STUDENT)
    frame = framed(page, "Next session: join")
    expect(frame.get_by_role("heading", level=1)).to_have_text("On in a moment")
    with page.context.expect_page() as opening:
        frame.get_by_role("link", name="Open the room").click()
    room = opening.value
    room.wait_for_url(f"{running.front_url}/**")
    assert room.evaluate("window.opener") is None
    assert room.evaluate("document.referrer") == ""
    expect(frame.get_by_role("heading", level=1)).to_have_text("On in a moment")  # the frame stays


@pytest.mark.usefixtures("_planned")
def test_without_javascript_it_takes_two(in_moodle: InMoodle, running: Consortium) -> None:
    """Moodle's own pages need scripts to launch, so its form is submitted by the button that it shows."""
    page = in_moodle(STUDENT)
    frame = framed(page, "Next session: join")
    expect(frame.get_by_role("link", name="Open the room")).to_be_visible()
    address = frame.get_by_role("link", name="Open the room").get_attribute("href")
    inside = next(each for each in page.frames if "/next" in each.url)
    inside.wait_for_load_state("load")  # its links are there before its stylesheets are
    inside.goto(f"{running.service_url}{address}")  # what the link does where no script takes it
    expect(frame.get_by_text("You are noted as coming in.")).to_be_visible()
    with page.context.expect_page() as opening:
        frame.get_by_role("link", name="Go into the room").click()
    opening.value.wait_for_url(f"{running.front_url}/**")


@pytest.mark.usefixtures("_planned")
def test_the_compact_page_fits_a_small_frame(in_moodle: InMoodle) -> None:
    page = in_moodle(STUDENT)
    page.set_viewport_size({"width": 360, "height": 640})
    frame = framed(page, "Next session: join")
    expect(frame.get_by_role("link", name="Open the room")).to_be_visible()
    inside = next(each for each in page.frames if "/next" in each.url)
    inside.wait_for_load_state("load")  # its links are there before its stylesheets are
    width, scroll, height = inside.evaluate(
        "[innerWidth, document.documentElement.scrollWidth, document.querySelector('.next').offsetHeight]"
    )
    assert scroll <= width
    assert height < 400


def test_the_picker_places_links_and_goes_back_by_itself(in_moodle: InMoodle) -> None:
    page = in_moodle(TEACHER)
    page.get_by_role("link", name="Add ").first.click()
    page.get_by_role("link", name="Select content").click()
    picker = page.frame_locator("#contentframe")
    expect(picker.get_by_role("heading", name="What shall stand in your course?")).to_be_visible()
    picker.get_by_role("checkbox", name="Our COIL team").check()
    picker.get_by_role("checkbox", name="Joint sessions").uncheck()
    picker.get_by_role("button", name="Place in the course").click()
    page.wait_for_url("**/course/view.php?**")
    frame = framed(page, "Our COIL team")
    expect(frame.get_by_text("Students are not listed here.")).to_be_visible()
    expect(frame.get_by_text("Marija Petrović").first).to_be_visible()
