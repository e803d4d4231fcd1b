"""Logs, files and notifications in a browser, over the demo's Moodles: two with our plugin, one without."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from coil_bridge.demo.hooks import notify
from coil_bridge.demo.running import Consortium
from coil_bridge.services.activity.hook_keys import NewKey
from tests.functional.visitors import enter_by_door

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PILOT = "Pilot of the virtual international classroom"


def test_logs_are_read_a_file_is_refused_in_words_and_a_notification_arrives(
    running: Consortium, chromium: Browser, tmp_path: Path
) -> None:
    lead = enter_by_door(chromium, running, "evaluation-lead").go("/pilots").press(PILOT)
    page = lead.page
    logs = page.get_by_role("region", name="Activity logs")
    expect(logs.get_by_text("Done")).to_have_count(2, timeout=60_000)  # Belgrade and Almaty, by themselves
    page.get_by_role("link", name="Cities that work").click()
    lead.press("Activity files…")
    wrong = tmp_path / "marks.csv"
    wrong.write_text("name,mark\nAna,9\n", "utf-8")
    page.locator("#log-file").set_input_files(wrong)
    lead.press("Upload the log")
    expect(page.get_by_text("This is no log of a Moodle course.")).to_be_visible(timeout=60_000)

    administrator = enter_by_door(chromium, running, "administrator").go("/console/sites")
    page = administrator.page
    page.get_by_role("link", name="Danube Moodle").click()
    administrator.press("Make another key")
    address, name, secret = page.locator("#hook-line").input_value().split()
    made = NewKey(name, address, secret)
    partner = running.partners["belgrade"]
    course = partner.courses["SC-310"]
    assert notify(made, partner.moodle.url, "group_member_added", course.id) == 202
    administrator.press("Back to the site")
    row = page.get_by_role("listitem").filter(has_text=made.id)
    expect(row.get_by_text("Last used:")).to_be_visible()
    assert lead.complaints + administrator.complaints == []
