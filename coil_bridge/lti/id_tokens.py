"""Is this id_token genuine, for us, from now? (1EdTech Security Framework 5.1.3, OpenID Connect Core 3.1.3.7)

PyJWT checks the signature, with the one algorithm that Moodle uses; nothing in the token's own header
chooses the key or the algorithm. Claims are checked here, against an injected clock and letter by letter.
"""

from __future__ import annotations

import hmac
import json
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from jwt import PyJWS
from jwt.exceptions import DecodeError, InvalidSignatureError, PyJWTError

from coil_bridge.lti.key_sets import KeySets
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.storage.lti_records import Platform
from coil_bridge.vault import token_hash

Claims = Mapping[str, Any]

LEEWAY = timedelta(seconds=15)
LONGEST_LIFE = timedelta(hours=1)  # Moodle gives a minute; anything beyond an hour was made to be kept
_MAX_LENGTH = 64 * 1024
# Headers by which a token would bring or choose its own key, or change what is signed (RFC 7515, 4.1).
_FORBIDDEN_HEADERS = frozenset({"jwk", "jku", "x5c", "x5u", "crit", "b64", "zip", "enc"})

_jws = PyJWS(algorithms=["RS256"], options={"enforce_minimum_key_length": True})


def verified(token: str, platform: Platform, keys: KeySets, now: datetime) -> Claims:
    """The claims of a genuine token.

    The nonce and the message have their own checks, since they need the state and the deployments.

    Raises:
        Refusal: anything is missing or wrong.
    """
    kid = _key_id(token)
    claims = _signed_claims(token, platform, kid, keys)
    _check_parties(claims, platform)
    _check_times(claims, now)
    return claims


def check_nonce(claims: Claims, nonce_hash: str) -> None:
    """Refuse a token that was not made for this login.

    Raises:
        Refusal
    """
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(token_hash(nonce), nonce_hash):
        raise Refusal(Reason.NONCE_WRONG, nonce="wrong" if nonce else "missing")


def _key_id(token: str) -> str:
    if not token or len(token) > _MAX_LENGTH:
        raise Refusal(Reason.TOKEN_UNREADABLE if token else Reason.TOKEN_MISSING, length=len(token))
    header = _header(token)
    if header.get("alg") != "RS256":
        raise Refusal(Reason.ALGORITHM, alg=header.get("alg"))
    if found := _FORBIDDEN_HEADERS & header.keys():
        raise Refusal(Reason.HEADER, header="+".join(sorted(found)))
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise Refusal(Reason.KEY_ID_MISSING)
    return kid


def _header(token: str) -> Mapping[str, Any]:
    try:
        return _jws.get_unverified_header(token)
    except (DecodeError, ValueError, RecursionError):
        raise Refusal(Reason.TOKEN_UNREADABLE) from None
    except PyJWTError:  # a header that PyJWT knows and does not accept
        raise Refusal(Reason.HEADER) from None


def _signed_claims(token: str, platform: Platform, kid: str, keys: KeySets) -> Claims:
    key = keys.key(platform, kid)
    try:
        payload = _jws.decode(token, key, algorithms=["RS256"])
        claims = json.loads(payload)
    except InvalidSignatureError:
        raise Refusal(Reason.SIGNATURE, platform=platform.id, kid=kid) from None
    except (DecodeError, ValueError, RecursionError):
        raise Refusal(Reason.TOKEN_UNREADABLE, platform=platform.id) from None
    except PyJWTError:
        raise Refusal(Reason.HEADER, platform=platform.id) from None
    if not isinstance(claims, dict):
        raise Refusal(Reason.TOKEN_UNREADABLE, platform=platform.id)
    return claims


def _check_parties(claims: Claims, platform: Platform) -> None:
    if claims.get("iss") != platform.issuer:
        raise Refusal(Reason.ISSUER_WRONG, platform=platform.id)
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if platform.client_id not in audiences or not all(isinstance(each, str) for each in audiences):
        raise Refusal(Reason.AUDIENCE_WRONG, platform=platform.id)
    # With several audiences the token must say to whom of them it was given (OpenID Connect, 3.1.3.7, 4).
    if ("azp" in claims or len(audiences) > 1) and claims.get("azp") != platform.client_id:
        raise Refusal(Reason.AUTHORIZED_PARTY_WRONG, platform=platform.id)


def _check_times(claims: Claims, now: datetime) -> None:
    present, leeway, longest = now.timestamp(), LEEWAY.total_seconds(), LONGEST_LIFE.total_seconds()
    expires, issued = _instant(claims, "exp"), _instant(claims, "iat")
    begins = _instant(claims, "nbf") if "nbf" in claims else issued
    if expires <= present - leeway:
        raise Refusal(Reason.EXPIRED, seconds=round(present - expires))
    if expires > present + longest + leeway:
        raise Refusal(Reason.TIMES_WRONG, claim="exp", seconds=round(expires - present))
    if not present - longest - leeway <= issued <= present + leeway:
        raise Refusal(Reason.TIMES_WRONG, claim="iat", seconds=round(issued - present))
    if begins > present + leeway:
        raise Refusal(Reason.TIMES_WRONG, claim="nbf", seconds=round(begins - present))


def _instant(claims: Claims, name: str) -> float:
    """A NumericDate (RFC 7519, 2): seconds since 1970, UTC."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Refusal(Reason.TIMES_WRONG, claim=name, value="missing" if value is None else "unreadable")
    return float(value)
