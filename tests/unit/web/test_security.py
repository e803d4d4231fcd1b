from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from coil_bridge.app import create_app
from coil_bridge.domain import Role
from coil_bridge.settings import Settings
from tests.unit.web.conftest import ORIGIN, World

TEMPLATES = Path(__file__).parents[3] / "coil_bridge" / "web" / "templates"


def test_pages_allow_nothing_but_our_own_files(world: World) -> None:
    answer = world.browser().get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_no_template_holds_inline_script_style_or_handlers() -> None:
    pattern = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|\|\s*safe\b", re.IGNORECASE)
    for template in TEMPLATES.rglob("*.html"):
        assert not pattern.search(template.read_text("utf-8")), template


def test_static_files_are_kept_for_good_under_an_address_that_changes_with_them(world: World) -> None:
    page = world.browser().get("/").text
    address = re.search(r'href="(/static/tokens\.css\?v=[0-9a-f]{12})"', page)
    assert address
    answer = world.browser().get(address[1])
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    answer.close()


def test_the_session_cookie_is_for_us_alone(world: World) -> None:
    cookie = world.browser().get("/signin").headers["Set-Cookie"]
    assert cookie.startswith("coil_bridge_session=")
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned"} <= set(cookie.split("; "))


def test_over_plain_http_the_cookie_is_not_secure(make_test_settings: Callable[..., Settings]) -> None:
    app = create_app(make_test_settings(public_url="http://127.0.0.1:8400"))
    answer = app.test_client().get("/signin")
    app.config["SERVICES"].close()
    cookie = set(answer.headers["Set-Cookie"].split("; "))
    assert "SameSite=Lax" in cookie
    assert cookie.isdisjoint(("Secure", "Partitioned"))
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("path", ["/pairings/new?own=%00", "/courses/find?text=a&text=%00", "/pairings/a%00"])
def test_an_address_with_a_nul_is_none_of_ours(world: World, path: str) -> None:
    assert world.browser(world.mira).get(path).status_code == 404


@pytest.mark.parametrize("path", ["/signin", "/language", "/appearance", "/signout", "/pairings", "/me"])
def test_a_form_of_another_site_is_refused(world: World, path: str) -> None:
    answer = world.browser(world.mira).client.post(path, base_url=ORIGIN, data={"login": "x"})
    assert answer.status_code == 400
    assert "Nothing was changed" in answer.text


@pytest.mark.parametrize("path", ["/console/sites", "/console/sites/new", "/console/people", "/console/work"])
def test_the_console_does_not_exist_for_others(world: World, path: str) -> None:
    lead = world.build.person("Tomasz Zieliński", roles=[Role.EVALUATION_LEAD])
    assert world.browser(world.mira).get(path).status_code == 404
    assert world.browser(lead).get(path).status_code == 404
    assert world.browser(world.build.administrator()).get(path).status_code == 200
    assert world.browser().get(path).status_code == 401


def test_a_foreign_pairing_looks_like_none_at_all(world: World) -> None:
    pairing = world.pairing()
    stranger = world.browser(world.build.person("Wei Zhang", site=world.build.site("Shanghai")))
    foreign, unknown = stranger.get(f"/pairings/{pairing.id}"), stranger.get("/pairings/nonesuch")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert re.sub(r'value="[^"]+"', "", foreign.text) == re.sub(r'value="[^"]+"', "", unknown.text)


def test_a_too_large_form_is_refused(world: World) -> None:
    answer = world.browser().post("/signin", {"login": "x" * 300_000})
    assert answer.status_code == 413


def test_a_proxy_is_believed_only_when_it_is_declared(make_test_settings: Callable[..., Settings]) -> None:
    forwarded = {"X-Request-ID": "abcdefgh-from-outside"}
    for proxies, believed in ((0, False), (1, True)):
        app = create_app(make_test_settings(trusted_proxies=proxies))
        answer = app.test_client().get("/healthz", headers=forwarded)
        app.config["SERVICES"].close()
        assert (answer.headers["X-Request-ID"] == forwarded["X-Request-ID"]) is believed
