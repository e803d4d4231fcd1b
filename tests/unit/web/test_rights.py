from __future__ import annotations

import json
import re

import pytest

from coil_bridge.domain import Pairing, Person, Role
from coil_bridge.evaluation.certificate_rules import CertificateRule
from coil_bridge.services.piloting.certificates import Standing
from coil_bridge.storage.storage import Transaction
from tests.unit.web.conftest import Browser, World


@pytest.fixture
def lead(world: World) -> Browser:
    return world.browser(world.build.person("Tomasz Zieliński", roles=[Role.EVALUATION_LEAD]))


def completes(world: World, *people: Person) -> None:
    """The evaluation finds that these people have completed."""

    def completion(_tx: Transaction, person: Person, _pairing: Pairing) -> Standing:
        return Standing(person in people, 2, CertificateRule().words(85))

    world.services.certificates._completion = completion  # the rule has tests of its own


def test_everybody_can_read_what_is_held(world: World) -> None:
    page = world.browser().get("/privacy")
    assert page.status_code == 200
    assert "keyed hash" in page.text
    assert "/me/held" not in page.text
    assert "/me/held" in world.browser(world.jelena).get("/privacy").text


def test_somebody_takes_the_own_data_along(world: World) -> None:
    answer = world.browser(world.jelena).post("/me/held")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="coil-bridge-data.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(answer.text)["rows"]["person"][0]["name"] == "Jelena Marković"


def test_erasing_asks_first_and_signs_out(world: World) -> None:
    jelena = world.browser(world.jelena)
    assert "cannot be undone" in jelena.get("/me/erase").text
    assert jelena.post("/me/erase").status_code == 422
    gone = jelena.post("/me/erase", {"sure": "yes"}, follow_redirects=True)
    assert "Your data are erased" in gone.text
    assert jelena.get("/me").status_code in {302, 303, 401}
    assert world.services.people.get(world.jelena.id).name == "–"


def test_a_stranger_has_nothing_to_erase(world: World) -> None:
    assert world.browser().post("/me/erase", {"sure": "yes"}).status_code in {302, 303, 401}


def test_the_lead_decides_how_long_a_pilot_is_kept(world: World, lead: Browser) -> None:
    pilot = world.build.pilot()
    page = f"/pilots/{pilot.id}"
    assert 'value="2032-07-31"' in lead.get(page).text
    lead.post(f"{page}/retention", {"keep_until": "2028-07-31"})
    assert 'value="2028-07-31"' in lead.get(page).text
    refused = lead.post(f"{page}/retention", {"keep_until": "2027-01-01"}, follow_redirects=True)
    assert "Choose a day to come" in refused.text
    assert (
        world.browser(world.mira).post(f"{page}/retention", {"keep_until": "2028-07-31"}).status_code == 404
    )


def test_from_completing_to_a_certificate_that_a_stranger_verifies(world: World, lead: Browser) -> None:
    pairing = world.pairing(phase=world.build.phase())
    completes(world, world.jelena)
    jelena = world.browser(world.jelena)
    assert "Your certificate" in jelena.get(f"/pairings/{pairing.id}").text
    page = jelena.post(f"/pairings/{pairing.id}/certificate", follow_redirects=True).text
    address = page.split('href="/certificates/')[1].split('"')[0]
    token = jelena.get(f"/certificates/{address}").text
    stranger = world.browser()
    assert "genuine and counts" in stranger.post("/certificates/verify", {"token": token}).text
    assert stranger.get(f"/certificates/{address}").status_code in {302, 303, 401}
    assert world.browser(world.dana).get(f"/certificates/{address}").status_code == 404
    listed = lead.get(f"/pairings/{pairing.id}/certificates").text
    assert "Jelena Marković" in listed
    revoke = next(each for each in re.findall(r'action="([^"]+)"', listed) if "/revoke" in each)
    assert lead.post(revoke, {"reason": "By mistake"}).status_code == 303
    assert "has been revoked" in stranger.post("/certificates/verify", {"token": token}).text


def test_who_has_not_completed_is_told_the_rule(world: World) -> None:
    pairing = world.pairing(phase=world.build.phase())
    completes(world, world.jelena)
    dana = world.browser(world.dana)
    page = dana.get(f"/pairings/{pairing.id}/certificate").text
    assert "You have not earned it yet." in page
    assert "at least 80 per cent of the joint sessions held" in page
    assert dana.post(f"/pairings/{pairing.id}/certificate").status_code == 409
    assert world.browser(world.mira).get(f"/pairings/{pairing.id}/certificate").status_code == 404


def test_the_lead_puts_another_rule_in_force(world: World, lead: Browser) -> None:
    page = f"/pilots/{world.build.pilot().id}/certificates"
    assert "at least 80 per cent of the joint sessions held" in lead.get(page).text
    rule = {"version": "1", "sessions_percent": "0", "contact_hours": "0", "moodle": "ignored"}
    refused = lead.post(page, rule)
    assert (refused.status_code, "Ask for sessions or hours" in refused.text) == (422, True)
    assert lead.post(page, rule | {"contact_hours": "6"}).status_code == 303
    shown = lead.get(page).text
    assert "At least 6 contact hours" in shown
    assert "Rules before it" in shown
    assert lead.post(page, rule | {"contact_hours": "8"}).status_code == 409  # of the version that is gone
    assert world.browser(world.mira).get(page).status_code == 404


def test_keys_and_the_list_of_revoked_ones_are_public(world: World) -> None:
    pairing = world.pairing(phase=world.build.phase())
    completes(world, world.jelena)
    world.services.certificates.issue(world.jelena, pairing.id)
    stranger = world.browser()
    [kid] = stranger.get("/certificates/issuer").json["publicKeyPem"]  # type: ignore[index] - it is JSON
    answer = stranger.get(f"/certificates/status/{kid}")
    assert answer.mimetype == "application/vc+jwt"
    assert answer.text.count(".") == 2
    assert stranger.get("/certificates/status/nothing").status_code == 404
    page = stranger.client.get("/certificates/verify", base_url="https://evil.example").text
    assert "not a certificate" not in page
    assert "https://bridge.example.org/certificates/issuer" in page


def test_certificates_are_verified_sixty_times_a_minute_from_one_address(world: World) -> None:
    stranger, at = world.browser(), {"REMOTE_ADDR": "203.0.113.9"}
    codes = [
        stranger.post("/certificates/verify", {"token": "x"}, environ_base=at).status_code for _ in range(61)
    ]
    assert codes == [200] * 60 + [429]
    world.clock.advance(seconds=1)
    assert stranger.post("/certificates/verify", {"token": "x"}, environ_base=at).status_code == 200


@pytest.mark.parametrize("text", ["", "nonsense", "a.b.c"])
def test_nonsense_is_no_certificate(world: World, text: str) -> None:
    assert "no certificate of ours" in world.browser().post("/certificates/verify", {"token": text}).text
