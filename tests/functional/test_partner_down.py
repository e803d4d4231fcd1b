"""A partner's broken Moodle breaks nobody else's day."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from coil_bridge.demo.running import Consortium
from tests.functional.conftest import Enter

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_the_others_go_on_and_pages_say_since_when(enter: Enter, running: Consortium) -> None:
    aigerim, ivana = enter("almaty-teacher"), enter("administrator")
    running.partners["almaty"].moodle.faults.down()
    try:
        aigerim.go("/courses")
        assert "Urban Studies of Central Asia" in aigerim.text
        assert "As Moodle showed it" in aigerim.text
        aigerim.go("/pairings").press("Cities that work")
        assert "Comparing two cities" in aigerim.text
        ivana.go("/console/sites").press("Alatau Moodle").press("Check again")
        assert "Alatau Moodle" in ivana.text
        expect(ivana.page.get_by_text("What to do:").first).to_be_visible()
        li = enter("shanghai-teacher").go("/courses")  # another Moodle's people sign in as ever
        assert "Digital Media and Society" in li.text
    finally:
        running.partners["almaty"].moodle.faults.clear()
    ivana.press("Check again")
    expect(ivana.page.get_by_text("Answers").first).to_be_visible()


def test_a_silent_moodle_holds_up_no_page_and_no_other_pull(enter: Enter, running: Consortium) -> None:
    running.partners["belgrade"].moodle.faults.hang(function="mod_forum_get_forums_by_courses")
    try:
        lead = enter("evaluation-lead").go("/pilots").press("Pilot of the virtual").press("Pull activity now")
        row = lead.page.get_by_role("row").filter(has_text="Alatau")
        expect(row).to_contain_text("stored", timeout=30_000)
        nikola = enter("belgrade-student").go("/pairings").press("Cities that work")
        assert "Belgrade" in nikola.text
    finally:
        running.partners["belgrade"].moodle.faults.clear()
