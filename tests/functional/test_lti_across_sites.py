"""The service is another site than the Moodles, as in production: frames, their cookies, and ways out.

To a browser "localhost" and "127.0.0.1" are two sites, so what the service keeps in a frame of a Moodle are
third-party cookies. Chromium is told to block them, or to keep none at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, FrameLocator, Page, expect

from coil_bridge.demo.consortium import ADMINISTRATOR
from coil_bridge.demo.running import Consortium, consortium
from scheduling.zones import to_instant, to_local
from tests.functional.conftest import FLAGS, chromium_path, free_ports
from tests.functional.visitors import enter_by_door

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

BLOCKED: Mapping[str, Any] = {"profile": {"cookie_controls_mode": 1, "block_third_party_cookies": True}}
COURSES = {"belgrade": "Sustainable Cities", "almaty": "Urban Studies of Central Asia"}
TEACHER = "marija.petrovic"
SESSION = "Project studio"

InMoodle = Callable[..., Page]


@pytest.fixture(scope="module")
def running() -> Iterator[Consortium]:
    """The demo with its service on localhost."""
    with consortium(free_ports(), lambda _: None, service_host="localhost") as started:
        yield started


def no_cookies_in_frames(running: Consortium) -> Mapping[str, Any]:
    """Preferences with which no frame of a Moodle keeps a cookie of the service: strict browsers."""
    moodles = (partner.moodle.url for partner in running.partners.values())
    exceptions = {f"{running.service_url},{moodle}": {"setting": 2} for moodle in moodles}
    return {"profile": {"content_settings": {"exceptions": {"cookies": exceptions}}}}


@pytest.fixture
def in_moodle(chromium: Browser, running: Consortium, tmp_path: Path) -> Iterator[InMoodle]:
    """Somebody on a course page, in a fresh browser; with ``preferences`` in one that was set up so."""
    with ExitStack() as opened:

        def enter(
            username: str,
            course: str,
            *,
            partner: str = "belgrade",
            zone: str = "Europe/Belgrade",
            preferences: Mapping[str, Any] | None = None,
        ) -> Page:
            options: dict[str, Any] = {"locale": "en-GB", "timezone_id": zone}
            context = (
                chromium.new_context(**options)
                if preferences is None
                else set_up(chromium, tmp_path / username, preferences, **options)
            )
            opened.callback(context.close)
            context.set_default_timeout(15_000)
            page = context.new_page()
            page.goto(f"{running.partners[partner].moodle.url}/login/index.php?username={username}")
            page.get_by_role("link", name=course).first.click()
            return page

        yield enter


def set_up(chromium: Browser, folder: Path, preferences: Mapping[str, Any], **options: Any) -> BrowserContext:
    """A browser of its own, whose preferences are as a person would have set them."""
    (folder / "Default").mkdir(parents=True)
    (folder / "Default" / "Preferences").write_text(json.dumps(preferences))
    return chromium.browser_type.launch_persistent_context(
        folder, executable_path=chromium_path(), args=FLAGS, **options
    )


def framed(page: Page, link: str = "Joint sessions") -> FrameLocator:
    """Open an activity whose tool is shown in a frame of Moodle's page."""
    page.get_by_role("link", name=link, exact=True).first.click()
    return page.frame_locator("#contentframe")


def inside(page: Page, running: Consortium) -> Frame:
    """The service's own frame."""
    return next(each for each in page.frames if each.url.startswith(running.service_url))


def test_with_third_party_cookies_blocked_everything_works_in_the_frame(
    in_moodle: InMoodle, running: Consortium
) -> None:
    page = in_moodle(TEACHER, COURSES["belgrade"], preferences=BLOCKED)
    frame = framed(page)
    expect(frame.get_by_text(SESSION).first).to_be_visible()
    frame.get_by_role("link", name="Plan a session").first.click()
    expect(frame.get_by_label("Day and time")).to_be_visible()  # the second page knows who it is, too
    ours = inside(page, running)
    ours.evaluate("document.cookie = 'unpartitioned=1; SameSite=None; Secure'")
    assert "unpartitioned" not in ours.evaluate("document.cookie"), "nothing was blocked"


def test_a_frame_that_keeps_no_cookies_offers_the_window_before_anything_else(
    in_moodle: InMoodle, running: Consortium
) -> None:
    page = in_moodle(TEACHER, COURSES["belgrade"], preferences=no_cookies_in_frames(running))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    frame = framed(page)
    expect(frame.get_by_role("heading", name="COIL Bridge opens in a new window")).to_be_visible()
    assert not [url for url in asked if "/mod/lti/auth.php" in url]  # a launch works once: it is not spent
    with page.context.expect_page() as opening:
        frame.get_by_role("link", name="Open in a new window").click()
    expect(opening.value.get_by_text(SESSION).first).to_be_visible()
    assert opening.value.url.startswith(running.service_url)


def test_from_the_frame_into_a_tab_of_its_own_and_only_once(in_moodle: InMoodle, running: Consortium) -> None:
    page = in_moodle(TEACHER, COURSES["belgrade"], preferences=BLOCKED)
    frame = framed(page)
    expect(frame.get_by_text(SESSION).first).to_be_visible()
    addresses: list[str] = []
    page.context.on("request", lambda request: addresses.append(request.url))
    with page.context.expect_page() as opening:
        frame.get_by_role("button", name="Open in a tab").click()
    tab = opening.value
    expect(tab.get_by_role("link", name="Plan a session").first).to_be_visible()
    assert tab.url.startswith(running.service_url)
    (used,) = {url for url in addresses if "/lti/open/" in url}
    again = page.context.new_page()
    again.goto(used)
    again.get_by_role("button", name="Yes, that was me").click()
    expect(again.get_by_role("heading", name="This link is no longer valid")).to_be_visible()


def test_several_links_are_placed_at_once(in_moodle: InMoodle) -> None:
    page = in_moodle(TEACHER, COURSES["belgrade"])
    names = ("Joint sessions", "Next session: join", "Our COIL team")
    before = [page.get_by_role("link", name=name, exact=True).count() for name in names]
    page.get_by_role("link", name="Add ").first.click()
    page.get_by_role("link", name="Select content").click()
    picker = page.frame_locator("#contentframe")
    for name in names:
        picker.get_by_role("checkbox", name=name).check()
    picker.get_by_role("button", name="Place in the course").click()
    page.wait_for_url("**/course/view.php?**")
    after = [page.get_by_role("link", name=name, exact=True).count() for name in names]
    assert after == [count + 1 for count in before]
    expect(framed(page, "Our COIL team").get_by_text("Students are not listed here.")).to_be_visible()


def test_a_moodle_is_registered_from_the_consoles_pages(
    chromium: Browser, running: Consortium, in_moodle: InMoodle
) -> None:
    ivana = enter_by_door(chromium, running, "administrator")
    ivana.go("/console/sites").press("Alatau Moodle").press("Create a registration address")
    expect(ivana.page.get_by_text("It works once, for 7 days")).to_be_visible()
    address = ivana.page.get_by_label("Give this to the administrator").input_value()

    page = in_moodle(ADMINISTRATOR, "Site administration", partner="almaty")
    page.get_by_label("Tool URL").fill(address)
    page.get_by_role("button", name="Add LTI Advantage").click()
    frame = page.frame_locator("#contentframe")
    frame.get_by_role("link", name="Register as a new external tool").click()  # the demo has one already
    frame.get_by_role("button", name="Register COIL Bridge").click()
    expect(frame.get_by_text("Press “Activate” on the COIL Bridge card")).to_be_visible()
    frame.get_by_role("button", name="Close and go to Activate").click()
    card = page.get_by_role("listitem").filter(has_text="Pending")
    expect(card).to_have_count(1)

    ivana.press("Back to the site")
    expect(ivana.page.get_by_text("Pending in Moodle")).to_be_visible()
    expect(ivana.page.get_by_text("Nobody has come from there yet.")).to_be_visible()
    card.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("Pending")).to_have_count(0)

    teacher = in_moodle("aigerim.sadykova", COURSES["almaty"], partner="almaty", zone="Asia/Almaty")
    teacher.get_by_role("link", name="Add ").last.click()  # the one that was registered just now
    teacher.get_by_label("Activity name").fill("Registered today")
    teacher.get_by_role("button", name="Save and return to course").click()
    expect(framed(teacher, "Registered today").get_by_text(SESSION).first).to_be_visible()
    ivana.page.reload()
    expect(ivana.page.get_by_text("Pending in Moodle")).to_have_count(0)
    expect(ivana.page.get_by_text("Last launch:")).to_have_count(2)
    assert ivana.complaints == []
    ivana.context.close()


def test_a_moodles_administrator_sees_whether_it_is_ready_and_checks_again(in_moodle: InMoodle) -> None:
    page = in_moodle(ADMINISTRATOR, COURSES["belgrade"], preferences=BLOCKED)
    frame = framed(page)
    expect(frame.get_by_role("heading", name="Is your Moodle ready?")).to_be_visible()
    expect(frame.get_by_text("People come from their courses")).to_be_visible()
    frame.get_by_role("button", name="Check again").click()
    checked = frame.get_by_text("The site was checked.")
    expect(checked.or_(frame.get_by_text("was checked within the last minute"))).to_be_visible()


def test_a_teacher_and_a_student_of_two_universities(in_moodle: InMoodle) -> None:
    """Planned in Belgrade, found in Almaty on the clock of a device that is in Shanghai just now."""
    frame = framed(in_moodle(TEACHER, COURSES["belgrade"], preferences=BLOCKED))
    both = frame.get_by_role("region", name="Cities that work")  # the course is in another pairing, too
    both.get_by_role("link", name="Plan a session").click()
    day = to_local(datetime.now(UTC) + timedelta(days=3), "Europe/Belgrade").date()
    frame.get_by_label("Title").fill("Two rivers, one map")
    frame.get_by_label("Day and time").fill(f"{day:%Y-%m-%d}T09:30")
    frame.get_by_label("Whose clock this is").select_option("Europe/Belgrade")
    frame.get_by_role("button", name="Plan it").click()
    expect(frame.get_by_text("The session is planned.")).to_be_visible()

    page = in_moodle(
        "arman.bekov", COURSES["almaty"], partner="almaty", zone="Asia/Shanghai", preferences=BLOCKED
    )
    student = framed(page)
    expect(student.get_by_title("Times are shown on this clock")).to_contain_text("Shanghai")
    session = student.get_by_role("listitem").filter(has_text="Two rivers, one map").first
    starts = to_instant(datetime.combine(day, time(9, 30)), "Europe/Belgrade").instant
    expect(session).to_contain_text(f"{to_local(starts, 'Asia/Shanghai'):%H:%M}")
    expect(student.get_by_role("link", name="Plan a session")).to_have_count(0)
    expect(student.locator("#zone-offer")).to_have_count(0)  # asked once, and remembered
