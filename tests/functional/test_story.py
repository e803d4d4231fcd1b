"""The whole thread of the product, by the people of three universities, in real browser windows."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import requests
from icalendar import Calendar
from playwright.sync_api import expect

from coil_bridge.demo.running import Consortium
from tests.functional.conftest import Enter, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

BELGRADE, SHANGHAI = ZoneInfo("Europe/Belgrade"), ZoneInfo("Asia/Shanghai")
TITLE = "Listening across two cities"


def next_clock_change() -> date:
    """The next Sunday on which Belgrade's clocks change."""
    day = datetime.now(BELGRADE).date() + timedelta(days=3)
    while noon(day).utcoffset() == noon(day - timedelta(days=1)).utcoffset():
        day += timedelta(days=1)
    return day


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=BELGRADE)


CHANGE = next_clock_change()
FIRST = CHANGE - timedelta(days=5)  # the Tuesday before; a week later the other side of the change


def fill_session(visitor: Visitor, when: str, count: int) -> None:
    page = visitor.page
    page.get_by_label("Title").fill("First meeting")
    page.get_by_label("Length in minutes").fill("60")
    page.get_by_label("How many, once a week").fill(str(count))
    page.get_by_label("Link to the room").fill("https://meet.consortium.example/listening")
    page.get_by_label("Day and time").fill(when)


def propose(enter: Enter) -> tuple[Visitor, str]:
    marija = enter("belgrade-teacher").go("/courses")
    course = marija.page.get_by_role("listitem").filter(has_text="Intercultural Communication")
    course.get_by_role("link", name="Find a partner").click()
    marija.page.get_by_label("Words in the title or summary").fill("documentary")
    marija.press("Search")
    marija.page.get_by_label("Digital Media and Society").check()
    marija.press("Propose a pairing")
    marija.page.get_by_label("First day").fill((FIRST - timedelta(days=14)).isoformat())
    marija.page.get_by_label("Last day").fill((FIRST + timedelta(days=60)).isoformat())
    marija.page.get_by_label("Pilot phase").select_option(index=1)
    marija.page.get_by_label("Title").fill(TITLE)
    marija.page.get_by_label("Message to the partners").fill("Let our students listen to each other.")
    marija.page.get_by_role("button", name="Send the proposal").dblclick()
    expect(marija.page.get_by_role("heading", name=TITLE)).to_be_visible()
    return marija, marija.page.url


def accept(enter: Enter, running: Consortium, url: str) -> Visitor:
    """The teacher in Shanghai finds the message in Moodle and follows its link."""
    li = enter("shanghai-teacher")
    moodle = running.partners["shanghai"].moodle.url
    inbox = f"{moodle}/message/index.php"
    li.page.goto(f"{moodle}/login/index.php?username=li.wei")
    for _ in range(40):
        li.page.goto(inbox)
        if li.page.get_by_role("link", name=url).count():
            break
        li.page.wait_for_timeout(250)
    li.page.goto(li.page.get_by_role("link", name=url).first.get_attribute("href") or "")
    assert "Let our students listen to each other." in li.text
    li.press("Accept").press("Accept")
    expect(li.page.get_by_text("Accepted").first).to_be_visible()
    return li


def plan(marija: Visitor, url: str) -> None:
    """A time that does not exist is refused; a series across the clock change is shown, then planned."""
    marija.go(url).press("Plan a session")
    fill_session(marija, f"{CHANGE.isoformat()}T02:30", 1)
    expect(marija.page.get_by_label("The earlier one")).to_be_visible()
    expect(marija.page.get_by_label("The later one")).to_be_visible()
    marija.press("Plan it and tell the partners")
    expect(marija.page.get_by_label("The later one")).to_be_visible()
    expect(marija.page.get_by_label("Title")).to_have_value("First meeting")
    marija.page.get_by_label("How many, once a week").fill("2")
    marija.page.get_by_label("Day and time").fill(f"{FIRST.isoformat()}T10:00")
    preview = marija.page.get_by_role("region", name="On everybody’s clock").or_(marija.page.locator("aside"))
    for start in (FIRST, FIRST + timedelta(days=7)):
        there = datetime(start.year, start.month, start.day, 10, tzinfo=BELGRADE).astimezone(SHANGHAI)
        expect(preview.first).to_contain_text(f"{there:%H:%M}")
    expect(preview.first).to_contain_text("Clock change")
    marija.press("Plan it and tell the partners")
    expect(marija.page.get_by_text("First meeting").first).to_be_visible()


def start(marija: Visitor, url: str) -> None:
    """By hand where the first day is still ahead."""
    marija.go(url)
    if marija.page.get_by_role("link", name="Start").count():
        marija.press("Start").press("Start")
    expect(marija.page.get_by_text("Active", exact=True).first).to_be_visible()


def subscribe(visitor: Visitor, url: str) -> str:
    visitor.go(url + "/calendar").press("Get my address")
    return visitor.page.get_by_label("The address, to paste anywhere").input_value()


def instants(feed: str) -> list[datetime]:
    parsed = Calendar.from_ical(requests.get(feed, timeout=10).content)
    return sorted(event["DTSTART"].dt for event in parsed.walk("VEVENT"))


def test_two_universities_teach_together(enter: Enter, running: Consortium) -> None:
    marija, url = propose(enter)
    assert marija.go("/pairings").text.count(TITLE) == 1  # the double click made one pairing
    accept(enter, running, url)
    start(marija, url)
    plan(marija, url)
    feeds = students_subscribe(enter, url)
    check_feed(feeds[0])
    assert instants(feeds[0]) == instants(feeds[1])
    second_is_told(enter, marija, url)
    foreign_things_are_not_there(enter, url)


def students_subscribe(enter: Enter, url: str) -> list[str]:
    feeds = []
    for door, zone in (("belgrade-student", BELGRADE), ("shanghai-student", SHANGHAI)):
        student = enter(door).go(url)
        meeting = datetime(FIRST.year, FIRST.month, FIRST.day, 10, tzinfo=BELGRADE)
        own = student.page.locator("main h3, main h4, main strong, main time").filter(
            has_text=f"{meeting.astimezone(zone):%H:%M}"
        )
        expect(own.first).to_be_visible()
        assert "Belgrade" in student.text
        assert "Shanghai" in student.text
        assert "What happened" not in student.text
        feeds.append(subscribe(student, url))
    return feeds


def check_feed(feed: str) -> None:
    expected = [
        datetime(day.year, day.month, day.day, 10, tzinfo=BELGRADE).astimezone(UTC)
        for day in (FIRST, FIRST + timedelta(days=7))
    ]
    assert instants(feed) == expected
    whole = requests.get(feed, timeout=10)
    again = requests.get(feed, headers={"If-None-Match": whole.headers["ETag"]}, timeout=10)
    assert (again.status_code, again.content) == (304, b"")
    assert whole.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "Marija" not in whole.text


def second_is_told(enter: Enter, marija: Visitor, url: str) -> None:
    """Two teachers have the same session open; the second to save sees both versions."""
    li = enter("shanghai-teacher")
    for teacher in (marija, li):
        teacher.go(url)
        teacher.page.get_by_role("link", name="Change").first.click()
    marija.page.get_by_label("Title").fill("Meet and listen")
    marija.press("Save")
    li.page.get_by_label("Title").fill("Hello")
    li.press("Save")
    assert "Nothing of yours was saved yet" in li.text
    assert "Meet and listen" in li.text
    assert li.page.get_by_label("Title").input_value() == "Hello"


def foreign_things_are_not_there(enter: Enter, url: str) -> None:
    arman = enter("almaty-student")
    answer = arman.page.goto(url)
    assert answer is not None
    assert answer.status == 404
    assert TITLE not in arman.text


def test_the_evaluation_lead_downloads_participation(
    enter: Enter, running: Consortium, tmp_path: Path
) -> None:
    lead = enter("evaluation-lead").go("/pilots").press("Pilot of the virtual")
    lead.press("Pull activity now")
    expect(lead.page.get_by_text("Not pulled yet")).to_have_count(0, timeout=60_000)
    expect(lead.page.get_by_text("Pulling activity")).to_have_count(0, timeout=60_000)
    assert "Failed" not in lead.text
    files = {ending: download(lead, name, tmp_path) for ending, name in FILES.items()}
    rows = list(csv.reader(io.StringIO(files["csv"].read_text("utf-8-sig"))))
    sheet = openpyxl.load_workbook(files["xlsx"], read_only=True)
    with sqlite3.connect(files["db"]) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counts = [database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables]
    assert len(rows) > 28
    assert len(sheet.sheetnames) >= 2
    assert max(counts) >= 28
    names = [user.email for each in running.partners.values() for user in each.people.values()]
    names += [
        user.lastname
        for each in running.partners.values()
        for user in each.people.values()
        if len(user.lastname) > 4
    ]
    for path in (files["csv"], files["db"]):
        content = path.read_bytes()
        assert [name for name in names if name.encode() in content] == []


FILES = {"csv": "Table (CSV)", "xlsx": "Spreadsheet (XLSX)", "db": "Database (SQLite)"}


def download(lead: Visitor, name: str, folder: Path) -> Path:
    with lead.page.expect_download() as waiting:
        lead.page.get_by_role("link", name=name).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_the_administrator_looks_after_the_sites(enter: Enter) -> None:
    ivana = enter("administrator").go("/console/sites").press("Alatau Moodle")
    assert "4.1" in ivana.text
    ivana.press("Check again")
    ivana.press("Pause")
    expect(ivana.page.get_by_role("button", name="Resume")).to_be_visible()
    ivana.press("Resume")
    expect(ivana.page.get_by_role("button", name="Pause")).to_be_visible()
    ivana.go("/console/sites/new")
    assert re.search("token", ivana.text, re.IGNORECASE)
    ivana.press("Sign out")
    assert ivana.page.goto(ivana.service_url + "/console/sites") is not None
    assert "Sign in" in ivana.text
