from __future__ import annotations

import pytest

from tests.unit.web.conftest import ORIGIN
from tests.unit.web.lti.campus import Campus, Visit, path_of, rows

OWN = {"Sec-Fetch-Site": "same-origin"}


def _inside(campus: Campus, name: str = "jelena") -> Visit:
    visit = campus.visit(name)
    visit.arrive()
    return visit


def _address(visit: Visit, path: str = "/pairings") -> str:
    answer = visit.browser.post("/lti/open", {"path": path}, headers={"X-Fragment": "address"})
    assert answer.mimetype == "text/plain"
    return answer.text


def test_a_page_in_a_frame_offers_a_tab_and_others_do_not(campus: Campus) -> None:
    visit = _inside(campus)
    assert "data-new-tab" in visit.browser.get("/pairings", headers={"Sec-Fetch-Dest": "iframe"}).text
    assert "data-new-tab" not in visit.browser.get("/pairings").text


def test_a_tab_goes_on_as_the_same_person_on_the_same_page(campus: Campus) -> None:
    address = _address(_inside(campus), "/pairings?x=1")
    tab = campus.world.browser()
    arrived = tab.get(address, headers=OWN)
    assert arrived.location == "/pairings?x=1"
    assert "Jelena" in tab.get("/me").text


def test_the_tab_has_the_limits_of_the_launch(campus: Campus) -> None:
    mira = campus.person("mira")
    course = campus.course(teachers=[mira])
    pairing = campus.world.build.pairing([course, campus.world.almaty], proposed_by=mira)
    visit = campus.visit("mira", as_learner=True)
    visit.arrive()
    tab = campus.world.browser()
    tab.get(_address(visit), headers=OWN)
    page = tab.get(f"/pairings/{pairing.id}")
    assert page.status_code == 200
    assert f"/pairings/{pairing.id}/sessions/new" not in page.text


def test_an_address_works_once(campus: Campus) -> None:
    address = _address(_inside(campus))
    assert campus.world.browser().get(address, headers=OWN).status_code == 303
    late = campus.world.browser()
    assert late.get(address, headers=OWN).status_code == 410
    assert late.get("/me").status_code == 401


def test_an_address_expires_after_two_minutes(campus: Campus) -> None:
    address = _address(_inside(campus))
    campus.world.clock.advance(seconds=121)
    assert campus.world.browser().get(address, headers=OWN).status_code == 410


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "cross-site"}, {}])
def test_an_address_from_elsewhere_asks_first(campus: Campus, headers: dict[str, str]) -> None:
    address = _address(_inside(campus))
    tab = campus.world.browser()
    asked = tab.get(address, headers=headers)
    assert asked.status_code == 200
    assert "signs you in as the person who made it" in asked.text
    assert tab.get("/me").status_code == 401
    assert path_of(tab.post(address)) == "/pairings"
    assert "Jelena" in tab.get("/me").text


def test_an_old_browser_is_known_by_where_it_came_from(campus: Campus) -> None:
    address = _address(_inside(campus))
    tab = campus.world.browser()
    assert tab.get(address, headers={"Referer": f"{ORIGIN}/pairings"}).status_code == 303


def test_without_a_script_the_address_is_a_link(campus: Campus) -> None:
    page = _inside(campus).browser.post("/lti/open", {"path": "/pairings"})
    assert 'href="/lti/open/' in page.text
    assert 'target="_blank" rel="noopener"' in page.text


@pytest.mark.parametrize("path", ["", "//elsewhere.example", "https://elsewhere.example/", "/\\elsewhere"])
def test_only_our_own_pages_are_handed_over(campus: Campus, path: str) -> None:
    assert _inside(campus).browser.post("/lti/open", {"path": path}).status_code == 422


def test_who_signed_in_by_a_link_has_nothing_to_hand_over(campus: Campus) -> None:
    browser = campus.world.browser(campus.person("mira"))
    before = rows(campus.world)
    assert browser.post("/lti/open", {"path": "/"}).status_code == 401
    assert rows(campus.world) == before


def test_a_session_that_ended_in_a_frame_is_renewed_through_moodle(campus: Campus) -> None:
    page = campus.world.browser().get("/pairings", headers={"Sec-Fetch-Dest": "iframe"})
    assert page.status_code == 401
    assert "Open the link in your course once more" in page.text


def test_nobody_makes_an_address_from_another_site(campus: Campus) -> None:
    visit = _inside(campus)
    assert visit.client.post("/lti/open", base_url=ORIGIN, data={"path": "/"}).status_code == 400
