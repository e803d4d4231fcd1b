"""The names of LTI 1.3: claims, message types, roles and scopes, as the specifications spell them."""

from __future__ import annotations

from enum import StrEnum

VERSION = "1.3.0"

_LTI = "https://purl.imsglobal.org/spec/lti/claim/"
MESSAGE_TYPE = f"{_LTI}message_type"
VERSION_CLAIM = f"{_LTI}version"
DEPLOYMENT_ID = f"{_LTI}deployment_id"
TARGET_LINK_URI = f"{_LTI}target_link_uri"
ROLES = f"{_LTI}roles"
CONTEXT = f"{_LTI}context"
RESOURCE_LINK = f"{_LTI}resource_link"
LAUNCH_PRESENTATION = f"{_LTI}launch_presentation"
CUSTOM = f"{_LTI}custom"
FOR_USER = f"{_LTI}for_user"
TOOL_PLATFORM = f"{_LTI}tool_platform"
TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"

_DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
DEEP_LINKING_SETTINGS = f"{_DEEP_LINKING}deep_linking_settings"
CONTENT_ITEMS = f"{_DEEP_LINKING}content_items"
DEEP_LINKING_DATA = f"{_DEEP_LINKING}data"

ROSTER = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
ROSTER_SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
ROSTER_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"

GRADES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
LINE_ITEM_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
SCORE_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"

ROLE_VOCABULARY = "http://purl.imsglobal.org/vocab/lis/v2/"


class MessageType(StrEnum):
    """The messages that Moodle sends."""

    RESOURCE_LINK = "LtiResourceLinkRequest"
    DEEP_LINKING = "LtiDeepLinkingRequest"
    SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"
