"""Every page of the product, and of the demo around it, as each of its people meets it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, StorageState
from werkzeug.routing import RequestRedirect

from coil_bridge.app import create_app
from coil_bridge.demo.running import Consortium
from coil_bridge.settings import Settings
from tests.functional.thread.looking import faults_of
from tests.functional.thread.teaching import fill_proposal
from tests.functional.thread.times import next_jump_forward, today
from tests.functional.visitors import Enter, Visitor, enter_by_door, open_window

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PROPOSAL = "Managers of two continents"
PAGES = {
    "nobody": [
        "/",
        "/signin",
        "/signin/sent",
        "/signin/used-long-ago",
        "/about",
        "/calendars",
        "/pairings",
        "/privacy",
        "/certificates/verify",
    ],
    "belgrade-teacher": [
        "/",
        "/me",
        "/courses",
        "/courses/find",
        "/courses/find?text=nothing+of+the+kind",
        "/pairings",
        "/pairings/new",
        "/pairings/{pairing}",
        "/pairings/{pairing}/cancel",
        "/pairings/{pairing}/calendar",
        "/pairings/{pairing}/files",
        "/me/calendar",
        "/pairings/{pairing}/end",
        "/pairings/{pairing}/plan",
        "/pairings/{pairing}/plan/edit",
        "/academic-calendars",
        "/academic-calendars/{university}",
        "/academic-calendars/{university}/entries/{entry}",
        "/academic-calendars/{university}/import",
        "/pairings/{pairing}/sessions/new",
        "/pairings/{agreed}/times",
        "/pairings/{agreed}/times?minutes=600",
        "/pairings/{agreed}/times/plan?slot=rotating",
        "/me/hours",
        "/institutions/{institution}/hours",
        "/pairings/{pairing}/students",
        "/pairings/{ended}/students",
        "/sessions/{held}/attendance",
        "/pairings/{proposal}/withdraw",
        "/sessions/{session}/edit",
        "/sessions/{session}/cancel",
        "/courses/{course}/sessions",
        "/courses/{course}/next",
        "/courses/{course}/team",
        "/join/{session}",
        "/pairings/of-somebody-else",
    ],
    "almaty-teacher": ["/", "/pairings/{proposal}", "/pairings/{proposal}/accept"],
    "almaty-student": [
        "/",
        "/courses",
        "/me/data",
        "/pairings",
        "/pairings/{pairing}",
        "/pairings/{pairing}/calendar",
        "/surveys",
        "/surveys/{survey}/answer/{pairing}",
        "/pairings/{pairing}/certificate",
        "/privacy",
        "/me/erase",
    ],
    "shanghai-student": ["/", "/pairings"],
    "evaluation-lead": [
        "/",
        "/calendars",
        "/pairings/{pairing}",
        "/pilots",
        "/pilots/new",
        "/pilots/{pilot}",
        "/pilots/{pilot}/surveys",
        "/pilots/{pilot}/certificates",
        "/surveys/{survey}",
        "/surveys/{survey}/answers",
        "/surveys/{draft}/edit",
        "/surveys/{draft}/words?language=sr_Latn",
        "/pairings/{pairing}/certificates",
        "/pilots/{pilot}/destroy-key",
        "/pilots/{past}/evidence",
        "/pilots/{past}/evidence?by=group",
        "/pilots/{past}/board",
        "/pilots/{pilot}/records/{pairing}",
    ],
    "administrator": [
        "/",
        "/console/sites",
        "/console/sites/new",
        "/console/plugin",
        "/console/sites/{site}",
        "/console/sites/{site}/remove",
        "/console/universities/{institution}",
        "/console/sites/{site}/lti/new",
        "/console/lti/keys",
        "/console/people",
        "/console/people/{person}",
        "/console/rooms",
        "/console/rooms/{room}/remove",
        "/console/work",
    ],
}
NO_PAGES = {
    "static",
    "feed.serve",
    "health.alive",
    "health.ready",
    "health.metrics",
    "uploads.standing",
    "pilots.progress",  # a part of a page, and a file
    "calendar.moodles",
    "pilots.download",
    "evidence.packs",  # likewise
    "evidence.state",
    "evidence.download",
    "lti_keys.show",
    "join.room",  # leads on to a session's door
    "plugin.download",
    "certificates.file",
    "certificates.issuer",
    "certificates.page",
    "certificates.status",
}
ELSEWHERE = {  # need a launch or an address made once; seen on the way in test_lti and below
    "calendar.confirm_revoke",
    "signin.confirm",
    "connect.ask",
    "lti_handover.arrive",
    "lti_launch.look",
    "lti_login.begin",
    "lti_register.ask",
    "readiness.show",
    "stop.ask",  # a link in an e-mail, in test_series
    "pairing_changes.invitation",  # needs a proposal to several
}
REFUSED = {
    ("nobody", "/signin/used-long-ago"): 410,
    ("nobody", "/pairings"): 401,
    ("belgrade-teacher", "/pairings/of-somebody-else"): 404,
}
Ids = Mapping[str, str]


@pytest.fixture(scope="module")
def ids(chromium: Browser, running: Consortium, signed_in: dict[str, StorageState]) -> Ids:
    """What the addresses of the pages need: the pairing under way, and a proposal that waits."""
    marija = enter_by_door(chromium, running, "belgrade-teacher")
    lead, ivana = (enter_by_door(chromium, running, door) for door in ("evaluation-lead", "administrator"))
    pairing = id_behind(marija.go("/pairings"), "Cities that work")
    found = {
        "pairing": pairing,
        "session": id_behind(marija.go(f"/pairings/{pairing}"), "Change “Comparing two cities”"),
        "course": id_behind(marija.go("/courses"), "Find a partner.*Sustainable Cities"),
        "proposal": propose(marija),
        "ended": id_behind(marija.go("/pairings"), "Two rivers"),
        "agreed": id_behind(marija.go("/pairings"), "Three cities"),
        "institution": id_behind(marija.go("/me/hours"), "Danube University"),
        "pilot": id_behind(lead.go("/pilots"), "Pilot of the virtual"),
        "past": id_behind(lead.go("/pilots"), "First pilot"),
        "held": held_session(marija, pairing),
        "site": id_behind(ivana.go("/console/sites"), "Alatau Moodle"),
        "university": id_behind(marija.go("/academic-calendars"), "Danube University Belgrade"),
        "room": room_of(ivana.go("/console/rooms")),
        "person": id_behind(ivana.go("/console/people"), "Lena Evaluation"),
    }
    found["survey"] = id_behind(lead.go(f"/pilots/{found['pilot']}/surveys"), "Intercultural knowledge")
    found["draft"] = lead.press("Start a draft").page.url.split("/")[-2]
    found["entry"] = entry_of(marija.go(f"/academic-calendars/{found['university']}"))
    for door, visitor in (("belgrade-teacher", marija), ("evaluation-lead", lead), ("administrator", ivana)):
        signed_in[door] = visitor.context.storage_state()
        visitor.context.close()
    return found


def room_of(visitor: Visitor) -> str:
    """The first room that the console offers to remove."""
    link = visitor.page.get_by_role("link", name=re.compile("Remove")).first
    return (link.get_attribute("href") or "").split("/")[-2]


def id_behind(visitor: Visitor, link: str) -> str:
    """The id in the address behind a link, whose name is given as a pattern."""
    address = visitor.page.get_by_role("link", name=re.compile(link)).first.get_attribute("href") or ""
    (found,) = re.findall(r"[/=]([a-z0-9]{16})(?:/|$)", address)
    return str(found)


def entry_of(visitor: Visitor) -> str:
    """The id of the first entry of an academic calendar."""
    link = visitor.page.get_by_role("link", name=re.compile("Change “")).first
    return (link.get_attribute("href") or "").rpartition("/")[2]


def held_session(marija: Visitor, pairing: str) -> str:
    """The session that has been held last; its link stands in a part of the page that is closed."""
    link = marija.go(f"/pairings/{pairing}").page.locator("a[href$='/attendance']").first
    return (link.get_attribute("href") or "").split("/")[2]


def propose(marija: Visitor) -> str:
    marija.go("/courses/find?text=Cross-Cultural").page.get_by_label("Cross-Cultural Management").check()
    marija.press("Propose a pairing").page.get_by_label("Your course").select_option(index=1)
    fill_proposal(marija, PROPOSAL, today(), today() + timedelta(days=60))
    marija.press("Send the proposal")
    return marija.page.url.rpartition("/")[2]


@pytest.mark.parametrize("door", list(PAGES))
def test_pages_are_accessible_and_fit(
    chromium: Browser, running: Consortium, enter: Enter, ids: Ids, door: str
) -> None:
    visitor = open_window(chromium, running.service_url) if door == "nobody" else enter(door)
    found = []
    for path in PAGES[door]:
        assert visitor.status_of(path.format(**ids)) == REFUSED.get((door, path), 200)
        found += faults_of(visitor)
    assert found + visitor.complaints == []


def test_no_page_is_forgotten(settings: Settings) -> None:
    app = create_app(settings)
    seen = {endpoint(app, path) for paths in PAGES.values() for path in paths} - {""}
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert pages - seen - NO_PAGES - ELSEWHERE == set()


def endpoint(app: Flask, path: str) -> str:
    """The name of the page at an address; empty where a redirect leads elsewhere."""
    try:
        name, _ = app.url_map.bind("localhost").match(path.partition("?")[0])
    except RequestRedirect:
        return ""
    return str(name)


def test_answers_to_forms(enter: Enter, ids: Ids) -> None:
    """What comes back after a mistake is a page too: reasons first, and everything typed still there."""
    marija, lead, ivana = enter("belgrade-teacher"), enter("evaluation-lead"), enter("administrator")
    for visitor, path, button in (
        (marija, "/pairings/new", "Send the proposal"),
        (marija, f"/pairings/{ids['pairing']}/sessions/new", "Plan it and tell the partners"),
        (marija, f"/pairings/{ids['pairing']}/cancel", "Call it off"),
        (lead, "/pilots/new", "Set up the pilot"),
        (lead, f"/pilots/{ids['pilot']}", "Add the phase"),
        (ivana, "/console/sites/new", "Connect and check"),
        (ivana, f"/console/sites/{ids['site']}", "Replace and check"),
        (ivana, "/console/people", "Invite by e-mail"),
    ):
        visitor.go(path).page.get_by_role("button", name=button).click()
        visitor.page.get_by_role("alert").wait_for()
        assert faults_of(visitor) == []


def test_what_a_session_may_need_to_ask(enter: Enter, ids: Ids) -> None:
    """A time to choose a reading for, and a change that somebody else has overtaken."""
    marija = enter("belgrade-teacher")
    marija.go(f"/pairings/{ids['pairing']}/sessions/new")
    marija.page.get_by_label("Day and time").fill(f"{next_jump_forward().isoformat()}T02:30")
    marija.page.get_by_label("The earlier one").wait_for()
    assert faults_of(marija) == []
    aigerim = enter("almaty-teacher").go(f"/sessions/{ids['session']}/edit")
    for teacher, notes in ((marija.go(f"/sessions/{ids['session']}/edit"), "Bring a map"), (aigerim, "–")):
        teacher.page.get_by_label("Notes for the students").fill(notes)
        teacher.press("Save the change")
    aigerim.page.get_by_role("button", name="Replace with what I typed").wait_for()
    assert faults_of(aigerim) == []


def test_a_series_and_an_address_to_end(enter: Enter, ids: Ids) -> None:
    marija, arman = enter("belgrade-teacher"), enter("almaty-student")
    marija.go(f"/pairings/{ids['pairing']}/sessions/new")
    marija.page.get_by_label("Every week").check()
    marija.page.get_by_label("How many sessions").fill("4")
    marija.page.get_by_label("Day and time").fill(f"{(today() + timedelta(days=9)).isoformat()}T21:00")
    marija.page.get_by_role("region", name="The whole series").wait_for()
    assert faults_of(marija) == []
    arman.go(f"/pairings/{ids['pairing']}/calendar").press("Get my address")
    assert faults_of(arman) == []
    assert faults_of(arman.press("End this address")) == []


def test_the_demos_own_pages(chromium: Browser, running: Consortium) -> None:
    visitor = open_window(chromium, running.service_url)
    moodle = running.partners["almaty"].moodle.url
    for address in (
        running.front_url,
        f"{running.front_url}/mail",
        f"{moodle}/login/index.php",
        f"{moodle}/login/index.php?username=aigerim.sadykova",
        f"{moodle}/message/index.php",
    ):
        assert faults_of(visitor.go(address)) == []
    assert visitor.complaints == []
