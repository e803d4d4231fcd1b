"""Three cities look for a time: without one teacher there is one, with all of them the burden goes round."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.functional.visitors import Enter

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SHARED = True

PAIRING = "Three cities, one street"


def test_a_rotating_plan_becomes_sessions(enter: Enter) -> None:
    marija = enter("belgrade-teacher")
    page = marija.page
    marija.go("/pairings").press(PAIRING).press("Find a time")
    expect(page.get_by_role("heading", name="No weekly time lies inside")).to_be_visible()
    page.get_by_text("Who has to be there").click()
    page.get_by_label("Li Wei").uncheck()
    marija.press("Find times")
    expect(page.get_by_role("heading", name="suits everybody")).to_be_visible()
    page.get_by_text("The same in words").first.click()
    expect(page.get_by_text("10:00–11:00 good for all").first).to_be_visible()

    page.get_by_text("Who has to be there").click()
    page.get_by_label("Li Wei").check()
    page.get_by_label("How many meetings").fill("4")
    marija.press("Find times")
    plan = page.get_by_role("region", name="All dates of the rotating plan")
    expect(plan.get_by_role("row")).to_have_count(5)
    expect(plan.get_by_text("Another hour than the date before").first).to_be_attached()
    dates = plan.get_by_role("rowheader").all_inner_texts()

    marija.press("Use this rotating plan")
    preview = page.get_by_role("region", name="All dates")
    assert preview.get_by_role("rowheader").all_inner_texts() == dates
    page.get_by_label("Title").fill("One street, three times")
    marija.press("Plan 4 sessions and tell the partners")
    expect(page.get_by_text("4 sessions are planned.")).to_be_visible()
    expect(page.get_by_role("heading", name="One street, three times")).to_have_count(4)

    marija.press("Find a time")
    assert not set(dates) & set(page.get_by_role("rowheader").all_inner_texts())


def test_the_best_fixed_time_fills_the_form_in(enter: Enter) -> None:
    marija = enter("belgrade-teacher")
    marija.go("/pairings").press(PAIRING).press("Find a time")
    marija.page.get_by_label("How many meetings").fill("3")
    marija.press("Find times")
    card = marija.page.get_by_role("article").first
    card.get_by_text("All 3 dates on every clock").click()
    expect(card.get_by_role("row")).to_have_count(4)
    card.get_by_role("link", name="Use this time").click()
    marija.page.wait_for_load_state()
    expect(marija.page.get_by_role("heading", level=1)).to_have_text(["Plan a joint session"])


def test_a_week_is_painted_with_the_mouse_and_its_rows_follow(enter: Enter) -> None:
    wei = enter("shanghai-teacher")
    page = wei.page
    wei.go("/me/hours")
    page.get_by_label("All other hours").select_option("preferred")
    page.locator(".brush.impossible").click()
    first, last = page.locator("[data-cell='5-9']"), page.locator("[data-cell='5-11']")
    first.hover()
    page.mouse.down()
    last.hover()
    page.mouse.up()
    row = page.locator("[data-row]").filter(has=page.locator("input[type=time][value='']")).last
    expect(row).to_be_visible()
    times = page.locator("[data-row] input[type=time]").evaluate_all("all => all.map(each => each.value)")
    assert ("09:00", "12:00") in list(zip(times[::2], times[1::2], strict=True))
    wei.press("Save my hours")
    expect(page.get_by_text("Your hours are saved.")).to_be_visible()
    wei.go("/me/hours")
    painted = page.locator("[data-cell='5-10']")
    expect(painted).to_have_class("impossible")
