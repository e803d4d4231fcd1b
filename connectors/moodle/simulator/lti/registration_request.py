"""A registration request read as `registration_to_config()` reads it, and told back to the tool."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.moodle.simulator.lti import scopes
from connectors.moodle.simulator.lti.errors import ServiceError
from connectors.moodle.simulator.lti.records import GradeAccess, Tool, ToolSettings

CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
_DOMAIN = re.compile(r"(?:https?://)?(?:www\.)?([^/]+)(?:/|$)", re.IGNORECASE)  # LTI_URL_DOMAIN_REGEX


def domain_of(address: str) -> str:
    """Return the host, with its port, that Moodle matches tools by: without a leading www."""
    match = _DOMAIN.match(address)
    return match.group(1) if match else ""


def read_settings(payload: Mapping[str, Any]) -> ToolSettings:
    """Return the tool's settings; raises ServiceError with 400 for what Moodle refuses."""
    response_types = _required(payload, "response_types")
    login_url = _required(payload, "initiate_login_uri")
    redirect_uris = _required(payload, "redirect_uris")
    name = _required(payload, "client_name")
    jwks_url = _required(payload, "jwks_uri")
    method = _required(payload, "token_endpoint_auth_method")
    tool = _required(payload, CONFIGURATION)
    domain, target = domain_of(_required(tool, "domain")), _required(tool, "target_link_uri")
    if domain != domain_of(target):
        raise ServiceError(400, "domain_targetlinkuri_mismatch")
    _check_protocol(payload, response_types, redirect_uris, method)
    asked = set(str(payload.get("scope") or "").split(" "))
    claims = set(tool.get("claims") or ())
    return ToolSettings(
        name=name,
        url=target,
        login_url=login_url,
        redirect_uris=tuple(redirect_uris),
        jwks_url=jwks_url,
        domain=domain,
        description=tool.get("description") or "",
        icon=payload.get("logo_uri") or "",
        deep_linking_url=_deep_linking(tool),
        custom=dict(tool.get("custom_parameters") or {}),
        send_name=bool({"name", "given_name", "family_name"} & claims),
        send_email="email" in claims,
        grades=_grade_access(asked),
        memberships=scopes.MEMBERSHIP_READ in asked,
        tool_settings=scopes.TOOL_SETTING in asked,
    )


def _required(payload: Mapping[str, Any], name: str) -> Any:
    if not payload.get(name):
        raise ServiceError(400, f"missing required attribute {name}")
    return payload[name]


def _check_protocol(payload: Mapping[str, Any], response_types: Any, redirect_uris: Any, method: Any) -> None:
    if "id_token" not in response_types:
        raise ServiceError(400, "invalid_response_types")
    if not isinstance(redirect_uris, list):
        raise ServiceError(400, "invalid_redirect_uris")
    if method != "private_key_jwt":
        raise ServiceError(400, "invalid_token_endpoint_auth_method")
    if payload.get("application_type") not in {None, "", "web"}:
        raise ServiceError(400, "invalid_application_type")


def _deep_linking(tool: Mapping[str, Any]) -> str | None:
    offered = [each for each in tool.get("messages") or () if each.get("type") == "LtiDeepLinkingRequest"]
    return str(offered[-1].get("target_link_uri") or "") if offered else None


def _grade_access(asked: set[str]) -> GradeAccess:
    if scopes.LINE_ITEM in asked:
        return 2
    return 1 if scopes.GRADING & asked else 0


def describe(tool: Tool) -> dict[str, Any]:
    """Return the answer to a registration (`config_to_registration()`)."""
    settings = tool.settings
    return {
        "client_id": tool.client_id,
        "response_types": ["id_token"],
        "jwks_uri": settings.jwks_url,
        "initiate_login_uri": settings.login_url,
        "grant_types": ["client_credentials", "implicit"],
        "redirect_uris": list(settings.redirect_uris),
        "application_type": "web",
        "token_endpoint_auth_method": "private_key_jwt",
        "client_name": settings.name,
        "logo_uri": settings.icon,
        "scope": " ".join(scopes.permitted(settings)),
        CONFIGURATION: _configuration(tool),
    }


def _configuration(tool: Tool) -> dict[str, Any]:
    settings = tool.settings
    answer: dict[str, Any] = {
        "version": "1.3.0",
        "deployment_id": str(tool.id),
        "target_link_uri": settings.url,
        "domain": settings.domain,
        "description": settings.description,
    }
    if settings.deep_linking_url is not None:
        message = {"type": "LtiDeepLinkingRequest", "target_link_uri": settings.deep_linking_url}
        answer["messages"] = [message]
    if settings.custom:
        answer["custom_parameters"] = dict(settings.custom)
    names = ["name", "family_name", "given_name"] if settings.send_name else []
    answer["claims"] = ["sub", "iss", *names, *(["email"] if settings.send_email else [])]
    return answer
