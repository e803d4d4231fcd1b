"""A series moved from one date on, a change that is near, and the mails about it, in a real browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect

from coil_bridge.demo.running import Consortium
from scheduling.zones import to_local
from tests.functional.visitors import Enter, Visitor
from tests.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PAIRING = "Cities that work"
AIGERIM = "aigerim.sadykova@alatau.example"


def plan(marija: Visitor, title: str, starts: datetime) -> None:
    marija.go("/pairings").press(PAIRING)
    marija.page.get_by_role("link", name="Plan a session").first.click()
    marija.page.get_by_label("Title").fill(title)
    marija.page.get_by_label("Day and time").fill(starts.strftime("%Y-%m-%dT%H:%M"))


def outbox(visitor: Visitor, running: Consortium, subject: str) -> Locator:
    """Aigerim's mail with this subject, once it has come."""
    mail = visitor.page.get_by_role("article").filter(has_text=f"To {AIGERIM}").filter(has_text=subject)
    eventually(lambda: bool(visitor.page.goto(f"{running.front_url}/mail") and mail.count()), 30)
    return mail.first


def test_a_series_moves_from_one_date_on(enter: Enter) -> None:
    marija = enter("belgrade-teacher")
    first = to_local(datetime.now(UTC), "Europe/Belgrade").replace(hour=11, minute=0) + timedelta(days=8)
    plan(marija, "Street corners", first)
    marija.page.get_by_label("Every two weeks").check()
    marija.page.get_by_label("Skip days on which somebody does not teach").uncheck()
    marija.page.get_by_label("How many sessions").fill("3")
    rows = marija.page.get_by_role("region", name="The whole series").get_by_role("row")
    expect(rows).to_have_count(4)
    marija.press("Plan it and tell the partners")
    expect(marija.page.get_by_text("3 sessions are planned.")).to_be_visible()
    for more in marija.page.get_by_text("further on").all():
        more.click()
    marija.page.get_by_role("link", name="Change “Street corners”").nth(1).click()
    marija.page.get_by_label("This one and those after it").check()
    moved = first + timedelta(days=15)
    marija.page.get_by_label("Day and time").fill(moved.strftime("%Y-%m-%dT12:30"))
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("12:30")
    marija.press("Save the change")
    expect(marija.page.get_by_text("2 sessions are changed")).to_be_visible()


def test_a_near_change_comes_as_a_file_until_its_reader_has_enough(enter: Enter, running: Consortium) -> None:
    marija, reader = enter("belgrade-teacher"), enter("almaty-student")
    soon = to_local(datetime.now(UTC) + timedelta(hours=5), "Europe/Belgrade")
    plan(marija, "At short notice", soon)
    marija.press("Plan it and tell the partners")
    mail = outbox(reader, running, "A joint session was planned: At short notice")
    expect(mail).to_contain_text("On your clock (Almaty)")
    expect(mail).to_contain_text("METHOD:REQUEST, SEQUENCE 0")
    marija.page.get_by_role("link", name="Call off… “At short notice”").first.click()
    marija.page.get_by_label("Reason").fill("The fire alarm is tested.")
    marija.press("Call it off")
    mail = outbox(reader, running, "A joint session was cancelled: At short notice")
    expect(mail).to_contain_text("The fire alarm is tested.")
    expect(mail).to_contain_text("METHOD:CANCEL, SEQUENCE 1")
    mail.get_by_role("link", name="unsubscribe").click()
    reader.page.get_by_role("button", name="No more of these").click()
    expect(reader.page.get_by_role("heading", name="You get no more of these messages")).to_be_visible()
    aigerim = enter("almaty-teacher").go("/me")
    expect(aigerim.page.get_by_label("Changes of sessions within a day, at once")).not_to_be_checked()
    aigerim.page.get_by_label("Reminder of each session").select_option("An hour before")
    aigerim.press("Save these choices")
    expect(aigerim.page.get_by_label("Reminder of each session")).to_have_value("hour")
