"""The claims of an id_token in Moodle's order, as measured (LTI 1.3 core 5.3, AGS, NRPS, Deep Linking 2.0).

Everything is a string where Moodle has one: `sub`, the context's id and the resource link's are small
integers in quotes.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from connectors.moodle.simulator.lti.custom import custom_claim
from connectors.moodle.simulator.lti.platform import Platform
from connectors.moodle.simulator.lti.roles import launch_roles
from connectors.moodle.simulator.lti.scopes import GRADING, LINE_ITEM
from connectors.moodle.simulator.lti.situation import Situation
from connectors.moodle.simulator.records import SITE_COURSE

Claims = dict[str, Any]
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
_OUTCOMES = "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome"
_GRADES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
_ROSTER = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
_LIFETIME = 60  # seconds
_EMBED, _EMBED_NO_BLOCKS, _WINDOW = 2, 3, 4


def build(situation: Situation, nonce: str) -> Claims:
    """Return what the tool is told."""
    return {
        **_envelope(situation, nonce),
        **_place(situation),
        **_message(situation),
        **_outcomes(situation),
        **_person(situation),
        LTI + "launch_presentation": _presentation(situation),
        LTI + "tool_platform": _platform(situation.platform),
        LTI + "version": "1.3.0",
        LTI + "custom": custom_claim(situation),
        **_services(situation),
        **_deep_linking(situation),
    }


def _envelope(situation: Situation, nonce: str) -> Claims:
    issued = int(situation.platform.now().timestamp())
    return {
        "nonce": nonce,
        "iat": issued,
        "exp": issued + _LIFETIME,
        "iss": situation.platform.site.url,
        "aud": situation.tool.client_id,
        LTI + "deployment_id": str(situation.tool.id),
        LTI + "target_link_uri": situation.target,
        "sub": str(situation.user.id),
    }


def _place(situation: Situation) -> Claims:
    user, course = situation.user, situation.course
    world = situation.platform.world
    sourced = {"person_sourcedid": user.idnumber, "course_section_sourcedid": course.idnumber}
    context = {
        "id": str(course.id),
        "label": course.shortname,
        "title": course.fullname,
        "type": ["CourseSection"],
    }
    roles = launch_roles(world, user, course.id, as_learner=situation.as_learner)
    return {LTI + "lis": sourced, LTI + "roles": roles, LTI + "context": context}


def _message(situation: Situation) -> Claims:
    link = situation.link
    if link is None:
        return {LTI + "message_type": "LtiDeepLinkingRequest"}
    claims: Claims = {LTI + "message_type": "LtiResourceLinkRequest"}
    if situation.review_of is not None:
        claims = {
            LTI + "for_user": {"user_id": str(situation.review_of)},
            LTI + "message_type": "LtiSubmissionReviewRequest",
        }
    return claims | {
        LTI + "resource_link": {"title": link.name, "description": link.text, "id": str(link.id)}
    }


def _outcomes(situation: Situation) -> Claims:
    link, platform = situation.link, situation.platform
    if link is None or not any(item.coupled for item in platform.items_of_link(link)):
        return {}
    data = {
        "instanceid": str(link.id),
        "userid": str(situation.user.id),
        "typeid": str(situation.tool.id),
        "launchid": secrets.randbelow(2**31),
    }
    digest = hashlib.sha256(json.dumps(data).encode()).hexdigest()
    sourced = json.dumps({"data": data, "hash": digest}, separators=(",", ":"))
    service = platform.addresses.script("service")
    return {_OUTCOMES: {"lis_result_sourcedid": sourced, "lis_outcome_service_url": service}}


def _person(situation: Situation) -> Claims:
    user, settings = situation.user, situation.tool.settings
    claims: Claims = {}
    extension = {"lms": "moodle-2"}
    if settings.send_name:
        claims = {"given_name": user.firstname, "family_name": user.lastname, "name": user.fullname}
        extension = {"user_username": user.username, **extension}
    claims[LTI + "ext"] = extension
    if settings.send_email:
        claims["email"] = user.email
    return claims


def _presentation(situation: Situation) -> Claims:
    platform, link = situation.platform, situation.link
    locale = {"locale": situation.user.lang}
    if link is None:
        return locale
    embedded = _EMBED_NO_BLOCKS if platform.site.release.at_least("4.5") else _EMBED
    window = platform.opens_window(link)
    back = platform.addresses.script(
        "return",
        course=situation.course.id,
        launch_container=_WINDOW if window else embedded,
        instanceid=link.id,
        sesskey=platform.sesskey(situation.user),
    )
    return {**locale, "document_target": "window" if window else "iframe", "return_url": back}


def _platform(platform: Platform) -> Claims:
    site = platform.site
    return {
        "product_family_code": "moodle",
        "version": site.release.version,
        "guid": hashlib.blake2b(site.url.encode(), digest_size=16).hexdigest(),
        "name": site.name,
        "description": platform.world.courses[SITE_COURSE].fullname,
    }


def _services(situation: Situation) -> Claims:
    platform, tool, course = situation.platform, situation.tool, situation.course
    link, access = situation.link, situation.tool.settings.grades
    claims: Claims = {}
    if access:
        scopes = sorted(GRADING if access == 2 else GRADING - {LINE_ITEM})
        endpoint: Claims = {"scope": scopes, "lineitems": platform.addresses.line_items(course.id, tool.id)}
        items = [] if link is None else platform.items_of_link(link)
        if len(items) == 1:  # with several the specification leaves the claim out
            endpoint["lineitem"] = platform.addresses.line_item(course.id, items[0].id, tool.id)
        claims[_GRADES] = endpoint
    if tool.settings.memberships and link is not None:
        address = platform.addresses.memberships(course.id, tool.id)
        claims[_ROSTER] = {"context_memberships_url": address, "service_versions": ["1.0", "2.0"]}
    return claims


def _deep_linking(situation: Situation) -> Claims:
    platform, tool = situation.platform, situation.tool
    if situation.link is not None:
        return {}
    back = platform.addresses.script(
        "contentitem_return",
        course=situation.course.id,
        id=tool.id,
        sesskey=platform.sesskey(situation.user),
    )
    settings = {
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["frame", "iframe", "window"],
        "accept_copy_advice": False,
        "accept_multiple": True,
        "accept_unsigned": False,
        "auto_create": False,
        "can_confirm": False,
        "deep_link_return_url": back,
        "title": tool.settings.name,
        "text": "",
    }
    return {DEEP_LINKING + "deep_linking_settings": settings}
