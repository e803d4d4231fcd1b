from __future__ import annotations

import pytest

from tests.unit.web.conftest import World


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [
        ("/about?x=1", "/about?x=1"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/\t/evil.example/", "/"),
        ("https://evil.example/", "/"),
    ],
)
def test_a_choice_never_leads_to_another_site(world: World, back: str, leads_to: str) -> None:
    answer = world.browser().post("/appearance", {"theme": "dark", "back": back})
    assert answer.headers["Location"] == leads_to


def test_dark_is_remembered_in_this_browser(world: World) -> None:
    browser = world.browser()
    assert "data-theme" not in browser.get("/").text
    browser.post("/appearance", {"theme": "dark", "back": "/"})
    assert 'data-theme="dark"' in browser.get("/").text
    assert browser.post("/appearance", {"theme": "pink"}).status_code == 422


def test_a_zone_is_chosen_by_its_city_and_used_everywhere(world: World) -> None:
    browser = world.browser(world.mira)
    assert "Almaty (Asia/Almaty)" in browser.get("/me").text
    browser.post("/me", {"language": "", "zone": "Asia/Almaty"})
    assert "It is 13:00 in Almaty" in browser.get("/").text
    browser.post("/me", {"language": "", "zone": ""})
    assert "It is 10:00 in Belgrade" in browser.get("/").text


def test_an_unknown_zone_or_language_is_refused(world: World) -> None:
    browser = world.browser(world.mira)
    refused = browser.post("/me", {"language": "xx", "zone": "Mars/Olympus"})
    assert refused.status_code == 422
    assert "Mars/Olympus is no time zone that is known here" in refused.text
    assert browser.post("/language", {"language": "xx"}).status_code == 422


def test_the_language_of_the_page_is_declared(world: World) -> None:
    page = world.browser().get("/", headers={"Accept-Language": "de, en;q=0.5"}).text
    assert '<html lang="en"' in page


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ("sr", "sr-Latn"),
        ("sr-RS,sr;q=0.9,en;q=0.8", "sr-Latn"),
        ("sr-Latn-RS, en;q=0.5", "sr-Latn"),
        ("kk-KZ, en-GB;q=0.8, sr;q=0.5", "en"),
        ("sr;q=0, en", "en"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_a_browser_gets_the_language_that_it_asks_for(world: World, wishes: str, language: str) -> None:
    page = world.browser().get("/", headers={"Accept-Language": wishes}).text
    assert f'<html lang="{language}"' in page


def test_a_switch_of_language_on_the_answer_to_a_form_leads_to_the_page_of_the_form(world: World) -> None:
    browser = world.browser(world.mira)
    pairing = world.pairing()
    for path, back in (("/pairings", "/pairings"), (f"/pairings/{pairing.id}/sessions", "/")):
        answer = browser.post(path, {})
        assert answer.status_code == 422
        assert f'name="back" value="{back}"' in answer.text
