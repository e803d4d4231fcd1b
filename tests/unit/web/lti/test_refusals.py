"""Bad launches through HTTP: a page and a log line for each, nobody signed in, nothing left behind.

The whole checklist, with every claim spoiled, is in tests/unit/lti/test_bad_launches.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from coil_bridge.lti.state import cookie_of
from connectors.moodle.simulator.lti.faults import LtiFaults
from tests.unit.web.conftest import ORIGIN
from tests.unit.web.lti.campus import LAUNCH, Campus, Visit, rows

Spoil = Callable[[LtiFaults], None]


def _without(name: str) -> Spoil:
    return lambda faults: faults.change(lambda claims: claims.pop(name))


def _with(**changed: Any) -> Spoil:
    return lambda faults: faults.change(lambda claims: claims.update(changed))


def _claim(name: str, value: object) -> Spoil:
    key = f"https://purl.imsglobal.org/spec/lti/claim/{name}"
    return lambda faults: faults.change(lambda claims: claims.update({key: value}))


BY_MOODLE: dict[str, tuple[Spoil, str]] = {
    "wrong key": (LtiFaults.wrong_key, "signature"),
    "unknown kid": (LtiFaults.unknown_kid, "key_unknown"),
    "expired": (LtiFaults.expired, "expired"),
    "no exp": (_without("exp"), "times_wrong"),
    "no iat": (_without("iat"), "times_wrong"),
    "no nonce": (_without("nonce"), "nonce_wrong"),
    "another nonce": (_with(nonce="of another login"), "nonce_wrong"),
    "another issuer": (_with(iss="https://moodle.nowhere.example"), "issuer_wrong"),
    "another audience": (_with(aud="somebody-else"), "audience_wrong"),
    "another azp": (_with(azp="somebody-else"), "authorized_party_wrong"),
    "unknown deployment": (_claim("deployment_id", "99"), "deployment_unknown"),
    "deployment as a number": (_claim("deployment_id", 1), "deployment_unknown"),
    "LTI 1.1": (_claim("version", "1.1"), "version_wrong"),
    "unknown message": (_claim("message_type", "LtiOther"), "message_type_wrong"),
    "no roles": (_claim("roles", None), "claim_wrong"),
    "foreign target": (_claim("target_link_uri", "https://elsewhere.example/"), "target_foreign"),
}


def _check(answer: TestResponse, reason: str, log: list[Any]) -> None:
    """A page for people, and one log line with its number and nothing personal."""
    assert 400 <= answer.status_code < 500
    reference = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", answer.text)
    assert reference
    refused = [entry for entry in log if entry["event"] == "lti_refused"]
    assert [(entry["reference"], entry["reason"]) for entry in refused] == [(reference[0], reason)]
    assert "administrator can do" in answer.text
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert not re.search("eyJ|Jelena|Marković|sesskey", str(log))


@pytest.mark.parametrize("name", BY_MOODLE)
def test_a_launch_that_is_wrong_leaves_nothing(campus: Campus, name: str) -> None:
    spoil, reason = BY_MOODLE[name]
    spoil(campus.moodle.lti.faults)
    visit = campus.visit("jelena")
    fields = visit.answer().fields
    before = rows(campus.world)
    with capture_logs() as log:
        answer = visit.send(fields)
    _check(answer, reason, log)
    assert not visit.signed_in()
    assert {table: count for table, count in rows(campus.world).items() if table != "lti_key_set"} == {
        table: count for table, count in before.items() if table != "lti_key_set"
    }


def _no_state(visit: Visit, fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name != "state"}


def _invented_state(visit: Visit, fields: dict[str, str]) -> dict[str, str]:
    return fields | {"state": "invented"}


def _no_cookie(visit: Visit, fields: dict[str, str]) -> dict[str, str]:
    visit.client.delete_cookie(cookie_of(fields["state"]), domain="bridge.example.org", path=LAUNCH)
    return fields


def _wrong_cookie(visit: Visit, fields: dict[str, str]) -> dict[str, str]:
    visit.client.set_cookie(
        cookie_of(fields["state"]), "guessed", domain="bridge.example.org", path=LAUNCH, secure=True
    )
    return fields


def _no_token(visit: Visit, fields: dict[str, str]) -> dict[str, str]:
    return {"state": fields["state"]}


def _not_a_token(visit: Visit, fields: dict[str, str]) -> dict[str, str]:
    return fields | {"id_token": "not.a.token"}


def _stripped(visit: Visit, fields: dict[str, str]) -> dict[str, str]:
    return fields | {"id_token": fields["id_token"].rpartition(".")[0] + "."}


def _unsigned(visit: Visit, fields: dict[str, str]) -> dict[str, str]:
    claims = jwt.decode(fields["id_token"], options={"verify_signature": False})
    return fields | {"id_token": jwt.encode(claims, "", algorithm="none")}


def _late(visit: Visit, fields: dict[str, str]) -> dict[str, str]:
    visit.campus.world.clock.advance(minutes=11)
    return fields


def _other_login(visit: Visit, fields: dict[str, str]) -> dict[str, str]:
    """The token of one login with the state of another login of the same browser."""
    form = visit.campus.moodle.lti.launch_form(visit.user, visit.campus.link())
    login = visit.client.post("/lti/login", base_url=ORIGIN, data=dict(form.fields)).location
    other = visit.campus.moodle.lti.authenticate(visit.user, login).fields
    return fields | {"state": other["state"]}


ON_THE_WAY = {
    "no state": (_no_state, "state_missing"),
    "an invented state": (_invented_state, "state_unknown"),
    "no cookie": (_no_cookie, "cookie_missing"),
    "a wrong cookie": (_wrong_cookie, "cookie_missing"),
    "no token": (_no_token, "token_missing"),
    "no JWT": (_not_a_token, "token_unreadable"),
    "a stripped signature": (_stripped, "signature"),
    "no algorithm": (_unsigned, "algorithm"),
    "too late": (_late, "state_unknown"),
    "another login's state": (_other_login, "nonce_wrong"),
}


@pytest.mark.parametrize("name", ON_THE_WAY)
def test_a_launch_that_was_tampered_with_leaves_nothing(campus: Campus, name: str) -> None:
    tamper, reason = ON_THE_WAY[name]
    visit = campus.visit("jelena")
    fields = tamper(visit, dict(visit.answer().fields))
    before = rows(campus.world)
    with capture_logs() as log:
        answer = visit.send(fields)
    _check(answer, reason, log)
    assert not visit.signed_in()
    assert {table: count for table, count in rows(campus.world).items() if table != "lti_key_set"} == {
        table: count for table, count in before.items() if table != "lti_key_set"
    }


def test_a_launch_that_is_sent_twice_works_once(campus: Campus) -> None:
    visit = campus.visit("jelena")
    fields = visit.answer().fields
    assert visit.send(fields).status_code == 303
    before = rows(campus.world)
    with capture_logs() as log:
        again = visit.send(fields)
    _check(again, "state_unknown", log)
    assert rows(campus.world) == before


def test_a_stolen_launch_does_not_work_in_another_browser(campus: Campus) -> None:
    victim, thief = campus.visit("mira"), campus.visit("jelena")
    fields = victim.answer().fields
    assert thief.send(fields).status_code == 400
    assert not thief.signed_in()


def test_students_cannot_pick(campus: Campus) -> None:
    campus.moodle.lti.faults.change(
        lambda claims: claims.update(
            {
                "https://purl.imsglobal.org/spec/lti/claim/roles": [
                    "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
                ]
            }
        )
    )
    visit = campus.picking("mira")
    page = visit.launch()
    assert page.status_code == 403
    assert "Only teachers can place links" in page.text
    assert not visit.signed_in()


def test_what_the_platform_refused_is_shown_escaped_and_not_logged(campus: Campus) -> None:
    campus.moodle.lti.faults.error("access_denied", "<script>alert('Jelena')</script>")
    visit = campus.visit("jelena")
    fields = visit.answer().fields
    with capture_logs() as log:
        page = visit.send(fields)
    _check(page, "platform_error", log)
    assert "access_denied: &lt;script&gt;alert(" in page.text
    assert "<script>alert" not in page.text


def test_a_refusal_names_nobody_who_was_signed_in_before(campus: Campus) -> None:
    visit = campus.visit("mira")
    visit.arrive()
    page = visit.send({"state": "invented", "id_token": "x"})
    assert page.status_code == 400
    assert "Mira" not in page.text
    assert "csrf_token" not in page.text
