"""Dynamic registration as an administrator does it, its refusals, and the tool set up by hand."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from connectors.moodle.simulator.lti import ToolSettings
from connectors.moodle.simulator.lti.records import Tool as Registered
from connectors.moodle.simulator.lti.registration_request import CONFIGURATION, describe, read_settings
from tests.contract.simulator.lti.conftest import School

MEASURED = Path(__file__).parents[3] / "unit" / "lti" / "samples" / "dynamic-registration-exchange-45.json"


def exchange() -> dict[str, Any]:
    measured: dict[str, Any] = json.loads(MEASURED.read_text("utf-8"))
    return measured


def paste(school: School, path: str = "/register?invitation=i-1", **query: str) -> requests.Response:
    """Paste the tool's registration URL, and load the frame that Moodle opens."""
    irena = school.enter("irena")
    page = irena.post(
        "/mod/lti/toolconfigure.php", url=school.tool.url + path, sesskey=school.sesskey("irena")
    )
    (source,) = re.findall(r'<iframe [^>]*src="([^"]+)"', page.text)
    return irena.http.get(school.moodle.url + html.unescape(source), params=query, timeout=10)


def test_the_configuration_is_the_measured_one(school: School) -> None:
    measured = exchange()["conf"]
    answer = requests.get(f"{school.moodle.url}/mod/lti/openid-configuration.php", timeout=5)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    text = json.dumps(measured).replace(measured["issuer"], school.moodle.url)
    assert answer.json() == json.loads(text)


def test_the_answer_to_the_measured_request_is_the_measured_answer() -> None:
    measured = exchange()
    tool = Registered(1, measured["token_claims"]["sub"], read_settings(measured["req"]))
    assert list(describe(tool).items()) == list(json.loads(measured["resp"]).items())


def test_a_tool_is_registered_and_waits_for_its_activation(each_school: School) -> None:
    school = each_school
    assert paste(school).text == "i-1 200"
    (tool,) = school.moodle.lti.tools()
    answer = school.tool.registrations[0]
    assert "http:\\/\\/" in answer.text
    assert answer.json()["client_id"] == tool.client_id
    assert answer.json()[CONFIGURATION]["deployment_id"] == str(tool.id)
    assert re.fullmatch(r"[A-Za-z0-9]{15}", tool.client_id)
    assert not tool.active
    irena, sesskey = school.enter("irena"), school.sesskey("irena")
    assert ">Pending<" in irena.get("/mod/lti/toolconfigure.php").text
    with pytest.raises(ValueError, match="pending"):
        school.moodle.lti.add_link(school.course, tool)
    page = irena.post("/mod/lti/toolconfigure.php", id=tool.id, action="activate", sesskey=sesskey)
    assert ">Active<" in page.text
    assert school.moodle.lti.add_link(school.course, tool).name == "COIL Bridge"


def test_the_token_is_good_for_an_hour_and_carries_the_client_id(school: School) -> None:
    address = school.moodle.lti.registration_address("https://tool.example/register?invitation=i%2B1&x=")
    query = requests.Request("GET", address).prepare().url or ""
    assert query.startswith("https://tool.example/register?invitation=i%2B1&x=&openid_configuration=http")
    token = query.rpartition("registration_token=")[2]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] == claims["iat"] + 3600
    assert (len(claims["sub"]), claims["scope"]) == (15, "reg")


def send(school: School, token: str | None, payload: object) -> requests.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    address = f"{school.moodle.url}/mod/lti/openid-registration.php"
    return requests.post(address, json=payload, headers=headers, timeout=5)


def invitation(school: School) -> str:
    address = school.moodle.lti.registration_address(f"{school.tool.url}/register")
    return address.rpartition("registration_token=")[2]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"response_types": ["code"]}, "invalid_response_types"),
        ({"redirect_uris": "http://127.0.0.1/launch"}, "invalid_redirect_uris"),
        ({"token_endpoint_auth_method": "client_secret_post"}, "invalid_token_endpoint_auth_method"),
        ({"application_type": "native"}, "invalid_application_type"),
        ({"jwks_uri": ""}, "missing required attribute jwks_uri"),
        ({"initiate_login_uri": None}, "missing required attribute initiate_login_uri"),
        ({"client_name": None}, "missing required attribute client_name"),
        ({CONFIGURATION: {"domain": "tool.example"}}, "missing required attribute target_link_uri"),
        (
            {CONFIGURATION: {"domain": "tool.example", "target_link_uri": "https://lti.tool.example/launch"}},
            "domain_targetlinkuri_mismatch",
        ),
        (
            {
                CONFIGURATION: {
                    "domain": "tool.example",
                    "target_link_uri": "https://tool.example:8443/launch",
                }
            },
            "domain_targetlinkuri_mismatch",
        ),
    ],
    ids=str,
)
def test_what_moodle_refuses(school: School, change: dict[str, Any], message: str) -> None:
    answer = send(school, invitation(school), school.tool.registration() | change)
    assert (answer.status_code, answer.text) == (400, message)
    assert school.moodle.lti.tools() == ()


def test_a_token_is_used_once_signed_here_and_not_late(school: School) -> None:
    payload, token = school.tool.registration(), invitation(school)
    assert send(school, None, payload).text == "missing_registration_token"
    assert send(school, None, payload).status_code == 401
    assert send(school, token, payload).status_code == 200
    again = send(school, token, payload)
    assert (again.status_code, again.text) == (401, "token_already_used")
    forged = school.tool.sign({"sub": "x", "scope": "reg"}, kid=school.moodle.lti.platform.key.kid)
    late = invitation(school)
    school.clock.pass_seconds(3600)
    for bad in (forged, late, "nonsense"):
        answer = send(school, bad, payload)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"].startswith("text/html")
    assert send(school, school.moodle.lti.sign({"sub": "1", "scope": "other"}), payload).status_code == 400


def test_a_known_domain_offers_update_or_new(school: School) -> None:
    paste(school)
    (tool,) = school.moodle.lti.tools()
    school.moodle.lti.activate(tool.client_id)
    offer = paste(school)
    assert ">Update<" in offer.text
    school.tool.payload = {"client_name": "COIL Bridge 2"}
    assert paste(school, type=str(tool.id)).text == "i-1 200"
    assert school.tool.registrations[-1].json()["client_id"] == tool.client_id
    assert (tool.settings.name, tool.active) == ("COIL Bridge 2", True)
    paste(school, type="0")
    first, second = school.moodle.lti.tools()
    assert first.client_id != second.client_id
    assert not second.active


def test_what_the_tool_asks_for_decides_what_it_gets(school: School) -> None:
    plain = school.tool.registration() | {"scope": ""}
    plain[CONFIGURATION] = {"domain": plain[CONFIGURATION]["domain"], "target_link_uri": school.tool.url}
    answer = send(school, invitation(school), plain).json()
    assert answer["scope"] == ""
    assert answer[CONFIGURATION]["claims"] == ["sub", "iss"]
    settings = school.moodle.lti.tool(answer["client_id"]).settings
    assert (settings.send_name, settings.send_email, settings.grades, settings.memberships) == (
        False, False, 0, False,
    )  # fmt: skip
    assert settings.deep_linking_url is None


def test_only_administrators_register(school: School) -> None:
    milica = school.enter("milica")
    assert "Site administration" not in milica.get("/my/").text
    assert "Site administration" in school.enter("irena").get("/my/").text
    for path in ("toolconfigure", "startltiadvregistration", "typessettings"):
        assert milica.get(f"/mod/lti/{path}.php").status_code == 404
    irena = school.enter("irena")
    assert irena.post("/mod/lti/toolconfigure.php", url="https://tool.example/register").status_code == 404
    sesskey = school.sesskey("irena")
    assert irena.post("/mod/lti/toolconfigure.php", url="javascript:x", sesskey=sesskey).status_code == 404


def test_the_registration_page_closes_when_the_tool_says_so(school: School) -> None:
    irena = school.enter("irena")
    page = irena.post(
        "/mod/lti/toolconfigure.php", url="https://tool.example/", sesskey=school.sesskey("irena")
    )
    assert "org.imsglobal.lti.close" in page.text
    (nonce,) = re.findall(r"<script nonce=\"([^\"]+)\"", page.text)
    policy = page.headers["Content-Security-Policy"]
    assert f"script-src 'nonce-{nonce}'" in policy
    assert "frame-src http: https:" in policy


def test_a_tool_is_configured_by_hand_and_changed(school: School) -> None:
    irena, sesskey = school.enter("irena"), school.sesskey("irena")
    typed = {
        "name": "COIL <Bridge>",
        "url": f"{school.tool.url}/launch",
        "login_url": f"{school.tool.url}/login",
        "redirect_uris": f"{school.tool.url}/launch\r\n{school.tool.url}/dl\r\n",
        "jwks_url": f"{school.tool.url}/jwks",
        "custom": "tz=$Person.address.timezone\r\nnonsense",
        "deep_linking": "on",
        "memberships": "on",
    }
    page = irena.post("/mod/lti/typessettings.php", sesskey=sesskey, **typed)
    (tool,) = school.moodle.lti.tools()
    for shown in ("COIL &lt;Bridge&gt;", tool.client_id, f"{school.moodle.url}/mod/lti/certs.php"):
        assert shown in page.text
    assert tool.settings == ToolSettings(
        name="COIL <Bridge>",
        url=f"{school.tool.url}/launch",
        login_url=f"{school.tool.url}/login",
        redirect_uris=(f"{school.tool.url}/launch", f"{school.tool.url}/dl"),
        jwks_url=f"{school.tool.url}/jwks",
        domain=school.tool.url.removeprefix("http://"),
        deep_linking_url="",
        custom={"tz": "$Person.address.timezone"},
        send_name=False,
        send_email=False,
        grades=0,
    )
    assert "tz=$Person.address.timezone" in irena.get("/mod/lti/typessettings.php", typeid=tool.id).text
    irena.post("/mod/lti/typessettings.php", sesskey=sesskey, typeid=tool.id, **typed | {"name": "Other"})
    assert tool.settings.name == "Other"
    missing = irena.post("/mod/lti/typessettings.php", sesskey=sesskey, name="Half")
    assert missing.status_code == 404
    assert "jwks_url" in missing.text


def test_an_administrator_withholds_names_and_deletes(school: School) -> None:
    tool = school.register()
    link = school.moodle.lti.add_link(school.course, tool)
    irena, sesskey = school.enter("irena"), school.sesskey("irena")
    irena.post("/mod/lti/toolconfigure.php", id=tool.id, action="privacy", sesskey=sesskey)
    assert (tool.settings.send_name, tool.settings.send_email) == (False, False)
    assert (
        irena.post("/mod/lti/toolconfigure.php", id=tool.id, action="x", sesskey=sesskey).status_code == 404
    )
    irena.post("/mod/lti/toolconfigure.php", id=tool.id, action="delete", sesskey=sesskey)
    assert school.moodle.lti.tools() == ()
    assert irena.get("/mod/lti/view.php", id=link.module_id).status_code == 404
    with pytest.raises(KeyError):
        school.moodle.lti.tool(tool.client_id)
