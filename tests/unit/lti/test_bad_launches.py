"""Every launch that must be refused, with really signed tokens, and that nothing is left behind by it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import hmac as crypto_hmac
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.hashes import SHA256

from coil_bridge.lti import claims as names
from coil_bridge.lti.launching import Launching
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.storage.storage import Storage
from tests.builders import SettableClock
from tests.emptying import counted
from tests.unit.lti.launches import Attempt, Launcher, sample
from tests.unit.lti.moodle import SigningKey, make_key

Spoil = Callable[[Attempt], None]


def without(claim: str) -> Spoil:
    def spoil(attempt: Attempt) -> None:
        del attempt.claims[claim]

    return spoil


def with_claim(claim: str, value: Any) -> Spoil:
    def spoil(attempt: Attempt) -> None:
        attempt.claims[claim] = value

    return spoil


def moved(claim: str, seconds: int) -> Spoil:
    def spoil(attempt: Attempt) -> None:
        attempt.claims[claim] += seconds

    return spoil


def with_header(**headers: Any) -> Spoil:
    def spoil(attempt: Attempt) -> None:
        attempt.headers |= headers

    return spoil


def with_part_missing(claim: str, part: str) -> Spoil:
    def spoil(attempt: Attempt) -> None:
        del attempt.claims[claim][part]

    return spoil


def slash_on_issuer(attempt: Attempt) -> None:
    attempt.claims["iss"] += "/"


def no_algorithm(attempt: Attempt) -> None:
    attempt.token = jwt.encode(attempt.claims, "", "none", {"kid": attempt.key.kid})


def signed_with_the_public_key(attempt: Attempt) -> None:
    """The classic confusion: HS256 with the published key as the secret. PyJWT refuses to sign that."""
    public = attempt.key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': attempt.key.kid})}.{_part(attempt.claims)}"
    signature = crypto_hmac.HMAC(public, SHA256())
    signature.update(signed.encode())
    attempt.token = f"{signed}.{_base64(signature.finalize())}"


def another_rsa_algorithm(algorithm: str) -> Spoil:
    def spoil(attempt: Attempt) -> None:
        attempt.token = jwt.encode(attempt.claims, attempt.key.private, algorithm, {"kid": attempt.key.kid})

    return spoil


def brings_its_own_key(attempt: Attempt) -> None:
    stranger = make_key("mine")
    attempt.token = stranger.sign(attempt.claims, kid=attempt.key.kid, jwk=stranger.public)


def altered(attempt: Attempt) -> None:
    header, _, signature = attempt.key.sign(attempt.claims).split(".")
    attempt.token = f"{header}.{_part(attempt.claims | {'sub': '2'})}.{signature}"


def stripped(attempt: Attempt) -> None:
    attempt.token = attempt.key.sign(attempt.claims).rpartition(".")[0] + "."


def token(text: str) -> Spoil:
    def spoil(attempt: Attempt) -> None:
        attempt.token = text

    return spoil


def not_an_object(attempt: Attempt) -> None:
    attempt.token = jwt.api_jws.encode(b'["iss"]', attempt.key.private, "RS256", {"kid": attempt.key.kid})


def state(value: str) -> Spoil:
    def spoil(attempt: Attempt) -> None:
        attempt.state = value

    return spoil


def no_cookie(attempt: Attempt) -> None:
    attempt.cookies.clear()


def wrong_cookie(attempt: Attempt) -> None:
    attempt.cookies = dict.fromkeys(attempt.cookies, "of another browser")


def platform_error(attempt: Attempt) -> None:
    attempt.token = ""
    attempt.form = {"error": "login_required", "error_description": "<b>Sign in</b>"}


def as_pick(change: Spoil) -> Spoil:
    """The same for a deep linking message."""

    def spoil(attempt: Attempt) -> None:
        picked = sample("51-LtiDeepLinkingRequest")
        settings = picked[names.DEEP_LINKING_SETTINGS]
        settings["deep_link_return_url"] = f"{attempt.claims['iss']}/mod/lti/contentitem_return.php?sesskey=S"
        attempt.claims |= {
            names.MESSAGE_TYPE: "LtiDeepLinkingRequest",
            names.DEEP_LINKING_SETTINGS: settings,
        }
        del attempt.claims[names.RESOURCE_LINK]
        change(attempt)

    return spoil


def _part(value: Any) -> str:
    return _base64(json.dumps(value).encode())


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


LEARNER = [f"{names.ROLE_VOCABULARY}membership#Learner"]
BAD_LAUNCHES: dict[str, tuple[Spoil, Reason]] = {
    # Signature
    "no kid": (with_header(kid=None), Reason.KEY_ID_MISSING),
    "empty kid": (with_header(kid=""), Reason.KEY_ID_MISSING),
    "unknown kid": (with_header(kid="never-published"), Reason.KEY_UNKNOWN),
    "alg none": (no_algorithm, Reason.ALGORITHM),
    "HS256 with the public key": (signed_with_the_public_key, Reason.ALGORITHM),
    "RS512": (another_rsa_algorithm("RS512"), Reason.ALGORITHM),
    "PS256": (another_rsa_algorithm("PS256"), Reason.ALGORITHM),
    "injected jwk": (brings_its_own_key, Reason.HEADER),
    "injected jku": (with_header(jku="https://evil.example.org/keys"), Reason.HEADER),
    "injected x5u": (with_header(x5u="https://evil.example.org/cert"), Reason.HEADER),
    "crit": (with_header(crit=["exp"]), Reason.HEADER),
    "altered payload": (altered, Reason.SIGNATURE),
    "stripped signature": (stripped, Reason.SIGNATURE),
    "no token": (token(""), Reason.TOKEN_MISSING),
    "no token at all but words": (token("not a token"), Reason.TOKEN_UNREADABLE),
    "three empty parts": (token(".."), Reason.TOKEN_UNREADABLE),
    "an endless token": (token("a" * 100_000), Reason.TOKEN_UNREADABLE),
    "payload that is no object": (not_an_object, Reason.TOKEN_UNREADABLE),
    # Parties
    "no iss": (without("iss"), Reason.ISSUER_WRONG),
    "unknown iss": (with_claim("iss", "https://moodle.elsewhere.example.org"), Reason.ISSUER_WRONG),
    "iss with a slash": (slash_on_issuer, Reason.ISSUER_WRONG),
    "iss as a list": (with_claim("iss", ["https://moodle.elsewhere.example.org"]), Reason.ISSUER_WRONG),
    "no aud": (without("aud"), Reason.AUDIENCE_WRONG),
    "wrong aud": (with_claim("aud", "somebody else"), Reason.AUDIENCE_WRONG),
    "wrong list aud": (with_claim("aud", ["somebody", "else"]), Reason.AUDIENCE_WRONG),
    "list aud of numbers": (with_claim("aud", ["w4Xdy7EJ58Ri0Hu", 7]), Reason.AUDIENCE_WRONG),
    "empty list aud": (with_claim("aud", []), Reason.AUDIENCE_WRONG),
    "wrong azp": (with_claim("azp", "somebody else"), Reason.AUTHORIZED_PARTY_WRONG),
    "two aud and no azp": (
        with_claim("aud", ["w4Xdy7EJ58Ri0Hu", "somebody else"]),
        Reason.AUTHORIZED_PARTY_WRONG,
    ),
    # Times
    "no exp": (without("exp"), Reason.TIMES_WRONG),
    "exp as text": (with_claim("exp", "soon"), Reason.TIMES_WRONG),
    "exp as true": (with_claim("exp", True), Reason.TIMES_WRONG),
    "expired": (moved("exp", -120), Reason.EXPIRED),
    "far-future exp": (moved("exp", 24 * 3600), Reason.TIMES_WRONG),
    "no iat": (without("iat"), Reason.TIMES_WRONG),
    "iat in the future": (moved("iat", 120), Reason.TIMES_WRONG),
    "far-future iat": (moved("iat", 24 * 3600), Reason.TIMES_WRONG),
    "iat of yesterday": (moved("iat", -24 * 3600), Reason.TIMES_WRONG),
    "infinite exp": (with_claim("exp", float("inf")), Reason.TIMES_WRONG),
    "nbf in the future": (with_claim("nbf", 4_000_000_000), Reason.TIMES_WRONG),
    # State and nonce
    "no nonce": (without("nonce"), Reason.NONCE_WRONG),
    "unknown nonce": (with_claim("nonce", "G2si1mjgtK6NOdoIxBY9WQ"), Reason.NONCE_WRONG),
    "nonce as a number": (with_claim("nonce", 7), Reason.NONCE_WRONG),
    "no state": (state(""), Reason.STATE_MISSING),
    "wrong state": (state("somebody else's"), Reason.STATE_UNKNOWN),
    "no cookie": (no_cookie, Reason.COOKIE_MISSING),
    "wrong cookie": (wrong_cookie, Reason.COOKIE_MISSING),
    "the platform's error": (platform_error, Reason.PLATFORM_ERROR),
    # Message
    "no deployment_id": (without(names.DEPLOYMENT_ID), Reason.DEPLOYMENT_UNKNOWN),
    "unknown deployment_id": (with_claim(names.DEPLOYMENT_ID, "2"), Reason.DEPLOYMENT_UNKNOWN),
    "integer deployment_id": (with_claim(names.DEPLOYMENT_ID, 1), Reason.DEPLOYMENT_UNKNOWN),
    "no version": (without(names.VERSION_CLAIM), Reason.VERSION_WRONG),
    "wrong version": (with_claim(names.VERSION_CLAIM, "1.1"), Reason.VERSION_WRONG),
    "no message_type": (without(names.MESSAGE_TYPE), Reason.MESSAGE_TYPE_WRONG),
    "wrong message_type": (with_claim(names.MESSAGE_TYPE, "LtiStartProctoring"), Reason.MESSAGE_TYPE_WRONG),
    "message_type as a list": (with_claim(names.MESSAGE_TYPE, []), Reason.MESSAGE_TYPE_WRONG),
    "no roles": (without(names.ROLES), Reason.CLAIM_WRONG),
    "roles as text": (with_claim(names.ROLES, LEARNER[0]), Reason.CLAIM_WRONG),
    "no sub": (without("sub"), Reason.CLAIM_WRONG),
    "empty sub": (with_claim("sub", ""), Reason.CLAIM_WRONG),
    "sub as a number": (with_claim("sub", 5), Reason.CLAIM_WRONG),
    "a NUL in sub": (with_claim("sub", "5\0"), Reason.CLAIM_WRONG),
    "a line break in sub": (with_claim("sub", "5\n"), Reason.CLAIM_WRONG),
    "endless sub": (with_claim("sub", "5" * 256), Reason.CLAIM_WRONG),
    "no resource_link": (without(names.RESOURCE_LINK), Reason.CLAIM_WRONG),
    "no resource_link.id": (with_part_missing(names.RESOURCE_LINK, "id"), Reason.CLAIM_WRONG),
    "no target_link_uri": (without(names.TARGET_LINK_URI), Reason.CLAIM_WRONG),
    "target on another host": (
        with_claim(names.TARGET_LINK_URI, "https://evil.example.org/lti/launch"),
        Reason.TARGET_FOREIGN,
    ),
    "target that looks like ours": (
        with_claim(names.TARGET_LINK_URI, "https://bridge.example.org.evil.example/lti/launch"),
        Reason.TARGET_FOREIGN,
    ),
    "target with our name before an @": (
        with_claim(names.TARGET_LINK_URI, "https://bridge.example.org@evil.example/lti/launch"),
        Reason.TARGET_FOREIGN,
    ),
    "target over http": (
        with_claim(names.TARGET_LINK_URI, "http://bridge.example.org/lti/launch"),
        Reason.TARGET_FOREIGN,
    ),
    # Deep linking
    "picker without settings": (as_pick(without(names.DEEP_LINKING_SETTINGS)), Reason.CLAIM_WRONG),
    "picker without a return address": (
        as_pick(with_part_missing(names.DEEP_LINKING_SETTINGS, "deep_link_return_url")),
        Reason.CLAIM_WRONG,
    ),
    "picker by a learner": (as_pick(with_claim(names.ROLES, LEARNER)), Reason.LEARNER_PICKS),
    "picker by nobody in particular": (as_pick(with_claim(names.ROLES, [])), Reason.LEARNER_PICKS),
}


@pytest.mark.parametrize("name", BAD_LAUNCHES)
def test_a_bad_launch_is_refused_and_leaves_nothing(
    name: str, launcher: Launcher, sqlite_storage: Storage
) -> None:
    spoil, reason = BAD_LAUNCHES[name]
    attempt = launcher.attempt()
    attempt.send()  # the key set is known now, as it is in real life
    attempt, before = launcher.attempt(), counted(sqlite_storage._engine)
    spoil(attempt)
    with pytest.raises(Refusal) as refused:
        attempt.send()
    assert refused.value.code is reason
    assert 400 <= refused.value.status < 500
    left = counted(sqlite_storage._engine)
    used_up = 0 if reason in (Reason.STATE_MISSING, Reason.STATE_UNKNOWN) else 1
    assert left == before | {"lti_state": before["lti_state"] - used_up}


def test_a_launch_signed_with_another_key_of_the_same_id_is_refused(
    launcher: Launcher, other_key: SigningKey
) -> None:
    attempt = launcher.attempt()
    attempt.key = other_key
    assert refusal(attempt).code is Reason.SIGNATURE


def test_a_launch_works_once(launcher: Launcher) -> None:
    attempt = launcher.attempt()
    attempt.send()
    assert refusal(attempt).code is Reason.STATE_UNKNOWN


def test_a_refused_launch_has_used_its_state_up(launcher: Launcher) -> None:
    attempt = launcher.attempt()
    nonce = attempt.claims.pop("nonce")
    assert refusal(attempt).code is Reason.NONCE_WRONG
    attempt.claims["nonce"] = nonce
    assert refusal(attempt).code is Reason.STATE_UNKNOWN


def test_a_nonce_of_another_state_of_the_same_browser_is_refused(launcher: Launcher) -> None:
    one, other = launcher.attempt(), launcher.attempt()
    one.claims["nonce"], one.cookies = other.claims["nonce"], one.cookies | other.cookies
    assert refusal(one).code is Reason.NONCE_WRONG


def test_a_reused_nonce_is_refused(launcher: Launcher) -> None:
    used = launcher.attempt()
    used.send()
    again = launcher.attempt(nonce=used.claims["nonce"])
    assert refusal(again).code is Reason.NONCE_WRONG


def test_a_state_of_another_browser_is_refused(launcher: Launcher) -> None:
    victim, attacker = launcher.attempt(), launcher.attempt()
    attacker.cookies = victim.cookies
    assert refusal(attacker).code is Reason.COOKIE_MISSING


def test_a_login_lasts_ten_minutes(launcher: Launcher, clock: SettableClock) -> None:
    in_time, too_late = launcher.attempt(), launcher.attempt()
    clock.advance(minutes=9, seconds=59)
    fresh = {"iat": int(clock().timestamp()), "exp": int(clock().timestamp()) + 60}
    in_time.claims |= fresh
    in_time.send()
    clock.advance(seconds=1)
    too_late.claims |= fresh
    assert refusal(too_late).code is Reason.STATE_UNKNOWN


def test_logins_that_never_come_back_are_pruned(
    launcher: Launcher, clock: SettableClock, sqlite_storage: Storage
) -> None:
    for _ in range(3):
        launcher.launching.begin(launcher.login())
    clock.advance(minutes=10)
    launcher.launching.begin(launcher.login())
    assert counted(sqlite_storage._engine)["lti_state"] == 1


def test_a_platform_that_was_switched_off_meanwhile_is_refused(
    launcher: Launcher, sqlite_storage: Storage, clock: SettableClock
) -> None:
    attempt = launcher.attempt()
    with sqlite_storage.write() as tx:
        tx.lti.set_disabled(launcher.platform.id, clock())
    assert refusal(attempt).code is Reason.PLATFORM_DISABLED


BAD_LOGINS: dict[str, tuple[dict[str, str], Reason]] = {
    "no iss": ({"iss": ""}, Reason.LOGIN_INCOMPLETE),
    "no login_hint": ({"login_hint": ""}, Reason.LOGIN_INCOMPLETE),
    "no target": ({"target_link_uri": ""}, Reason.LOGIN_INCOMPLETE),
    "unknown iss": ({"iss": "https://moodle.elsewhere.example.org"}, Reason.ISSUER_UNKNOWN),
    "unknown client": ({"client_id": "another"}, Reason.CLIENT_UNKNOWN),
    "unknown deployment": ({"lti_deployment_id": "2"}, Reason.DEPLOYMENT_UNKNOWN),
    "foreign target": ({"target_link_uri": "https://evil.example.org/"}, Reason.TARGET_FOREIGN),
}


@pytest.mark.parametrize("name", BAD_LOGINS)
def test_a_bad_login_is_refused_and_leaves_nothing(
    name: str, launcher: Launcher, sqlite_storage: Storage
) -> None:
    changes, reason = BAD_LOGINS[name]
    before = counted(sqlite_storage._engine)
    with pytest.raises(Refusal) as refused:
        launcher.launching.begin(launcher.login(**changes))
    assert refused.value.code is reason
    assert counted(sqlite_storage._engine) == before


def test_an_issuer_with_a_slash_too_many_is_unknown(launcher: Launcher) -> None:
    with pytest.raises(Refusal) as refused:
        launcher.launching.begin(launcher.login(iss=f"{launcher.platform.issuer}/"))
    assert refused.value.code is Reason.ISSUER_UNKNOWN


def test_without_any_cookie_and_state_a_stranger_gets_nothing(launching: Launching) -> None:
    with pytest.raises(Refusal) as refused:
        launching.receive({"id_token": "eyJhbGciOiJub25lIn0.e30."}, {})
    assert refused.value.code is Reason.STATE_MISSING


def refusal(attempt: Attempt) -> Refusal:
    """The refusal of a launch."""
    with pytest.raises(Refusal) as refused:
        attempt.send()
    return refused.value
