"""/mod/lti/openid-configuration.php, as measured (OpenID Connect discovery, IMS LTI Dynamic Registration)."""

from __future__ import annotations

from typing import Any

from connectors.moodle.simulator.lti import scopes
from connectors.moodle.simulator.lti.platform import Platform

_BASIC_OUTCOME = "https://purl.imsglobal.org/spec/lti-bo/scope/basicoutcome"
_VARIABLES = [
    "basic-lti-launch-request",
    "ContentItemSelectionRequest",
    "ToolProxyRegistrationRequest",
    "Context.id",
    "Context.title",
    "Context.label",
    "Context.id.history",
    "Context.sourcedId",
    "Context.longDescription",
    "Context.timeFrame.begin",
    "CourseSection.title",
    "CourseSection.label",
    "CourseSection.sourcedId",
    "CourseSection.longDescription",
    "CourseSection.timeFrame.begin",
    "CourseSection.timeFrame.end",
    "ResourceLink.id",
    "ResourceLink.title",
    "ResourceLink.description",
    "User.id",
    "User.username",
    "Person.name.full",
    "Person.name.given",
    "Person.name.family",
    "Person.email.primary",
    "Person.sourcedId",
    "Person.name.middle",
    "Person.address.street1",
    "Person.address.locality",
    "Person.address.country",
    "Person.address.timezone",
    "Person.phone.primary",
    "Person.phone.mobile",
    "Person.webaddress",
    "Membership.role",
    "Result.sourcedId",
    "Result.autocreate",
    "BasicOutcome.sourcedId",
    "BasicOutcome.url",
    "Moodle.Person.userGroupIds",
]


def configuration(platform: Platform) -> dict[str, Any]:
    """Return the site's configuration document."""
    script = platform.addresses.script
    return {
        "issuer": platform.site.url,
        "token_endpoint": script("token"),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "jwks_uri": script("certs"),
        "authorization_endpoint": script("auth"),
        "registration_endpoint": script("openid-registration"),
        "scopes_supported": [
            _BASIC_OUTCOME,
            scopes.LINE_ITEM_READ,
            scopes.RESULT_READ,
            scopes.SCORE,
            scopes.LINE_ITEM,
            scopes.MEMBERSHIP_READ,
            scopes.TOOL_SETTING,
            "openid",
        ],
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
        "https://purl.imsglobal.org/spec/lti-platform-configuration": _platform(platform),
    }


def _platform(platform: Platform) -> dict[str, Any]:
    return {
        "product_family_code": "moodle",
        "version": platform.site.release.release,
        "messages_supported": [
            {"type": "LtiResourceLinkRequest"},
            {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]},
        ],
        "variables": _VARIABLES,
    }
