from __future__ import annotations

import re

import pytest

from coil_bridge.domain import PairingState
from coil_bridge.storage.engine import reading
from coil_bridge.storage.tables import pairing as pairing_table
from tests.unit.web.conftest import Browser, World


def proposal(world: World, **changes: object) -> dict[str, object]:
    return {
        "idempotency_key": "k" * 16,
        "own_course_id": world.belgrade.id,
        "partner_course_ids": [world.almaty.id],
        "model": "COIL",
        "language": "en",
        "starts_on": "2026-10-26",
        "ends_on": "2026-12-18",
        "title": "Voices across borders",
        "message": "Shall we compare how we say no?",
    } | changes


def proposed(world: World) -> str:
    answer = world.browser(world.mira).post("/pairings", proposal(world))
    assert answer.status_code == 303
    return answer.headers["Location"]


def count(world: World) -> int:
    with reading(world.services.storage._engine) as connection:
        return len(connection.execute(pairing_table.select()).all())


def test_from_the_own_course_to_the_partners_answer(world: World) -> None:
    mira, aigerim = world.browser(world.mira), world.browser(world.aigerim)
    assert f"/courses/find?own={world.belgrade.id}" in mira.get("/courses").text
    found = mira.get(f"/courses/find?own={world.belgrade.id}&text=negotiators").text
    assert f'name="partner" value="{world.almaty.id}"' in found
    form = mira.get(f"/pairings/new?own={world.belgrade.id}&partner={world.almaty.id}").text
    assert re.search(rf'value="{world.almaty.id}" checked', form)
    assert 'value="2026-09-28"' in form  # the day on which both courses have begun
    page = mira.post("/pairings", proposal(world)).headers["Location"]
    assert "A proposal waits for you" in aigerim.get("/").text
    assert "This proposal waits for your answer" in aigerim.get(page).text
    assert aigerim.post(f"{page}/accept", {"reason": "With pleasure"}).status_code == 303
    assert "With pleasure" in mira.get(page).text
    assert "A proposal waits" not in aigerim.get("/").text


def test_a_double_click_makes_one_pairing(world: World) -> None:
    browser = world.browser(world.mira)
    first, second = (browser.post("/pairings", proposal(world)) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert count(world) == 1


def test_a_refused_form_keeps_its_values_and_its_key(world: World) -> None:
    answer = world.browser(world.mira).post(
        "/pairings", proposal(world, ends_on="2026-10-01", title="Glasovi preko granica")
    )
    assert answer.status_code == 422
    assert 'value="Glasovi preko granica"' in answer.text
    assert f'value="{"k" * 16}"' in answer.text
    assert "The last day comes after the first day." in answer.text
    assert 'href="#f-ends_on"' in answer.text
    assert count(world) == 0


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("model", "XYZ", "Please choose one from the list."),
        ("starts_on", "26.10.2026", "Please give a day"),
        ("starts_on", "", "Please fill this in."),
        ("title", "a\x00b", "invisible control characters"),
        ("title", "x" * 201, "This is too long"),
        ("partner_course_ids", [], "Please fill this in."),
        ("partner_course_ids", ["nonesuch"], "cannot be paired"),
    ],
)
def test_each_field_says_what_is_wrong(world: World, field: str, value: object, reason: str) -> None:
    answer = world.browser(world.mira).post("/pairings", proposal(world, **{field: value}))
    assert answer.status_code == 422
    assert reason in answer.text


def test_a_forbidden_move_is_a_conflict_that_says_why(world: World) -> None:
    page = proposed(world)
    mira = world.browser(world.mira)
    answer = mira.post(f"{page}/complete")
    assert answer.status_code == 409
    assert "This pairing is proposed" in answer.text
    assert "Not as things stand" in mira.get(f"{page}/complete").text


def test_calling_off_asks_first_and_wants_a_reason(world: World) -> None:
    pairing = world.pairing()
    browser, page = world.browser(world.mira), f"/pairings/{pairing.id}"
    assert "Call off the whole pairing?" in browser.get(f"{page}/cancel").text
    refused = browser.post(f"{page}/cancel", {"reason": " "})
    assert refused.status_code == 422
    assert "Say why: the others will read it." in refused.text
    assert browser.post(f"{page}/cancel", {"reason": "Strike"}).status_code == 303
    assert world.services.pairings.get(world.mira, pairing.id).pairing.state is PairingState.CANCELLED


def test_a_student_sees_sessions_but_neither_message_nor_trail(world: World) -> None:
    pairing = world.pairing(message="Between us teachers: the dean wants this.")
    world.build.session(pairing, world.mira)
    page = world.browser(world.jelena).get(f"/pairings/{pairing.id}").text
    assert "First meeting" in page
    assert "Subscribe to the calendar" in page
    assert "the dean wants this" not in page
    assert "What happened" not in page
    assert "Plan a session" not in page


def test_a_student_cannot_make_a_move(world: World) -> None:
    page = f"/pairings/{world.pairing().id}"
    jelena = world.browser(world.jelena)
    assert jelena.get(f"{page}/cancel").status_code == 404
    assert jelena.post(f"{page}/cancel", {"reason": "No"}).status_code == 403


def test_times_are_on_the_readers_clock(world: World) -> None:
    pairing = world.pairing()
    world.build.session(pairing, world.mira)  # 13:00 UTC
    here = world.browser(world.jelena).get(f"/pairings/{pairing.id}").text
    there = world.browser(world.dana).get(f"/pairings/{pairing.id}").text
    assert "Tue 27 Oct 2026, 14:00" in here
    assert "Tue 27 Oct 2026, 18:00" in there


def test_the_device_s_clock_is_remembered_once_and_never_over_a_choice(world: World) -> None:
    browser: Browser = world.browser(world.jelena)
    assert 'id="zone-offer"' in browser.get("/").text
    assert browser.post("/me/zone", {"zone": "Europe/Lisbon"}).status_code == 204
    assert "It is 09:00 in Lisbon" in browser.get("/").text
    assert 'id="zone-offer"' not in browser.get("/").text
    assert browser.post("/me/zone", {"zone": "Asia/Tokyo", "back": "/about"}).headers["Location"] == "/about"
    assert "Lisbon" in browser.get("/").text
    assert browser.post("/me/zone", {"zone": "Mars/Olympus"}).status_code == 204


def test_own_courses_say_how_old_they_are(world: World) -> None:
    world.clock.advance(hours=2)
    page = world.browser(world.mira).get("/courses").text
    assert "As Moodle showed it" in page
    assert "2 hours ago" in page
