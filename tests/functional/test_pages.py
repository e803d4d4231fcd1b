"""Every page as people meet it: wide, on a phone, in a low frame; by axe, by keyboard, without JavaScript."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from coil_bridge.demo.running import Consortium
from tests.functional.conftest import Enter, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDE, PHONE, FRAME = ({"width": w, "height": h} for w, h in ((1280, 900), (360, 740), (800, 600)))
WINDOWS = [(WIDE, "light"), (PHONE, "dark"), (FRAME, "light")]


def violations(page: Page) -> list[str]:
    """What axe finds, as rule and place. The script is evaluated, so the page's own CSP stays in force."""
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)
    return [f"{page.url} {each['id']}: {each['nodes'][0]['target']}" for each in found["violations"]]


def overflow(page: Page) -> int:
    """By how many pixels a page is wider than its window."""
    found = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert isinstance(found, int)
    return found


def pages_from(visitor: Visitor, start: str) -> list[str]:
    """The pages that links on a page lead to, within the service; files and sign-out are no pages."""
    visitor.go(start)
    links = visitor.page.locator("a[href^='/']").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    return [
        link
        for link in dict.fromkeys(links)
        if not link.split("?")[0].endswith((".csv", ".xlsx", ".db", ".ics"))
    ]


def look_at(visitor: Visitor, starts: list[str]) -> list[str]:
    """Walk the pages one or two links away; what is wrong with them."""
    seen = list(
        dict.fromkeys(
            ["/", *starts, *(link for start in ["/", *starts] for link in pages_from(visitor, start))]
        )
    )
    wrong: list[str] = []
    for path in seen:
        visitor.go(path)
        wrong += violations(visitor.page)
        if overflow(visitor.page) > 0:
            wrong.append(f"{path} is {overflow(visitor.page)} px too wide")
    assert len(seen) > 4
    return wrong


@pytest.mark.parametrize(("window", "scheme"), WINDOWS, ids=["wide", "phone-dark", "frame"])
@pytest.mark.parametrize(
    ("door", "start"),
    [
        ("belgrade-teacher", "/pairings"),
        ("almaty-student", "/pairings"),
        ("evaluation-lead", "/pilots"),
        ("administrator", "/console/sites"),
    ],
)
def test_pages_are_accessible_and_fit(
    enter: Enter, door: str, start: str, window: dict[str, int], scheme: str
) -> None:
    visitor = enter(door, viewport=window, color_scheme=scheme)
    visitor.go(start)
    first = visitor.page.locator(
        "main a[href^='/pairings/'], main a[href^='/pilots/'], main a[href^='/console/sites/']"
    )
    deeper = [
        path for path in first.evaluate_all("all => all.map(one => one.getAttribute('href'))")[:2] if path
    ]
    assert look_at(visitor, [start, *deeper]) == []


def test_the_first_page_and_what_is_refused(enter: Enter) -> None:
    visitor = enter("shanghai-student", viewport=PHONE)
    found = violations(visitor.page)
    visitor.go("/pairings/nothing-of-mine")
    found += violations(visitor.page)
    visitor.go("/").press("Sign out")
    visitor.go("/")
    found += violations(visitor.page)
    visitor.go("/signin")
    assert found + violations(visitor.page) == []


def test_the_demos_own_pages(enter: Enter, running: Consortium) -> None:
    visitor = enter("shanghai-student")
    found = []
    for path in ("/", "/mail"):
        visitor.page.goto(running.front_url + path)
        found += violations(visitor.page)
    assert found == []


def focused(page: Page) -> str:
    found = page.evaluate("(document.activeElement.innerText || document.activeElement.name || '').trim()")
    return str(found)


def tab_to(page: Page, wanted: str, most: int = 60) -> None:
    """Press Tab until the focus stands on something of that text or name, and shows."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if focused(page).startswith(wanted):
            shown = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert shown != "none", f"the focus on {wanted} cannot be seen"
            return
    raise AssertionError(f"Tab does not reach {wanted}")


def test_a_session_is_planned_by_keyboard_alone(enter: Enter) -> None:
    visitor = enter("belgrade-teacher").go("/pairings")
    page = visitor.page
    tab_to(page, "Skip to the content", 1)
    page.keyboard.press("Enter")
    tab_to(page, "Cities that work")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Cities that work")).to_be_visible()
    tab_to(page, "Plan a session")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Plan a joint session")).to_be_visible()
    tab_to(page, "title")
    page.keyboard.type("By keyboard")
    tab_to(page, "Plan it")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_be_visible()
    # Without a day the form comes back, says so, and has kept what was typed.
    expect(page.get_by_label("Title")).to_have_value("By keyboard")
    assert violations(page) == []


def test_the_core_works_without_javascript(enter: Enter) -> None:
    visitor = enter("belgrade-teacher", java_script_enabled=False).go("/pairings").press("Cities that work")
    visitor.press("Plan a session")
    day = visitor.page.locator("main").inner_text()
    assert "Plan a joint session" in day
    last = visitor.go("/pairings").press("Cities that work").page
    last.get_by_role("link", name="Change").first.click()
    title = last.get_by_label("Title")
    title.fill(title.input_value() + " (moved online)")
    last.get_by_role("button", name="Save").click()
    expect(last.get_by_text("(moved online)").first).to_be_visible()
