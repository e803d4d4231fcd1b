"""Calendars of a newcomer's choice, the Moodles' own, public ones, and rooms that let in by role."""

from __future__ import annotations

import re

import pytest
import requests
from playwright.sync_api import expect

from coil_bridge.demo.running import Consortium
from tests.functional.visitors import Enter

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PAIRING = "Cities that work"


def feed_at(address: str) -> str:
    answer = requests.get(address, timeout=10)
    assert answer.status_code == 200
    return answer.text.replace("\r\n ", "")


def test_a_student_subscribes_to_everything_with_a_reminder(enter: Enter) -> None:
    nikola = enter("belgrade-student").go("/")
    page = nikola.page
    nikola.press("In my own calendar")
    page.get_by_label("Remind me").select_option(label="An hour before")
    nikola.press("Get my address")
    body = feed_at(page.get_by_label("The address, to paste anywhere").input_value())
    assert "SUMMARY:Project studio" in body
    assert "TRIGGER:-PT1H" in body
    assert "Nikola" not in body
    page.get_by_text("Another address: with a reminder, or for Moodle").click()
    page.get_by_label("For Moodle’s own calendar import").check()
    nikola.press("Get another address")
    expect(page.get_by_role("heading", name="For Moodle’s own calendar import")).to_be_visible()
    assert nikola.complaints == []


def test_a_session_in_a_room_of_the_server_stands_in_moodle_and_follows(
    enter: Enter, running: Consortium
) -> None:
    marija = enter("belgrade-teacher")
    page = marija.page
    marija.go("/pairings").press(PAIRING)
    page.get_by_role("link", name=re.compile("Change “Comparing two cities”")).click()
    page.locator("#f-room").select_option(index=1)
    page.get_by_label("Title").fill("Comparing, all together")
    marija.press("Save the change")
    marija.press("Calendar")
    for _ in range(20):  # the worker writes it within seconds; the page tells how it stood when it was opened
        if page.get_by_text("Up to date").count() == 2:
            break
        page.wait_for_timeout(1_500)
        page.reload()
    expect(page.get_by_text("Up to date")).to_have_count(2)
    world = running.partners["belgrade"].moodle.world
    [event] = [each for each in world.events.values() if each.name == "Comparing, all together"]
    assert "Alatau (Almaty)" in event.description
    assert "/rooms/" in event.description
    assert marija.complaints == []


def test_a_pilots_calendar_is_public_without_rooms_until_it_is_taken_back(enter: Enter) -> None:
    lead = enter("evaluation-lead").go("/calendars")
    page = lead.page
    address = page.get_by_label("Public address, for everybody").first.input_value()
    body = feed_at(address)
    assert "SUMMARY:" in body
    assert "/rooms/" not in body
    assert "meet.consortium.example" not in body
    lead.press("Take the public address back")
    assert requests.get(address, timeout=10).status_code == 410
    card = page.get_by_role("article", name="Pilot of the virtual international classroom")
    card.get_by_role("button", name="Make it public").click()
    expect(card.get_by_text("Public", exact=True)).to_be_visible()
    assert feed_at(address)
    assert lead.complaints == []
