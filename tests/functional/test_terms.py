"""From an academic calendar to the weeks that all have in common, and the plan that lies over them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, expect

from coil_bridge.demo.running import Consortium
from tests.functional.thread.looking import faults_of
from tests.functional.thread.times import today
from tests.functional.visitors import Visitor, enter_by_door

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SHARED = True


@pytest.fixture(scope="module")
def marija(chromium: Browser, running: Consortium) -> Iterator[Visitor]:
    visitor = enter_by_door(chromium, running, "belgrade-teacher")
    yield visitor
    visitor.context.close()


def far_monday() -> date:
    """So far ahead that no other test looks there."""
    return today() + timedelta(days=500 - today().weekday())


def calendar(first: date, last: date) -> bytes:
    right, wrong = f"break;Exchange fortnight;{first};{last}", f"break;Wrong;{last};{first}"
    return f"kind;name;first;last\n{right}\n{wrong}\n".encode()


def test_a_file_is_corrected_and_the_proposal_form_knows_at_once(marija: Visitor) -> None:
    first, last = far_monday(), far_monday() + timedelta(days=13)
    page = marija.go("/courses").press("Academic calendars").page
    page.get_by_role("link", name="Danube University Belgrade", exact=True).click()
    marija.press("Bring in a file")
    for content in (calendar(first, last), calendar(first, last).rpartition(b"break")[0]):
        upload = {"name": "terms.csv", "mimeType": "text/csv", "buffer": content}
        page.get_by_label("File", exact=True).set_input_files(upload)  # type: ignore[arg-type]  # a TypedDict
        marija.press("Look at it")
        assert faults_of(marija) == []
    marija.press("Bring in one entry")
    assert "One entry is brought in." in marija.text
    marija.go("/courses/find?text=Cross-Cultural").page.get_by_label("Cross-Cultural Management").check()
    marija.press("Propose a pairing").page.get_by_label("Your course").select_option(index=1)
    page.get_by_label("First day").fill(first.isoformat())
    page.get_by_label("Last day").fill(last.isoformat())
    expect(page.get_by_role("heading", name="There is no common teaching week")).to_be_visible()
    expect(page.locator("#weeks")).to_contain_text("Danube: Exchange fortnight")
    assert faults_of(marija) == []
    page.get_by_label("First day").fill((today() + timedelta(days=7)).isoformat())
    page.get_by_label("Last day").fill((today() + timedelta(days=70)).isoformat())
    expect(page.get_by_role("heading", name="Weekly times")).to_be_visible()
    assert faults_of(marija) == []
    assert marija.complaints == []


def test_the_plan_is_laid_out_moved_and_shown(marija: Visitor) -> None:
    page = marija.go("/pairings").page
    page.get_by_role("link", name=re.compile("Cities that work")).first.click()
    marija.press("Adapt the plan")
    page.get_by_label("Team building", exact=True).first.fill("1")
    marija.press("Lay over the common weeks")
    group = page.get_by_role("group", name="1. Team building")
    moved = date.fromisoformat(group.get_by_label("Last day").input_value())
    assert (moved - date.fromisoformat(group.get_by_label("First day").input_value())).days <= 6
    page.get_by_role("group", name="4. Presentation").get_by_label("Title").fill("The last word")
    expect(page.locator("#plan-preview")).to_contain_text("The last word")
    assert faults_of(marija) == []
    marija.press("Save the plan")
    assert "The plan is saved." in marija.text
    assert "The last word" in marija.text
    page.get_by_text("Every week as a table").click()
    assert faults_of(marija) == []
    assert marija.complaints == []
