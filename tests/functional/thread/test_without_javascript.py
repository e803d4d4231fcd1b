"""The core of the thread where scripts are switched off: propose, accept, start, preview, plan."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from playwright.sync_api import expect

from tests.functional.thread.teaching import clock_row, fill_proposal, fill_session, preview, series_row
from tests.functional.thread.times import hour, next_change, next_jump_forward, on_both_clocks, today
from tests.functional.visitors import Enter, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

TITLE = "Without a single script"
FIRST = next_change() - timedelta(days=5)


def test_two_teachers_agree_and_plan(enter: Enter) -> None:
    marija = enter("belgrade-teacher", java_script_enabled=False)
    li = enter("shanghai-teacher", java_script_enabled=False)
    url = propose(marija)
    li.go("/").press("Read and answer").press("Accept…").press("Accept")
    expect(li.page.get_by_text("You have accepted.")).to_be_visible()
    marija.go(url).press("Start early…").press("Start")
    choose_a_reading(marija, url)
    preview_and_plan(marija, url)


def propose(marija: Visitor) -> str:
    marija.go("/courses/find?text=Urban+Planning").page.get_by_label("Urban Planning Studio").check()
    marija.press("Propose a pairing").page.get_by_label("Your course").select_option(index=1)
    fill_proposal(marija, TITLE, today() + timedelta(days=1), today() + timedelta(days=390))
    marija.page.get_by_role("button", name="Send the proposal").dblclick()
    expect(marija.page.get_by_role("heading", name=TITLE)).to_be_visible()
    url = marija.page.url
    expect(marija.go("/pairings").page.get_by_role("link", name=TITLE)).to_have_count(1)
    return url


def choose_a_reading(marija: Visitor, url: str) -> None:
    """The hour that the clocks skip is asked for, and the later reading is taken."""
    marija.go(url).press("Plan a session").page.get_by_label("Title").fill("Night owls")
    fill_session(marija, next_jump_forward(), time(2, 30), 1)
    marija.press("Show on every clock")
    expect(preview(marija)).to_contain_text("does not exist")
    marija.page.get_by_label("The later one").check()
    marija.press("Plan it and tell the partners")
    session = marija.page.get_by_role("article", name="Night owls")
    expect(session.get_by_role("listitem").filter(has_text="Belgrade").first).to_contain_text("03:30")


def preview_and_plan(marija: Visitor, url: str) -> None:
    marija.go(url).press("Plan a session").page.get_by_label("Title").fill("By daylight")
    fill_session(marija, FIRST, time(10), 2)
    marija.press("Show on every clock")
    expect(marija.page.get_by_label("Title")).to_have_value("By daylight")
    for row, day in enumerate((FIRST, FIRST + timedelta(weeks=1)), start=1):
        expect(series_row(marija, row)).to_contain_text(hour(on_both_clocks(day, time(10))[1]))
    expect(clock_row(marija, "Shanghai")).to_contain_text("Tue")
    expect(series_row(marija, 2)).to_contain_text("Clock change")
    marija.press("Plan it and tell the partners")
    expect(marija.page.get_by_text("2 sessions are planned.")).to_be_visible()
    expect(marija.page.get_by_role("article", name="By daylight")).to_have_count(2)
