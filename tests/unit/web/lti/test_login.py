from __future__ import annotations

from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from coil_bridge.services.limits import Buckets
from coil_bridge.storage.engine import reading
from coil_bridge.storage.lti_tables import lti_state
from tests.unit.web.conftest import ORIGIN, World
from tests.unit.web.lti.campus import LOGIN, Campus, rows

IN_FRAME = {"Sec-Fetch-Dest": "iframe"}


def _attributes(cookie: str) -> set[str]:
    return set(cookie.split("; "))


def _logins(world: World) -> int:
    with reading(world.services.storage._engine) as connection:
        return connection.execute(select(func.count()).select_from(lti_state)).scalar_one()


def _hidden(page: str) -> str:
    return page.replace("&amp;", "&")


def test_the_cookie_is_tested_before_anything_is_remembered(campus: Campus, world: World) -> None:
    visit = campus.visit("mira")
    first = visit.client.post(LOGIN, base_url=ORIGIN, data=dict(visit.form.fields))
    assert urlsplit(first.location).path == LOGIN
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned"} <= _attributes(first.headers["Set-Cookie"])
    assert _logins(world) == 0


def test_the_login_goes_to_the_platform_with_the_hints_as_they_came(campus: Campus, world: World) -> None:
    visit = campus.visit("mira")
    address = visit.log_in()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{campus.moodle.url}/mod/lti/auth.php?")
    assert asked["lti_message_hint"] == visit.form.fields["lti_message_hint"]
    assert asked["login_hint"] == visit.form.fields["login_hint"]
    assert asked["redirect_uri"] == f"{ORIGIN}/lti/launch"
    assert asked["response_mode"] == "form_post"
    assert _logins(world) == 1


def test_the_state_cookie_lasts_ten_minutes_and_only_for_the_launch(campus: Campus) -> None:
    visit = campus.visit("mira")
    first = visit.client.post(LOGIN, base_url=ORIGIN, data=dict(visit.form.fields))
    cookie = _attributes(visit.browser.get(first.location).headers["Set-Cookie"])
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/lti/launch", "Max-Age=600"} <= cookie


def test_a_network_that_begins_too_many_logins_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Buckets, "take", lambda _self, network: network != "2001:db8::/64")
    client = world.app.test_client()
    client.set_cookie("coil_bridge_cookies", "1", domain="bridge.example.org", path=LOGIN)

    def log_in(address: str) -> TestResponse:
        return client.get(LOGIN, base_url=ORIGIN, environ_base={"REMOTE_ADDR": address})

    refused = log_in("2001:db8::9")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
    assert "frame-ancestors *" in refused.headers["Content-Security-Policy"]
    assert log_in("2001:db8:0:1::9").status_code == 400


def test_a_browser_that_has_the_cookie_is_not_tested_again(campus: Campus) -> None:
    visit = campus.visit("mira")
    visit.log_in()
    again = campus.moodle.lti.launch_form(campus.people["mira"], campus.link())
    answer = visit.client.post(LOGIN, base_url=ORIGIN, data=dict(again.fields))
    assert answer.location.startswith(campus.moodle.url)


def test_a_login_by_get_works_too(campus: Campus) -> None:
    visit = campus.visit("mira")
    first = visit.client.get(LOGIN, base_url=ORIGIN, query_string=dict(visit.form.fields))
    assert visit.browser.get(first.location).location.startswith(campus.moodle.url)


def test_a_frame_without_cookies_offers_a_window_that_begins_the_same_login(
    campus: Campus, world: World
) -> None:
    visit = campus.visit("mira")
    fields = dict(visit.form.fields)
    frame = world.app.test_client(use_cookies=False)
    tested = frame.post(LOGIN, base_url=ORIGIN, data=fields).location
    page = frame.get(tested, base_url=ORIGIN, headers=IN_FRAME)
    assert page.status_code == 200
    assert 'target="_blank" rel="noopener"' in page.text
    assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in page.headers
    assert _logins(world) == 0

    link = _hidden(page.text).partition('class="button" href="')[2].partition('"')[0].replace("&#34;", '"')
    assert dict(parse_qsl(urlsplit(link).query)) == fields
    window = world.browser()
    arrived = campus.moodle.lti.authenticate(
        campus.people["mira"], window.get(window.get(link).location).location
    )
    launch = window.client.post("/lti/launch", base_url=ORIGIN, data=dict(arrived.fields))
    assert launch.status_code == 303
    assert window.get("/me").status_code == 200


def test_a_tab_without_cookies_says_what_to_allow(campus: Campus, world: World) -> None:
    tab = world.app.test_client(use_cookies=False)
    tested = tab.get(LOGIN, base_url=ORIGIN, query_string=dict(campus.visit("mira").form.fields)).location
    page = tab.get(tested, base_url=ORIGIN, headers={"Sec-Fetch-Dest": "document"})
    assert "keeps no cookies" in page.text
    assert "bridge.example.org" in page.text


@pytest.mark.parametrize("missing", ["iss", "login_hint", "target_link_uri"])
def test_an_incomplete_login_is_refused_in_words(campus: Campus, world: World, missing: str) -> None:
    visit = campus.visit("mira")
    fields = {name: value for name, value in visit.form.fields.items() if name != missing}
    first = visit.client.post(LOGIN, base_url=ORIGIN, data=fields)
    page = visit.browser.get(first.location)
    assert page.status_code == 400
    assert "cannot be opened by itself" in page.text
    assert _logins(world) == 0


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("iss", "https://moodle.nowhere.example", "issuer_unknown"),
        ("client_id", "somebody-else", "client_unknown"),
        ("lti_deployment_id", "99", "deployment_unknown"),
        ("target_link_uri", "https://elsewhere.example/lti/launch", "target_foreign"),
    ],
)
def test_a_login_for_somebody_else_is_refused_on_a_page_that_any_moodle_can_frame(
    campus: Campus, world: World, field: str, value: str, reason: str
) -> None:
    visit = campus.visit("mira")
    before = rows(world)
    first = visit.client.post(LOGIN, base_url=ORIGIN, data={**visit.form.fields, field: value})
    page = visit.browser.get(first.location)
    assert 400 <= page.status_code < 500
    assert reason in page.text
    assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in page.headers
    assert (rows(world), _logins(world)) == (before, 0)


def test_parameters_that_do_not_fit_into_an_address_are_refused(campus: Campus) -> None:
    visit = campus.visit("mira")
    fields = {**visit.form.fields, "lti_message_hint": "x" * 5000}
    assert visit.client.post(LOGIN, base_url=ORIGIN, data=fields).status_code == 400


def test_a_platform_that_was_switched_off_is_refused(campus: Campus, world: World) -> None:
    world.services.lti.registry.disable(campus.administrator, campus.platform.id)
    visit = campus.visit("mira")
    first = visit.client.post(LOGIN, base_url=ORIGIN, data=dict(visit.form.fields))
    page = visit.browser.get(first.location)
    assert page.status_code == 403
    assert "switched off" in page.text
