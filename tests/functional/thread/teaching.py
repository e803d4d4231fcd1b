"""What the teachers of the story do: propose, answer, plan, change."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from playwright.sync_api import Locator, expect

from coil_bridge.demo.running import Consortium
from tests.functional.thread.times import (
    hour,
    next_change,
    next_jump_forward,
    on_both_clocks,
    today,
)
from tests.functional.visitors import Visitor
from tests.waiting import eventually

TITLE = "Listening across two cities"
MESSAGE = "Let our students listen to each other, and film what they hear."
ROOM = "https://meet.consortium.example/listening"
SERIES = [next_change() + timedelta(days=day) for day in (-5, 2, 9)]  # Tuesdays, around the change
AT = time(10)


def find_and_propose(marija: Visitor) -> str:
    """From the own course to the partner's; the address of the pairing that follows."""
    marija.go("/courses")
    course = marija.page.get_by_role("listitem").filter(has_text="Intercultural Communication")
    course.get_by_role("link", name="Find a partner").click()
    marija.page.get_by_label("Words in the title or summary").fill("documentary")
    marija.press("Search")
    marija.page.get_by_label("Digital Media and Society").check()
    marija.press("Propose a pairing")
    fill_proposal(marija, TITLE, today() + timedelta(days=1), today() + timedelta(days=390))
    phase = marija.page.get_by_label("Pilot phase")
    phase.select_option(phase.locator("option", has_text="Autumn phase").get_attribute("value"))
    marija.page.get_by_label("Message to the partners").fill(MESSAGE)
    return send_more_than_once(marija)


def send_more_than_once(marija: Visitor) -> str:
    """A double click, then the same request once more, make one pairing; its address."""
    button = marija.page.get_by_role("button", name="Send the proposal")
    with marija.page.expect_request(f"{marija.service_url}/pairings") as sending:
        button.dblclick()
    expect(marija.page.get_by_role("heading", name=TITLE)).to_be_visible()
    sent, url = sending.value, marija.page.url
    headers = {name: sent.headers[name] for name in ("content-type", "referer")}
    again = marija.context.request.post(sent.url, data=sent.post_data, headers=headers)
    assert (again.status, again.url) == (200, url)
    expect(marija.go("/pairings").page.get_by_role("link", name=TITLE)).to_have_count(1)
    return url


def fill_proposal(visitor: Visitor, title: str, first: date, last: date) -> None:
    visitor.page.get_by_label("First day").fill(first.isoformat())
    visitor.page.get_by_label("Last day").fill(last.isoformat())
    visitor.page.get_by_label("Title").fill(title)


def read_message_in_moodle(li: Visitor, running: Consortium, url: str) -> None:
    """Find the message in Moodle's own inbox and follow its link."""
    moodle = running.partners["shanghai"].moodle.url
    li.go(f"{moodle}/login/index.php?username=li.wei")
    arrived = li.page.get_by_role("article").filter(has=li.page.get_by_role("link", name=url))
    eventually(lambda: bool(li.go(f"{moodle}/message/index.php") and arrived.count()), 30)
    expect(arrived).to_contain_text("Marija Petrović")
    arrived.get_by_role("link", name=url).click()
    li.page.wait_for_url(url)


def mail_came_too(li: Visitor, running: Consortium) -> None:
    mail = li.page.get_by_role("article").filter(has_text="To li.wei@huangpu.example")
    proposal = mail.filter(has_text=MESSAGE)
    eventually(lambda: bool(li.go(f"{running.front_url}/mail") and proposal.count()), 30)


def accept(li: Visitor, url: str) -> None:
    li.go(url)
    assert MESSAGE in li.text
    li.press("Accept…")
    li.page.get_by_label("A word to the other teachers").fill("With joy.")
    li.press("Accept")
    expect(li.page.get_by_text("You have accepted.")).to_be_visible()


def start(marija: Visitor, url: str) -> None:
    """By hand, since the first day is tomorrow."""
    marija.go(url).press("Start early…").press("Start")
    expect(marija.page.get_by_text("Active", exact=True)).to_be_visible()
    assert "With joy." in marija.text


def fill_session(visitor: Visitor, day: date, clock: time, count: int) -> None:
    if count > 1:
        visitor.page.get_by_label("Every week").check()
        visitor.page.get_by_label("Skip days on which somebody does not teach").uncheck()
        visitor.page.get_by_label("How many sessions").fill(str(count))
    visitor.page.get_by_label("Day and time").fill(datetime.combine(day, clock).isoformat(timespec="minutes"))


def preview(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="On everybody’s clock")


def clock_row(visitor: Visitor, city: str) -> Locator:
    return preview(visitor).get_by_role("listitem").filter(has_text=city).first


def a_time_that_does_not_exist_is_refused(marija: Visitor, url: str) -> None:
    """02:30 on the Sunday in March: two readings are offered, before and after sending."""
    marija.go(url).press("Plan a session")
    marija.page.get_by_label("Title").fill("First meeting")
    fill_session(marija, next_jump_forward(), time(2, 30), 1)
    expect(preview(marija)).to_contain_text("does not exist")
    marija.press("Plan it and tell the partners")
    expect(marija.page.get_by_role("alert").first).to_contain_text("does not exist or exists twice")
    expect(marija.page.get_by_label("The earlier one")).to_be_visible()
    earlier, later = (
        preview(marija).locator("label").filter(has_text=f"The {which} one") for which in ("earlier", "later")
    )
    expect(earlier).to_contain_text("01:30")
    expect(later).to_contain_text("03:30")
    expect(marija.page.get_by_label("Title")).to_have_value("First meeting")


def the_form_shows_every_clock(marija: Visitor) -> None:
    """While it is filled in: hour, weekday, whose night it is, and where the clock change moves it."""
    fill_session(marija, SERIES[0], time(17, 30), len(SERIES))
    here, there = on_both_clocks(SERIES[0], time(17, 30))
    expect(clock_row(marija, "Belgrade")).to_contain_text(hour(here))
    for shown in (hour(there), f"{there:%a}", "Outside the day there"):
        expect(clock_row(marija, "Shanghai")).to_contain_text(shown)
    fill_session(marija, SERIES[0], AT, len(SERIES))
    expect(clock_row(marija, "Belgrade")).to_contain_text("Tue")
    for row, day in enumerate(SERIES, start=1):
        expect(series_row(marija, row)).to_contain_text(hour(on_both_clocks(day, AT)[1]))
    moved = hour(on_both_clocks(SERIES[0], AT)[1]), hour(on_both_clocks(SERIES[1], AT)[1])
    assert moved[0] != moved[1]
    change = f"it was {moved[0]}, now it is {moved[1]}"
    expect(series_row(marija, 2)).to_contain_text(change)
    expect(series_row(marija, 3)).not_to_contain_text("Clock change")


def series_row(visitor: Visitor, number: int) -> Locator:
    return visitor.page.get_by_role("region", name="The whole series").get_by_role("row").nth(number)


def plan(marija: Visitor, url: str) -> None:
    marija.page.get_by_label("Link to the room").fill(ROOM)
    marija.press("Plan it and tell the partners")
    expect(marija.page.get_by_text("3 sessions are planned.")).to_be_visible()
    assert marija.page.url == url


def the_second_to_save_is_told(marija: Visitor, li: Visitor, url: str) -> None:
    """Two teachers have the same session open; the second sees both versions and decides."""
    for teacher in (marija, li):
        teacher.go(url).page.get_by_role("link", name="Change “First meeting”").first.click()
    marija.page.get_by_label("Title").fill("Meet and listen")
    marija.press("Save the change")
    li.page.get_by_label("Title").fill("Hello, Belgrade")
    li.press("Save the change")
    expect(li.page.get_by_role("alert")).to_contain_text("Nothing of yours was saved yet")
    compared = li.page.get_by_role("row").filter(has_text="Title")
    expect(compared).to_contain_text("Meet and listen")
    expect(compared).to_contain_text("Hello, Belgrade")
    expect(li.page.get_by_label("Title")).to_have_value("Hello, Belgrade")
    expect(marija.go(url).page.get_by_role("heading", name="Meet and listen")).to_be_visible()
    expect(marija.page.get_by_role("heading", name="Hello, Belgrade")).to_have_count(0)
