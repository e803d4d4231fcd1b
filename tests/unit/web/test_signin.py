from __future__ import annotations

import structlog

from tests.unit.web.conftest import World


def link(world: World) -> str:
    return "/signin/" + world.services.signin.link(world.mira.id).rpartition("/")[2]


def test_the_answer_does_not_tell_who_is_known(world: World) -> None:
    asked = [
        world.browser().post("/signin", {"site_id": world.ub.id, "login": login})
        for login in ("mira@example.org", "nobody@example.org")
    ]
    assert [(each.status_code, each.headers["Location"]) for each in asked] == [(303, "/signin/sent")] * 2


def test_what_was_typed_stays_in_a_refused_form(world: World) -> None:
    answer = world.browser().post("/signin", {"site_id": "", "login": "mira"})
    assert answer.status_code == 422
    assert 'value="mira"' in answer.text
    assert 'href="#f-site_id"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_opening_the_link_does_not_use_it_up(world: World) -> None:
    address = link(world)
    for _ in range(3):
        assert "Mira Jovanović" in world.browser().get(address).text
    browser = world.browser()
    assert browser.post(address).status_code == 303
    assert "Hello, Mira Jovanović" in browser.get("/").text
    assert world.browser().get(address).status_code == 410
    assert world.browser().post(address).status_code == 410


def test_signing_out_ends_the_session_on_the_server_too(world: World) -> None:
    browser = world.browser(world.mira)
    copied = browser.client.get_cookie("coil_bridge_session", domain="bridge.example.org")
    assert copied
    browser.post("/signout")
    assert browser.get("/me").status_code == 401
    thief = world.browser()
    thief.client.set_cookie("coil_bridge_session", copied.value, domain="bridge.example.org", secure=True)
    assert thief.get("/me").status_code == 401


def test_signing_out_everywhere_ends_the_other_browser(world: World) -> None:
    here, there = world.browser(world.mira), world.browser(world.mira)
    here.post("/me/signout-everywhere")
    assert there.get("/me").status_code == 401


def test_no_log_line_holds_a_secret_path_or_a_name(world: World) -> None:
    pairing = world.pairing()
    address = link(world)
    with structlog.testing.capture_logs() as logs:
        browser = world.browser()
        browser.get(address)
        browser.post(address)
        browser.get(f"/calendar/{'s' * 43}.ics?download=1")
        browser.get(f"/pairings/{pairing.id}")
    said = str(logs)
    assert address.rpartition("/")[2] not in said
    assert "s" * 43 not in said
    assert "download" not in said
    assert "Mira" not in said
    assert {each["rule"] for each in logs} >= {"/signin/<token>", "/calendar/<token>.ics"}
