from __future__ import annotations

from unittest.mock import patch

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from coil_bridge import errors
from tests.unit.web.conftest import World


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (errors.NotFound("There is no such pairing."), 404, "There is nothing at this address"),
        (errors.Forbidden("Only the teachers can do this."), 403, "Only the teachers can do this."),
        (errors.Conflict("This pairing is completed."), 409, "This pairing is completed."),
        (errors.Gone("This link was used."), 410, "This link was used."),
        (errors.TooManyRequests("Too many links.", 60), 429, "Too many links."),
        (errors.InvalidInput({"zone": ["Choose a zone."]}), 422, "Choose a zone."),
        (
            errors.PartnerUnavailable("%(site)s is paused.", {"site": "UB Moodle"}),
            502,
            "UB Moodle is paused.",
        ),
        (errors.Unavailable("The storage is full."), 503, "The storage is full."),
    ],
)
def test_each_error_has_one_status_and_a_page(
    world: World, error: errors.CoilBridgeError, status: int, says: str
) -> None:
    with patch.object(world.services.pairings, "get", side_effect=error):
        answer = world.browser(world.mira).get(
            "/pairings/x", headers={"Referer": "https://bridge.example.org/me"}
        )
    assert answer.status_code == status
    assert says in answer.text
    assert 'href="https://bridge.example.org/me"' in answer.text
    assert ("Retry-After" in answer.headers) is (status == 429)


def test_what_does_not_exist_gives_no_reason(world: World) -> None:
    answer = world.browser(world.mira).get("/pairings/nonesuch")
    assert "no such pairing" not in answer.text


def test_the_way_back_never_leads_to_another_site(world: World) -> None:
    answer = world.browser(world.mira).get("/nowhere", headers={"Referer": "https://evil.example/me"})
    assert answer.status_code == 404
    assert "evil.example" not in answer.text


def test_something_unforeseen_gives_a_number_under_which_the_log_has_it(world: World) -> None:
    broken = OperationalError("INSERT ... VALUES ('mira@example.org')", {}, Exception("disk"))
    with (
        structlog.testing.capture_logs() as logs,
        patch.object(world.services.pairings, "get", side_effect=broken),
    ):
        answer = world.browser(world.mira).get("/pairings/x")
    [failure] = [each for each in logs if each["event"] == "failure"]
    assert answer.status_code == 500
    assert failure["request_id"] in answer.text
    assert failure["request_id"] == answer.headers["X-Request-ID"]
    assert failure["error"] == "OperationalError"
    assert "mira@example.org" not in str(logs)
    assert "mira@example.org" not in answer.text


def test_an_unknown_method_says_what_is_allowed(world: World) -> None:
    answer = world.browser().client.put("/healthz")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_page_that_needs_a_person_offers_to_sign_in_and_is_opened_afterwards(world: World) -> None:
    pairing = world.pairing()
    browser = world.browser()
    answer = browser.get(f"/pairings/{pairing.id}")
    assert answer.status_code == 401
    assert 'name="login"' in answer.text
    token = world.services.signin.link(world.mira.id).rpartition("/")[2]
    assert browser.post(f"/signin/{token}").headers["Location"] == f"/pairings/{pairing.id}"
