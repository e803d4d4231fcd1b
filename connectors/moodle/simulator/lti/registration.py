"""Dynamic registration: the token that invites a tool, and the tool that comes of it.

As `registration_helper` in mod/lti: a new tool's token carries its future client id, an update's the
tool's own id; the tool stays pending until an administrator activates it.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from connectors.moodle.simulator.lti.errors import ServiceError
from connectors.moodle.simulator.lti.platform import Platform
from connectors.moodle.simulator.lti.records import Tool, ToolSettings
from connectors.moodle.simulator.lti.registration_request import read_settings
from connectors.moodle.simulator.lti.tool_keys import check_times, decode_with

_NEW, _UPDATE = "reg", "reg-update"
_LIFETIME = 3600  # seconds
_ALPHABET = string.ascii_letters + string.digits


def new_client_id() -> str:
    """Return fifteen random letters and digits (`random_string(15)`)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(15))


def add_tool(platform: Platform, client_id: str, settings: ToolSettings, *, active: bool) -> Tool:
    """Store a new tool under the next deployment id."""
    tool = Tool(platform.world.next_id("lti_types"), client_id, settings, active)
    return platform.world.keep(platform.tools, tool.id, tool)


def invitation_address(platform: Platform, address: str, update: Tool | None = None) -> str:
    """Return the tool's registration page with configuration and token added to its own query."""
    issued = int(platform.now().timestamp())
    token = platform.key.sign(
        {
            "sub": new_client_id() if update is None else str(update.id),
            "scope": _NEW if update is None else _UPDATE,
            "iat": issued,
            "exp": issued + _LIFETIME,
        }
    )
    parts = urlsplit(address)
    added = {
        "openid_configuration": platform.addresses.script("openid-configuration"),
        "registration_token": token,
    }
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *added.items()])
    return urlunsplit(parts._replace(query=query))


def register(platform: Platform, token: str, payload: Mapping[str, Any]) -> Tool:
    """Make or update the tool of a registration request.

    Raises BadToken when the token was not signed here or has expired (Moodle shows its error page), else
    ServiceError with 400 or 401 and Moodle's word for it.
    """
    claims = decode_with({platform.key.kid: platform.key.private.public_key()}, token)
    check_times(claims, platform.now())
    subject, scope = str(claims.get("sub")), claims.get("scope")
    if scope == _NEW:
        if platform.client(subject) is not None:
            raise ServiceError(401, "token_already_used")
        return add_tool(platform, subject, read_settings(payload), active=False)
    tool = platform.tools.get(int(subject)) if scope == _UPDATE else None
    if tool is None:
        raise ServiceError(400, "Unknown client" if scope == _UPDATE else "Incorrect scope")
    tool.settings = read_settings(payload)
    return tool
