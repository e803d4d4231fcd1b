"""Dynamic registration through our pages; what is refused is in tests/unit/lti/test_registration.py."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from connectors.moodle.simulator.lti import Tool
from tests.unit.web.conftest import ORIGIN
from tests.unit.web.lti.campus import Campus, rows


def _invitation(campus: Campus) -> str:
    return campus.world.services.lti.registry.invite(campus.administrator, campus.site.id).url


def _opened_by_moodle(campus: Campus, address: str) -> str:
    """What Moodle opens in its frame, as a path."""
    opened = urlsplit(campus.moodle.lti.registration_address(address))
    return f"{opened.path}?{opened.query}"


def _press(campus: Campus, path: str) -> TestResponse:
    """Press the button of the page, in a frame that keeps no cookie."""
    frame = campus.world.app.test_client(use_cookies=False)
    parts = urlsplit(path)
    return frame.post(parts.path, base_url=ORIGIN, data=dict(parse_qsl(parts.query)))


def _registered(campus: Campus) -> Tool:
    (tool,) = campus.moodle.lti.tools()
    return tool


def test_the_page_says_who_asks_and_may_be_framed_by_that_moodle(unregistered: Campus) -> None:
    campus = unregistered
    page = campus.world.browser().get(_opened_by_moodle(campus, _invitation(campus)))
    assert page.status_code == 200
    assert "127.0.0.1 asks to be registered" in page.text
    assert campus.site.name in page.text
    assert f"frame-ancestors 'self' {campus.moodle.url}" in page.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in page.headers
    assert campus.moodle.lti.tools() == ()


def test_the_button_registers_and_says_what_is_left_to_do(unregistered: Campus) -> None:
    campus = unregistered
    page = _press(campus, _opened_by_moodle(campus, _invitation(campus)))
    assert page.status_code == 200
    assert "Activate" in page.text
    assert f'data-close-in="{campus.moodle.url}"' in page.text
    assert f"frame-ancestors 'self' {campus.moodle.url}" in page.headers["Content-Security-Policy"]
    (row,) = campus.world.services.lti.registry.of_site(campus.administrator, campus.site.id)
    tool = _registered(campus)
    assert (row.platform.client_id, row.deployments) == (tool.client_id, (str(tool.id),))
    assert row.platform.pending
    assert not tool.active


def test_after_activation_the_tool_that_was_registered_is_launched(unregistered: Campus) -> None:
    campus = unregistered
    _press(campus, _opened_by_moodle(campus, _invitation(campus)))
    campus.tool = campus.moodle.lti.activate(_registered(campus).client_id)
    assert campus.visit("mira").arrive().status_code == 200
    (row,) = campus.world.services.lti.registry.of_site(campus.administrator, campus.site.id)
    assert not row.platform.pending


def test_an_address_works_once(unregistered: Campus) -> None:
    address = _invitation(unregistered)
    _press(unregistered, _opened_by_moodle(unregistered, address))
    again = _opened_by_moodle(unregistered, address)
    for answer in (unregistered.world.browser().get(again), _press(unregistered, again)):
        assert answer.status_code == 410
        assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert len(unregistered.moodle.lti.tools()) == 1


def test_an_address_expires(unregistered: Campus) -> None:
    address = _opened_by_moodle(unregistered, _invitation(unregistered))
    unregistered.world.clock.advance(days=7, seconds=1)
    assert unregistered.world.browser().get(address).status_code == 410


def test_another_moodle_is_told_so_and_changes_nothing(unregistered: Campus) -> None:
    path = urlsplit(_invitation(unregistered)).path
    elsewhere = "https://moodle.elsewhere.example/mod/lti/openid-configuration.php"
    query = f"{path}?openid_configuration={elsewhere}&registration_token=x"
    before = rows(unregistered.world)
    for answer in (unregistered.world.browser().get(query), _press(unregistered, query)):
        assert answer.status_code == 403
        assert "made for another Moodle" in answer.text
    assert rows(unregistered.world) == before


def test_opened_by_itself_the_address_says_what_it_is_for(unregistered: Campus) -> None:
    page = unregistered.world.browser().get(urlsplit(_invitation(unregistered)).path)
    assert page.status_code == 400
    assert "Manage tools" in page.text


@pytest.mark.parametrize("token", ["x", "../keys", "0" * 43])
def test_invented_addresses_are_refused(unregistered: Campus, token: str) -> None:
    assert unregistered.world.browser().get(f"/lti/register/{token}").status_code in (404, 410)


def test_a_moodle_that_refuses_leaves_the_address_usable(unregistered: Campus) -> None:
    opened = _opened_by_moodle(unregistered, _invitation(unregistered))
    unregistered.moodle.faults.error_500(times=1, function="mod/lti/openid-registration.php")
    with capture_logs() as log:
        refused = _press(unregistered, opened)
    assert 400 <= refused.status_code < 503
    assert "registration_token" not in str(log)
    assert "eyJ" not in str(log)
    assert _press(unregistered, opened).status_code == 200


def test_the_invitation_is_not_in_the_log(unregistered: Campus) -> None:
    address = _invitation(unregistered)
    with capture_logs() as log:
        _press(unregistered, _opened_by_moodle(unregistered, address))
    assert address.rpartition("/")[2] not in str(log)


def test_an_address_is_valid_for_the_time_that_the_console_says(unregistered: Campus) -> None:
    made = unregistered.world.services.lti.registry.invite(unregistered.administrator, unregistered.site.id)
    assert made.invitation.expires_at - made.invitation.created_at == timedelta(days=7)
