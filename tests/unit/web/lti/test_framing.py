from __future__ import annotations

import itertools

import pytest

from tests.unit.web.lti.campus import Campus

_hours = itertools.count(1)  # who may frame is remembered for seconds, also from test to test


def _policy(answer: object) -> str:
    return str(answer.headers["Content-Security-Policy"])  # type: ignore[attr-defined]  # werkzeug's response


@pytest.fixture(autouse=True)
def _long_after(campus: Campus) -> None:
    campus.world.clock.advance(hours=next(_hours))


def test_pages_may_be_framed_by_the_moodles_with_the_tool_and_by_nobody_else(campus: Campus) -> None:
    answer = campus.world.browser().get("/about")
    assert f"frame-ancestors 'self' {campus.moodle.url};" in f"{_policy(answer)};"
    assert "X-Frame-Options" not in answer.headers


def test_a_moodle_that_was_switched_off_may_not_frame(campus: Campus) -> None:
    campus.world.services.lti.registry.disable(campus.administrator, campus.platform.id)
    answer = campus.world.browser().get("/about")
    assert _policy(answer).endswith("frame-ancestors 'self'")
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_who_may_frame_is_looked_up_anew_after_seconds(campus: Campus) -> None:
    browser = campus.world.browser()
    browser.get("/about")
    campus.world.services.lti.registry.disable(campus.administrator, campus.platform.id)
    assert campus.moodle.url in _policy(browser.get("/about"))
    campus.world.clock.advance(seconds=10)
    assert campus.moodle.url not in _policy(browser.get("/about"))


@pytest.mark.parametrize("path", ["/console/sites", "/console/rooms", "/console/work", "/console/plugin"])
def test_the_console_is_for_tabs_only(campus: Campus, path: str) -> None:
    answer = campus.world.browser(campus.administrator).get(path)
    assert answer.status_code == 200
    assert _policy(answer).endswith("frame-ancestors 'self'")
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_what_is_no_page_is_not_for_frames(campus: Campus) -> None:
    assert _policy(campus.world.browser().get("/healthz")).endswith("frame-ancestors 'self'")


def test_only_the_answer_of_the_picker_may_post_to_moodle(campus: Campus) -> None:
    visit = campus.picking("mira")
    page = visit.launch()
    assert "form-action 'self';" in _policy(page)
    sealed = page.text.partition('name="sealed" value="')[2].partition('"')[0]
    placed = visit.browser.post("/lti/place", {"sealed": sealed, "kinds": "sessions"})
    assert placed.status_code == 200
    assert f"form-action 'self' {campus.moodle.url};" in _policy(placed)
    assert "form-action 'self';" in _policy(visit.browser.get("/pairings"))
