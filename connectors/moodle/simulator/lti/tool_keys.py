"""JWTs verified as Moodle verifies them, with the words of the library it uses (firebase/php-jwt).

A tool's key set is kept once fetched and fetched again when a token does not verify with it
(`lti_verify_with_keyset()`). Neither `aud` nor `jti` is looked at, and times only where they are given.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.types import Options

from connectors.moodle.simulator.lti.errors import BadToken
from connectors.moodle.simulator.lti.records import Tool

Keys = Mapping[str, RSAPublicKey]
_TIMEOUT = 2.0  # seconds
_AGENT = {"User-Agent": "MoodleBot/1.0"}
_SIGNATURE_ONLY: Options = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_sub": False,
    "verify_jti": False,
}


def decode_with(keys: Keys, token: str) -> dict[str, Any]:
    """Return the claims of a token that one of the keys signed by RS256; raises BadToken."""
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        if not kid:
            raise BadToken('"kid" empty, unable to lookup correct key')
        if kid not in keys:
            raise BadToken('"kid" invalid, unable to lookup correct key')
        return jwt.decode(token, keys[kid], ["RS256"], options=_SIGNATURE_ONLY)
    except jwt.InvalidSignatureError as error:
        raise BadToken("Signature verification failed") from error
    except jwt.InvalidTokenError as error:
        raise BadToken(str(error)) from error


def check_times(claims: Mapping[str, Any], now: datetime) -> None:
    """Refuse a token whose `nbf` or `iat` lies in the future or whose `exp` is reached; raises BadToken."""
    moment = int(now.timestamp())
    for name in ("nbf", "iat"):
        if claims.get(name, moment) > moment:
            raise BadToken(f"Cannot handle token prior to {_iso(claims[name])}")
    if claims.get("exp", moment + 1) <= moment:
        raise BadToken("Expired token")


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


class ToolKeys:
    """The key sets of one site's tools, by the address they came from."""

    def __init__(self) -> None:
        self._kept: dict[str, Keys] = {}

    def verify(self, tool: Tool, token: str, now: datetime) -> dict[str, Any]:
        """Return the claims of a token that the tool signed; raises BadToken, also when it has no keys."""
        address = tool.settings.jwks_url
        claims = self._with_kept(address, token)
        if claims is None:
            self._kept[address] = _fetch(address)
            claims = decode_with(self._kept[address], token)
        check_times(claims, now)
        return claims

    def _with_kept(self, address: str, token: str) -> dict[str, Any] | None:
        try:
            return decode_with(self._kept.get(address, {}), token)
        except BadToken:
            return None


def _fetch(address: str) -> Keys:
    try:
        answer = requests.get(address, timeout=_TIMEOUT, headers=_AGENT)
        answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json()).keys
    except (requests.RequestException, ValueError, jwt.PyJWTError) as error:
        raise BadToken("Failed to fetch the key set") from error
    return {key.key_id: key.key for key in keys if key.key_id and isinstance(key.key, RSAPublicKey)}
