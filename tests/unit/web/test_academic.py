"""Academic calendars, weeks and phases as pages."""

from __future__ import annotations

import html
import io
import re
from datetime import date

import pytest

from coil_bridge.services.calendar.calendar_inputs import SpanInput
from tests.unit.scheduling.clocks import utc
from tests.unit.web.conftest import Browser, World

FILE = b"""kind,name,first,last
term,Winter term,2026-10-01,2027-01-15
break,Winter break,2026-12-31,2027-01-08
"""


@pytest.fixture
def page(world: World) -> str:
    return f"/academic-calendars/{world.ub.institution.id}"


def enter(world: World, *spans: tuple[str, str, str, str], at: str = "") -> None:
    editing, place = world.services.terms.editing, at or world.ub.institution.id
    for kind, name, first, last in spans:
        form = SpanInput(kind, name, date.fromisoformat(first), date.fromisoformat(last))
        admin = world.build.administrator(f"Ana {name}")
        editing.add_span(admin, place, form, editing.get(admin, place).version)


def span_form(**changes: str) -> dict[str, str]:
    return {
        "version": "0",
        "year": "2026",
        "kind": "term",
        "name": "Winter term",
        "first": "2026-10-01",
        "last": "2027-01-15",
    } | changes


def text(answer: str) -> str:
    """What stands on a page, blanks evened out."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer)))


def test_a_teacher_enters_changes_and_removes_a_term(world: World, page: str) -> None:
    browser = world.browser(world.mira)
    assert "As long as no term is entered" in browser.get(page).text
    assert browser.post(f"{page}/entries", span_form()).headers["Location"].endswith(f"{page}?year=2026")
    shown = browser.get(f"{page}?year=2026").text
    entry = re.search(rf'"({page}/entries/[^"]+)"', shown)
    assert entry
    assert 'value="Winter term"' in browser.get(entry[1]).text
    changed = span_form(version="1", name="Autumn term")
    assert browser.post(entry[1], changed).status_code == 303
    assert "Changed “Autumn term”" in text(browser.get(page).text)
    stale = browser.post(entry[1], span_form(version="1", name="Another"))
    assert stale.status_code == 409
    assert "Somebody else changed this calendar" in stale.text
    assert 'value="Another"' in stale.text
    assert browser.post(f"{entry[1]}/remove", {"version": "2"}).status_code == 303
    assert "Nothing is entered for this year" in browser.get(page).text


def test_what_is_wrong_is_told_at_the_field(world: World, page: str) -> None:
    browser = world.browser(world.mira)
    answer = browser.post(f"{page}/entries", span_form(last="2026-09-01", name=""))
    assert answer.status_code == 422
    assert "f-name-error" in answer.text
    answer = browser.post(f"{page}/entries", span_form(last="2026-09-01"))
    assert "The last day does not come before the first day." in answer.text
    day = {"version": "0", "day": "2027-01-27", "change": "holiday", "holiday": ""}
    assert "f-holiday-error" in browser.post(f"{page}/days", day).text
    assert browser.post(f"{page}/days/nonsense/restore", {"version": "0"}).status_code == 404


def test_holidays_are_listed_and_changed(world: World) -> None:
    page = f"/academic-calendars/{world.ail.institution.id}?year=2026"
    browser = world.browser(world.aigerim)
    shown = text(browser.get(page).text)
    assert "Eid al-Adha Sunday, 16 May 2027 Estimated date" in shown
    days = page.partition("?")[0] + "/days"
    browser.post(days, {"version": "0", "day": "2027-05-16", "change": "holiday", "holiday": "Eid al-Adha"})
    browser.post(days, {"version": "1", "day": "2026-12-16", "change": "ordinary"})
    shown = text(browser.get(page).text)
    assert "Eid al-Adha Sunday, 16 May 2027 · entered here" in shown
    assert "Independence Day Wednesday, 16 December 2026 · no holiday here" in shown
    assert browser.post(f"{days}/2026-12-16/restore", {"version": "2", "year": "2026"}).status_code == 303
    assert "no holiday here Undo" not in text(browser.get(page).text)


def test_make_up_workdays_are_told_as_far_as_they_are_known(world: World) -> None:
    snc = world.build.site("Shanghai").institution.id
    shown = text(world.browser(world.mira).get(f"/academic-calendars/{snc}?year=2026").text)
    assert "Weekend days on which the country works: Sun 20 Sept, Sat 10 Oct." in shown
    assert "Make-up workdays and bridging days of 2027 are not known here" in shown
    assert "Enter a term or break" not in shown


def test_a_file_is_looked_at_and_brought_in(world: World, page: str) -> None:
    browser = world.browser(world.mira)
    data = {"file": (io.BytesIO(FILE), "terms.csv")}
    looked = browser.post(f"{page}/import", data, content_type="multipart/form-data")
    assert "Bring in 2 entries" in looked.text
    rows = re.search(r"<textarea[^>]*hidden[^>]*>([^<]+)</textarea>", looked.text)
    assert rows
    confirmed = {"version": "0", "rows": html.unescape(rows[1])}
    assert browser.post(f"{page}/import/apply", confirmed).status_code == 303
    assert "Winter break" in browser.get(f"{page}?year=2026").text
    again = browser.post(f"{page}/import", {"pasted": FILE.decode()})
    assert "All of it is in the calendar already" in again.text
    late = browser.post(f"{page}/import/apply", {"version": "0", "rows": "kind,first\nbreak,2027-04-01\n"})
    assert late.status_code == 409
    wrong = browser.post(f"{page}/import", {"pasted": "kind,first\nterm,1/2/2027\n"})
    assert "One line cannot be used" in wrong.text
    assert "term,1/2/2027\n</textarea>" in wrong.text  # to be corrected in place
    assert "Bring in one" not in wrong.text
    refused = browser.post(f"{page}/import", {"pasted": ""})
    assert refused.status_code == 422
    crafted = browser.post(f"{page}/import/apply", {"version": "1", "rows": "kind,first\nterm,1/2/2027\n"})
    assert crafted.status_code == 422
    assert "Line 2: “1/2/2027” is no day" in html.unescape(crafted.text)


def test_others_look_and_are_shown_no_forms(world: World, page: str) -> None:
    enter(world, ("term", "Winter term", "2026-10-01", "2027-01-15"))
    for person in (world.aigerim, world.dana, world.build.lead()):
        browser = world.browser(person)
        shown = browser.get(f"{page}?year=2026").text
        assert "Winter term" in shown
        assert f'action="{page}/entries"' not in shown
        assert browser.get(f"{page}/import").status_code == 403
        assert browser.post(f"{page}/entries", span_form()).status_code == 403
    assert world.browser().get(page).status_code == 401
    assert "Academic calendars" in world.browser(world.build.administrator()).get("/academic-calendars").text


def proposal(world: World, **changes: str) -> dict[str, object]:
    return {
        "own_course_id": world.belgrade.id,
        "partner_course_ids": [world.almaty.id],
        "starts_on": "2026-12-28",
        "ends_on": "2027-01-10",
    } | changes


def test_no_common_week_is_said_before_anybody_proposes(world: World) -> None:
    enter(
        world,
        ("term", "Winter term", "2026-10-01", "2027-01-15"),
        ("break", "Winter break", "2026-12-28", "2027-01-08"),
    )
    browser = world.browser(world.mira)
    shown = text(browser.post("/pairings/weeks", proposal(world)).text)
    assert "There is no common teaching week" in shown
    assert "UB: Winter break, Mon 28 Dec to Fri 1 Jan" in shown
    assert "Nobody has entered the terms of Almaty Institute of Languages yet" in shown
    headers = {"X-Fragment": "preview", "Referer": "https://bridge.example.org/pairings/new"}
    later = browser.post("/pairings/weeks", proposal(world, ends_on="2027-01-15"), headers=headers)
    assert "<html" not in later.text
    assert "1 common teaching week of 3" in text(later.text)
    unfinished = browser.post("/pairings/weeks", proposal(world, ends_on=""), headers=headers)
    assert "Choose your course" in unfinished.text
    chosen = browser.get(f"/pairings/new?own={world.belgrade.id}&partner={world.almaty.id}")
    assert "common teaching weeks of" in chosen.text


def test_the_pairing_shows_its_weeks_and_the_reason_for_each_lost_one(world: World) -> None:
    enter(
        world,
        ("term", "Winter term", "2026-10-01", "2027-01-15"),
        ("exams", "Mid-term", "2026-11-09", "2026-11-13"),
    )
    pairing = world.pairing()
    shown = text(world.browser(world.dana).get(f"/pairings/{pairing.id}/plan").text)
    assert "UB: Mid-term, Mon 9 Nov to Fri 13 Nov" in shown
    assert "A proposal: nobody has saved a plan yet." in shown
    assert "Adapt the plan" not in shown
    page = world.browser(world.mira).get(f"/pairings/{pairing.id}").text
    assert "common teaching weeks of" in page
    assert 'class="bar exams"' in page
    assert "style=" not in page


def plan_form(**changes: str) -> dict[str, str]:
    return {
        "version": "0",
        "team_building_first": "2026-10-19",
        "team_building_last": "2026-11-01",
        "joint_project_first": "2026-11-02",
        "joint_project_last": "2026-12-11",
        "joint_project_title": "A podcast in pairs",
    } | changes


def edit_page(world: World) -> tuple[Browser, str]:
    return world.browser(world.mira), f"/pairings/{world.pairing().id}/plan"


def test_the_plan_is_laid_out_adapted_and_saved(world: World) -> None:
    browser, page = edit_page(world)
    assert 'name="team_building_weeks"' in browser.get(f"{page}/edit").text
    laid = browser.post(
        f"{page}/lay-out", plan_form(team_building_weeks="1", joint_project_weeks="3", comparing_weeks="0")
    ).text
    first = re.search(r'name="joint_project_first"[^>]*value="([^"]+)"', laid)
    assert first
    assert 'value="A podcast in pairs"' in laid
    assert re.search(r'name="comparing_first"[^>]*value=""', laid)
    assert browser.post(f"{page}/edit", plan_form()).status_code == 303
    shown = text(browser.get(page).text)
    assert "A podcast in pairs Joint project" in shown
    assert "Comparing" not in shown
    stale = browser.post(f"{page}/edit", plan_form(joint_project_title="Another"))
    assert stale.status_code == 409
    assert 'value="Another"' in stale.text
    assert "Saved the plan of phases" in browser.get(page.removesuffix("/plan")).text


def test_a_plan_that_cannot_be_is_told_at_the_field_and_drawn_as_far_as_it_goes(world: World) -> None:
    browser, page = edit_page(world)
    wrong = browser.post(f"{page}/edit", plan_form(team_building_last="", joint_project_first="soon"))
    assert wrong.status_code == 422
    assert "f-team_building_last-error" in wrong.text
    assert "f-joint_project_first-error" in wrong.text
    assert browser.post(f"{page}/edit", plan_form(joint_project_first="2026-11-01")).status_code == 422
    assert browser.post(f"{page}/lay-out", plan_form(team_building_weeks="99")).status_code == 422
    headers = {"X-Fragment": "preview", "Referer": "https://bridge.example.org/"}
    drawn = browser.post(f"{page}/preview", plan_form(team_building_last=""), headers=headers).text
    assert 'class="phase p3"' in drawn
    assert 'class="phase p1"' not in drawn
    assert "Over the weeks" in browser.post(f"{page}/preview", plan_form()).text
    assert world.browser(world.jelena).get(f"{page}/edit").status_code == 403


def test_every_page_says_of_a_session_what_the_calendar_says(world: World) -> None:
    """A session on Armistice Day: a holiday of the country, then none of the university, then a break."""
    pairing = world.pairing()
    world.build.session(pairing, world.mira, starts_at=utc("2026-11-11 13:00"))
    browser, place = world.browser(world.mira), world.ub.institution.id
    pages = ("/", f"/pairings/{pairing.id}", f"/pairings/{pairing.id}/calendar", "/me/calendar")
    course = (f"/courses/{world.belgrade.id}/sessions", f"/courses/{world.belgrade.id}/next")

    def say(words: str) -> list[bool]:
        return [words in text(browser.get(page).text) for page in (*pages, *course)]

    assert say("Public holiday on Wed 11 Nov: Armistice Day") == [True] * 6
    browser.post(
        f"/academic-calendars/{place}/days", {"version": "0", "day": "2026-11-11", "change": "ordinary"}
    )
    assert say("Armistice Day") == [False] * 6
    enter(world, ("break", "Reading week", "2026-11-09", "2026-11-15"))
    assert say("No teaching there on Wed 11 Nov: Reading week") == [True] * 6
