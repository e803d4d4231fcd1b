"""A proposal from the first page to the sent form, with Tab, Enter, Space and arrows alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.functional.visitors import Enter

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

NAME = """() => {
  const it = document.activeElement;
  const label = it.labels?.[0]?.innerText ?? it.innerText ?? "";
  return label.trim().replace(/\\s+/g, " ");
}"""
# On the symbol inside a date's field, which no script can look at, the browser draws a ring of its own.
RING = """() => {
  const it = document.activeElement, style = getComputedStyle(it);
  if (it.type?.startsWith("date") && !it.matches(":focus-visible")) return true;
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""
# The middle of what has the focus is what one would hit there: nothing lies over it (WCAG 2.2, 2.4.11).
UNCOVERED = """() => {
  const it = document.activeElement, box = it.getBoundingClientRect();
  const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return hit !== null && (it.contains(hit) || hit.contains(it));
}"""


def tab_to(page: Page, wanted: str, most: int = 40) -> None:
    """Press Tab until the focus stands on what is called like the pattern; every stop on the way shows."""
    for _ in range(most):
        page.keyboard.press("Tab")
        name = page.evaluate(NAME)
        assert page.evaluate(RING), f"the focus on {name} cannot be seen"
        assert page.evaluate(UNCOVERED), f"something lies over {name}"
        if re.search(wanted, name):
            return
    raise AssertionError(f"Tab does not reach {wanted}")


def test_a_proposal_by_keyboard_alone(enter: Enter) -> None:
    page = enter("belgrade-teacher", viewport={"width": 1280, "height": 600}).page
    find_a_partner(page)
    fill_the_form(page)
    expect(page.get_by_role("heading", name="By keyboard")).to_be_visible()
    expect(page.get_by_text("TILT").first).to_be_visible()
    expect(page.get_by_text("Every key counts.")).to_be_visible()


def find_a_partner(page: Page) -> None:
    tab_to(page, "^Skip to the content", 1)
    tab_to(page, "^Courses")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your courses")).to_be_visible()
    tab_to(page, "^Find a partner.*Intercultural Communication")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Find a partner course")).to_be_visible()
    tab_to(page, "^Words in the title")
    page.keyboard.type("cities")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 course", exact=True)).to_be_visible()
    tab_to(page, "^Urban Studies of Central Asia")
    page.keyboard.press("Space")
    tab_to(page, "^Propose a pairing")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Propose a pairing")).to_be_visible()


def fill_the_form(page: Page) -> None:
    tab_to(page, "^COIL Collaborative")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tab_to(page, "^Title")
    page.keyboard.type("By keyboard")
    tab_to(page, "^Message to the partners")
    page.keyboard.type("Every key counts.")
    tab_to(page, "^Send the proposal")
    page.keyboard.press("Enter")


def test_the_first_stop_leads_past_the_head_of_the_page(enter: Enter) -> None:
    page = enter("belgrade-teacher").go("/pairings").page
    tab_to(page, "^Skip to the content", 1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").locator(":focus")).to_have_count(1)


def test_after_a_refusal_the_reasons_have_the_focus(enter: Enter) -> None:
    page = enter("belgrade-teacher").go("/pairings/new").page
    tab_to(page, "^Send the proposal")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    tab_to(page, "^First day", 3)
    page.keyboard.press("Enter")
    expect(page.get_by_label("First day")).to_be_focused()
