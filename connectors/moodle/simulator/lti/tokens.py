"""/mod/lti/token.php: access tokens for the services, by client assertion (RFC 7523, IMS security 4.1)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import jwt

from connectors.moodle.simulator.lti import scopes
from connectors.moodle.simulator.lti.errors import BadToken, ServiceError
from connectors.moodle.simulator.lti.platform import Platform
from connectors.moodle.simulator.lti.records import AccessToken, Tool
from connectors.moodle.simulator.lti.tool_keys import ToolKeys

_FIELDS = ("client_assertion", "client_assertion_type", "grant_type", "scope")
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFETIME = 3600  # seconds


def grant(platform: Platform, keys: ToolKeys, form: Mapping[str, str]) -> dict[str, Any]:
    """Return the answer with a new access token; raises ServiceError with 400 and OAuth's error code."""
    if not all(form.get(name) for name in _FIELDS):
        raise ServiceError(400, "invalid_request")
    if form["client_assertion_type"] != _ASSERTION or form["grant_type"] != "client_credentials":
        raise ServiceError(400, "unsupported_grant_type")
    tool = _authenticated(platform, keys, form["client_assertion"])
    allowed = set(scopes.permitted(tool.settings))
    granted = [scope for scope in form["scope"].split(" ") if scope in allowed]
    if not granted:
        raise ServiceError(400, "invalid_scope")
    token = _store(platform, tool, granted)
    return {
        "access_token": token.value,
        "token_type": "Bearer",
        "expires_in": _LIFETIME,
        "scope": " ".join(granted),
    }


def _authenticated(platform: Platform, keys: ToolKeys, assertion: str) -> Tool:
    tool = platform.client(_claimed_client(assertion))
    if tool is None:
        raise ServiceError(400, "invalid_client")
    try:
        keys.verify(tool, assertion, platform.now())
    except BadToken as error:
        raise ServiceError(400, str(error)) from error
    return tool


def _claimed_client(assertion: str) -> str:
    try:
        claimed = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise ServiceError(400, "invalid_request") from error
    if not claimed.get("sub"):
        raise ServiceError(400, "invalid_request")
    return str(claimed["sub"])


def _store(platform: Platform, tool: Tool, granted: list[str]) -> AccessToken:
    expires = platform.now() + timedelta(seconds=_LIFETIME)
    token = AccessToken(secrets.token_hex(32), tool.id, frozenset(granted), expires)
    return platform.world.keep(platform.access_tokens, token.value, token)


def bearer(platform: Platform, header: str, needed: set[str]) -> Tool:
    """Return the tool whose token holds one of the needed scopes; raises ServiceError with 401."""
    kind, _, value = header.partition(" ")
    token = platform.access_tokens.get(value.strip()) if kind == "Bearer" else None
    if token is None or token.expires <= platform.now() or not needed & token.scopes:
        raise ServiceError(401)
    return platform.tools[token.tool_id]
