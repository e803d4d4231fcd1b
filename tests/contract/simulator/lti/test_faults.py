"""Launches that go wrong at Moodle's end, and keys of sites."""

from __future__ import annotations

from collections.abc import Callable

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from connectors.moodle.simulator import Simulator
from connectors.moodle.simulator.lti import Link
from tests.contract.simulator.conftest import Site
from tests.contract.simulator.lti.conftest import School


@pytest.fixture
def link(school: School) -> Link:
    return school.moodle.lti.add_link(school.course, school.register())


def answer(school: School, link: Link) -> dict[str, str]:
    jovana = school.people["jovana"]
    form = school.moodle.lti.launch_form(jovana, link)
    sent = requests.post(form.action, data=dict(form.fields), allow_redirects=False, timeout=5)
    return dict(school.moodle.lti.authenticate(jovana, sent.headers["Location"]).fields)


def key_of(moodle: Simulator, kid: str) -> jwt.PyJWK:
    keys = requests.get(f"{moodle.url}/mod/lti/certs.php", timeout=5).json()
    return jwt.PyJWKSet.from_dict(keys)[kid]


def verify(school: School, token: str) -> None:
    key = key_of(school.moodle, jwt.get_unverified_header(token)["kid"])
    jwt.decode(token, key, ["RS256"], options={"verify_exp": False, "verify_iat": False, "verify_aud": False})


def test_a_wrong_key_does_not_verify_and_the_next_launch_does(school: School, link: Link) -> None:
    school.moodle.lti.faults.wrong_key()
    with pytest.raises(jwt.InvalidSignatureError):
        verify(school, answer(school, link)["id_token"])
    verify(school, answer(school, link)["id_token"])


def test_an_unknown_key_is_not_in_the_key_set(school: School, link: Link) -> None:
    school.moodle.lti.faults.unknown_kid()
    with pytest.raises(KeyError):
        verify(school, answer(school, link)["id_token"])


def test_tokens_can_be_late_or_changed(school: School, link: Link) -> None:
    school.moodle.lti.faults.expired()
    school.moodle.lti.faults.change(lambda claims: claims.pop("sub"), times=2)
    late, *changed, right = (
        jwt.decode(answer(school, link)["id_token"], options={"verify_signature": False}) for _ in range(4)
    )
    assert late["exp"] == right["exp"] - 3600
    assert ["sub" in claims for claims in (*changed, right)] == [False, False, True]


def test_the_site_can_answer_an_error(school: School, link: Link) -> None:
    school.moodle.lti.faults.error("access_denied", "<b>No</b>")
    assert answer(school, link) == {
        "error": "access_denied",
        "error_description": "<b>No</b>",
        "state": "state-1",
    }
    school.moodle.lti.faults.error("access_denied")
    school.moodle.lti.faults.clear()
    assert "id_token" in answer(school, link)


def test_the_key_set_can_be_out_of_reach_and_its_readers_are_counted(school: School) -> None:
    address = f"{school.moodle.url}/mod/lti/certs.php"
    school.moodle.faults.error_500(function="mod/lti/certs.php", times=1)
    assert [requests.get(address, timeout=5).status_code for _ in range(2)] == [500, 200]
    assert school.moodle.lti.requests == ("GET /mod/lti/certs.php",) * 2


def test_sites_have_keys_of_their_own(start: Callable[..., Site], site_key: RSAPrivateKey) -> None:
    given, made = start(lti_key=site_key).moodle, start().moodle
    token = given.lti.sign({"iss": given.url})
    kid = jwt.get_unverified_header(token)["kid"]
    assert jwt.decode(token, key_of(given, kid), ["RS256"]) == {"iss": given.url}
    (other,) = requests.get(f"{made.url}/mod/lti/certs.php", timeout=5).json()["keys"]
    assert other["kid"] != kid
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, jwt.PyJWK(other), ["RS256"])


def test_a_site_keeps_its_key_over_a_restart(school: School) -> None:
    before = requests.get(f"{school.moodle.url}/mod/lti/certs.php", timeout=5).json()
    school.moodle.stop()
    school.moodle.start()
    assert requests.get(f"{school.moodle.url}/mod/lti/certs.php", timeout=5).json() == before
