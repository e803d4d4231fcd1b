"""What students of the story do: see the sessions on their own clock, and subscribe."""

from __future__ import annotations

from datetime import UTC, datetime

import requests
from icalendar import Calendar
from playwright.sync_api import expect

from tests.functional.thread.teaching import AT, ROOM, SERIES
from tests.functional.thread.times import hour, on_both_clocks
from tests.functional.visitors import Visitor

INSTANTS = [on_both_clocks(day, AT)[0].astimezone(UTC) for day in SERIES]


def sees_own_clock_and_the_partners(student: Visitor, url: str, own: str, partner: str) -> None:
    student.go(url)
    card = student.page.get_by_role("article", name="First meeting").first
    clocks = dict(zip(("Belgrade", "Shanghai"), on_both_clocks(SERIES[0], AT), strict=True))
    mine = card.get_by_role("listitem").filter(has_text="your clock")
    theirs = card.get_by_role("listitem").filter(has_text=partner)
    expect(mine).to_contain_text(own)
    expect(mine).to_contain_text(hour(clocks[own]))
    expect(theirs).to_contain_text(hour(clocks[partner]))
    expect(card.get_by_role("time").first).to_contain_text(hour(clocks[own]))
    assert "What happened" not in student.text
    assert student.page.get_by_role("link", name="Plan a session").count() == 0


def subscribe(student: Visitor, url: str) -> str:
    """The private address, as the page offers it to calendar programs."""
    student.go(url).press("Subscribe to the calendar")
    https = student.page.get_by_label("The address, to paste anywhere").input_value()
    webcal = student.page.get_by_role("link", name="Add to my calendar").get_attribute("href")
    assert webcal == https.replace("http://", "webcal://", 1)
    google = student.page.get_by_role("link", name="Google Calendar").get_attribute("href") or ""
    assert google.startswith("https://calendar.google.com/calendar/")
    return https


def instants_on(student: Visitor) -> list[datetime]:
    """The sessions of the calendar's page, as its machine-readable times say."""
    found = student.page.locator("article time").evaluate_all("all => all.map(each => each.dateTime)")
    return [datetime.fromisoformat(each) for each in found]


def feed_says_what_the_page_says(student: Visitor, feed: str) -> None:
    events = events_of(feed)
    assert [each["DTSTART"].dt for each in events] == instants_on(student) == INSTANTS
    assert {str(each["SUMMARY"]) for each in events} == {"First meeting"}
    assert len({str(each["UID"]) for each in events}) == len(events)
    assert all(ROOM in each.to_ical().decode().replace("\r\n ", "") for each in events)


def events_of(feed: str) -> list[Calendar]:
    """The events, by time, as another program reads them."""
    parsed = Calendar.from_ical(requests.get(feed, timeout=10).content)
    return sorted(parsed.walk("VEVENT"), key=lambda each: each["DTSTART"].dt)


def asking_again_costs_nothing(feed: str) -> str:
    """Conditional requests (RFC 9110, 13.1); the entity tag for later."""
    whole = requests.get(feed, timeout=10)
    assert (whole.status_code, whole.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert "Petrović" not in whole.text
    for name, value in (
        ("If-None-Match", whole.headers["ETag"]),
        ("If-Modified-Since", whole.headers["Last-Modified"]),
    ):
        again = requests.get(feed, headers={name: value}, timeout=10)
        assert (again.status_code, again.content) == (304, b"")
    return whole.headers["ETag"]


def the_change_arrives(feed: str, known: str) -> None:
    """The same event under its new title, counted up (RFC 5545, 3.8.7.4); the old tag is no longer good."""
    assert requests.get(feed, headers={"If-None-Match": known}, timeout=10).status_code == 200
    first, *others = events_of(feed)
    assert str(first["SUMMARY"]) == "Meet and listen"
    assert first["SEQUENCE"] > others[0]["SEQUENCE"]


def others_find_nothing(stranger: Visitor, url: str, session_url: str, feed: str) -> None:
    """Somebody of a third university: pages that exist answer as pages that do not."""
    for path in (url, f"{url}/calendar", f"{url}/sessions/new", f"{url}/accept", session_url):
        assert stranger.status_of(path) == 404
        assert "Listening" not in stranger.text
    for path in ("/pairings/0", "/console/sites", "/pilots"):
        assert stranger.status_of(path) == 404
    assert requests.get(feed[:-8] + "AAAA.ics", timeout=10).status_code == 404
