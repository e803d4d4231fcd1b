"""The last day, one course's invitation, and the phase that a proposal starts with."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

from coil_bridge.domain import Answer, PairingState
from tests.unit.web.conftest import World


def test_the_last_day_is_moved_on_a_page_of_its_own(world: World) -> None:
    pairing = world.pairing()
    browser = world.browser(world.aigerim)
    assert "Move the last day…" in browser.get(f"/pairings/{pairing.id}").text
    page = browser.get(f"/pairings/{pairing.id}/end").text
    assert 'value="2026-12-18"' in page
    refused = browser.post(f"/pairings/{pairing.id}/end", {"ends_on": "2026-09-01", "version": "1"})
    assert refused.status_code == 422
    assert "after the first day" in refused.text
    done = browser.post(f"/pairings/{pairing.id}/end", {"ends_on": "2027-01-22", "version": "1"})
    assert urlsplit(done.headers["Location"]).path == f"/pairings/{pairing.id}"
    page = browser.get(f"/pairings/{pairing.id}").text
    assert "Moved the last day" in page
    assert "Fri 18 Dec → Fri 22 Jan" in page
    late = browser.post(f"/pairings/{pairing.id}/end", {"ends_on": "2027-01-29", "version": "1"})
    assert late.status_code == 409
    assert world.browser(world.dana).get(f"/pairings/{pairing.id}/end").status_code == 403


def test_one_of_several_invitations_is_withdrawn(world: World) -> None:
    kst = world.build.site("Kraków")
    tomasz = world.build.person("Tomasz Zieliński", site=kst)
    krakow = world.build.course(kst, "Trade Talks", teachers=[tomasz])
    pairing = world.build.pairing(
        [world.belgrade, world.almaty, krakow], proposed_by=world.mira, state=PairingState.PROPOSED
    )
    browser = world.browser(world.mira)
    page = browser.get(f"/pairings/{pairing.id}").text
    assert page.count("Withdraw this invitation…") == 2
    assert "Withdraw this invitation…" not in world.browser(world.aigerim).get(f"/pairings/{pairing.id}").text
    address = f"/pairings/{pairing.id}/invitations/{krakow.id}"
    assert "Trade Talks" in browser.get(address).text
    assert world.browser(tomasz).get(address).status_code == 404
    done = browser.post(address, {"reason": "Our dates differ."})
    assert done.status_code == 303
    after = world.services.pairings.get(world.mira, pairing.id).pairing
    assert {each.course.fullname: each.answer for each in after.courses if not each.initiating} == {
        "English for Negotiators": Answer.PENDING,
        "Trade Talks": Answer.DECLINED,
    }
    # With one left it is the proposal that is withdrawn.
    assert "Withdraw this invitation…" not in browser.get(f"/pairings/{pairing.id}").text
    assert browser.get(f"/pairings/{pairing.id}/invitations/{world.almaty.id}").status_code == 404


def test_a_proposal_starts_with_the_phase_of_its_first_day(world: World) -> None:
    pilot = world.build.pilot(name="Pilot 2026/27 of this test")
    autumn = world.build.phase(pilot, "Autumn", starts_on=date(2026, 9, 20), ends_on=date(2026, 10, 10))
    world.build.phase(pilot, "Spring", starts_on=date(2027, 2, 1), ends_on=date(2027, 6, 30))
    page = (
        world.browser(world.mira).get(f"/pairings/new?own={world.belgrade.id}&partner={world.almaty.id}").text
    )
    assert f'<option value="{autumn.id}" selected>' in page
