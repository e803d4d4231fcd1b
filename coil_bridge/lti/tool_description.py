"""What we tell a Moodle about ourselves when it registers us; the same is pasted there by hand."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from coil_bridge.i18n import mark
from coil_bridge.lti import claims as names
from coil_bridge.lti.claims import MessageType
from coil_bridge.lti.messages import VARIABLES

LOGIN_PATH = "/lti/login"
LAUNCH_PATH = "/lti/launch"
KEYS_PATH = "/lti/keys"
REGISTER_PATH = "/lti/register"

# In the order in which an administrator will ask why: roster, gradebook column, score.
SCOPES = (names.ROSTER_SCOPE, names.LINE_ITEM_SCOPE, names.SCORE_SCOPE)
DESCRIPTION = mark("Find a partner course abroad and meet on everybody's clock.")


def describe(public_url: str, name: str, supported_scopes: Collection[str]) -> dict[str, Any]:
    """The registration request (1EdTech Dynamic Registration 1.0, 3.5.1).

    We ask for name and e-mail, and work without them. ``domain`` must be the host of the target address to
    the letter, or Moodle answers 400.
    """
    launch_url = f"{public_url}{LAUNCH_PATH}"
    scopes = [scope for scope in SCOPES if not supported_scopes or scope in supported_scopes]
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": f"{public_url}{LOGIN_PATH}",
        "redirect_uris": [launch_url],
        "client_name": name,
        "jwks_uri": f"{public_url}{KEYS_PATH}",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(scopes),
        names.TOOL_CONFIGURATION: {
            "domain": urlsplit(public_url).netloc,
            "description": DESCRIPTION,
            "target_link_uri": launch_url,
            "custom_parameters": dict(VARIABLES),
            "claims": ["iss", "sub", "name", "given_name", "family_name", "email"],
            "messages": [
                {"type": MessageType.RESOURCE_LINK.value},
                {"type": MessageType.DEEP_LINKING.value, "target_link_uri": launch_url, "label": name},
            ],
        },
    }
