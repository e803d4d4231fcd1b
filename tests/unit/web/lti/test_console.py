from __future__ import annotations

import re
from html import unescape

import pytest

from coil_bridge.lti.messages import VARIABLES
from tests.unit.web.conftest import ORIGIN
from tests.unit.web.lti.campus import Campus


def _page(campus: Campus) -> str:
    browser = campus.world.browser(campus.administrator)
    return unescape(browser.get(f"/console/sites/{campus.site.id}").text)


def test_an_address_is_shown_once_with_its_end(unregistered: Campus) -> None:
    browser = unregistered.world.browser(unregistered.administrator)
    made = browser.post(f"/console/sites/{unregistered.site.id}/lti/invitations")
    assert made.status_code == 200
    address = re.search(rf'value="({re.escape(ORIGIN)}/lti/register/[^"]+)"', made.text)
    assert address
    assert 'data-copy="address"' in made.text
    assert "7 days" in made.text
    assert "27 Oct" in made.text
    page = _page(unregistered)
    assert address[1] not in page
    assert "Waiting" in page


def test_a_site_without_the_tool_says_so(unregistered: Campus) -> None:
    assert "not registered in this Moodle yet" in _page(unregistered)


def test_a_registration_is_pending_until_somebody_has_come(campus: Campus) -> None:
    before = _page(campus)
    assert "Pending in Moodle" in before
    campus.visit("mira").launch()
    after = _page(campus)
    assert "Pending in Moodle" not in after
    assert "Last launch:" in after
    assert campus.tool.client_id in after


def test_a_registration_is_switched_off_and_on(campus: Campus) -> None:
    browser = campus.world.browser(campus.administrator)
    where = f"/console/sites/{campus.site.id}/lti/{campus.platform.id}"
    browser.post(f"{where}/disable")
    assert "Switched off" in _page(campus)
    browser.post(f"{where}/enable")
    assert "Switched off" not in _page(campus)
    assert campus.visit("mira").arrive().status_code == 200


def test_a_deployment_is_added(campus: Campus) -> None:
    browser = campus.world.browser(campus.administrator)
    where = f"/console/sites/{campus.site.id}/lti/{campus.platform.id}/deployments"
    assert browser.post(where, {"deployment_id": "77"}).status_code == 303
    assert "77" in _page(campus)
    assert browser.post(where, {"deployment_id": ""}).status_code == 422


def test_the_form_shows_our_values_and_proposes_moodles(unregistered: Campus) -> None:
    browser = unregistered.world.browser(unregistered.administrator)
    page = unescape(browser.get(f"/console/sites/{unregistered.site.id}/lti/new").text)
    for path in ("/lti/login", "/lti/launch", "/lti/keys"):
        assert f'value="{ORIGIN}{path}"' in page
    for name, value in VARIABLES.items():
        assert f"{name}={value}" in page
    for script in ("auth", "token", "certs"):
        assert f'value="{unregistered.moodle.url}/mod/lti/{script}.php"' in page


def test_a_registration_by_hand_can_be_launched(unregistered: Campus) -> None:
    campus = unregistered
    campus.register()  # gives the tool its client id in Moodle; here it is registered again through the form
    browser = campus.world.browser(campus.administrator)
    scripts = f"{campus.moodle.url}/mod/lti"
    answer = browser.post(
        f"/console/sites/{campus.site.id}/lti",
        {
            "issuer": campus.moodle.url,
            "client_id": campus.tool.client_id,
            "deployment_id": str(campus.tool.id),
            "login_url": f"{scripts}/auth.php",
            "token_url": f"{scripts}/token.php",
            "jwks_url": f"{scripts}/certs.php",
        },
    )
    assert answer.location == f"/console/sites/{campus.site.id}#lti"
    assert campus.visit("mira").arrive().status_code == 200


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(unregistered: Campus) -> None:
    browser = unregistered.world.browser(unregistered.administrator)
    answer = browser.post(
        f"/console/sites/{unregistered.site.id}/lti",
        {"issuer": "https://moodle.elsewhere.example", "client_id": "abc"},
    )
    assert answer.status_code == 422
    assert 'value="https://moodle.elsewhere.example"' in answer.text
    assert 'id="f-deployment_id-error"' in answer.text


@pytest.mark.parametrize("part", ["lti/new", "lti"])
def test_the_console_does_not_exist_for_others(campus: Campus, part: str) -> None:
    visit = campus.visit("irena")
    visit.arrive()
    path = f"/console/sites/{campus.site.id}/{part}"
    method = visit.browser.post if part == "lti" else visit.browser.get
    assert method(path).status_code == 404
