"""/mod/lti/auth.php: an OpenID Connect implicit authentication request becomes an id_token.

The order of checks is Moodle's. What it cannot connect with a launch of this person's own session is an
error page; only once tool and redirect address are known do errors travel back as `error=`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from connectors.moodle.simulator import access
from connectors.moodle.simulator.lti import claims, roles
from connectors.moodle.simulator.lti.errors import PageError
from connectors.moodle.simulator.lti.platform import Platform
from connectors.moodle.simulator.lti.records import Form, Launch
from connectors.moodle.simulator.lti.situation import Situation
from connectors.moodle.simulator.records import User

_NEEDED = ("scope", "response_type", "client_id", "redirect_uri", "login_hint", "nonce")
_INVALID = "Invalid request"


def authenticate(platform: Platform, user: User, request: Mapping[str, str]) -> Form:
    """Answer a tool's request with the form that takes an id_token, or an error, to its redirect address.

    Raises PageError when Moodle shows an error instead. The launch is used up either way.
    """
    launch = _take_launch(platform, user, request)
    settings = platform.tools[launch.tool_id].settings
    if request["redirect_uri"] not in settings.redirect_uris:
        raise PageError(_INVALID)
    refused = _refusal(platform, user, launch, request) or platform.faults.take_error()
    if refused is None:
        answer = {"id_token": _id_token(platform, launch, request["nonce"])}
    else:
        code, description = refused
        answer = {"error": code} | ({"error_description": description} if description else {})
    return Form(request["redirect_uri"], answer | {"state": request.get("state", "")})


def _take_launch(platform: Platform, user: User, request: Mapping[str, str]) -> Launch:
    if not all(request.get(name) for name in _NEEDED):
        raise PageError(_INVALID)
    launch_id = _launch_id(request.get("lti_message_hint", ""))
    if launch_id is None or request["scope"] != "openid" or request["response_type"] != "id_token":
        raise PageError(_INVALID)
    launch = platform.launches.get(launch_id)
    if launch is None or launch.user_id != user.id or launch.tool_id not in platform.tools:
        raise PageError(_INVALID)  # used before, or begun by somebody else: not in this session
    del platform.launches[launch_id]
    return launch


def _launch_id(hint: str) -> str | None:
    try:
        decoded = json.loads(hint)
    except ValueError:
        return None
    launch_id = decoded.get("launchid") if isinstance(decoded, dict) else None
    return launch_id if isinstance(launch_id, str) else None


def _refusal(
    platform: Platform, user: User, launch: Launch, request: Mapping[str, str]
) -> tuple[str, str] | None:
    if request["client_id"] != platform.tools[launch.tool_id].client_id:
        return "unauthorized_client", ""
    if request["login_hint"] != str(user.id):
        return "access_denied", ""
    if request.get("response_mode", "") != "form_post":
        return "invalid_request", "Invalid response_mode"
    if request.get("prompt", "none") not in {"", "none"}:
        return "invalid_request", "Invalid prompt"
    return None


def _id_token(platform: Platform, launch: Launch, nonce: str) -> str:
    situation = Situation.of(platform, launch)
    if not access.can_enter(platform.world, situation.user, situation.course):
        raise PageError("You cannot enrol yourself in this course.")
    if launch.link is None and not roles.edits(platform.world, situation.user, launch.course_id):
        raise PageError("Sorry, but you do not currently have permissions to do that (Manage activities).")
    return platform.faults.sign(claims.build(situation, nonce), platform.key)
