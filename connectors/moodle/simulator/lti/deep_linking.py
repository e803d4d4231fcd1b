"""What a tool answers to content selection: a signed list of content items (IMS Deep Linking 2.0).

Moodle makes activities of `ltiResourceLink` only, honours `custom` and `lineItem`, and ignores what the
items say about windows (`lti_convert_content_items()`, `content_item_to_form()`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import requests

from connectors.moodle.simulator.lti.claims import DEEP_LINKING, LTI
from connectors.moodle.simulator.lti.errors import BadToken, PageError
from connectors.moodle.simulator.lti.links import add_link, grade_link
from connectors.moodle.simulator.lti.platform import Platform
from connectors.moodle.simulator.lti.records import Link, Tool
from connectors.moodle.simulator.lti.tool_keys import ToolKeys
from connectors.moodle.simulator.records import Course

_TIMEOUT = 2.0  # seconds
_DEFAULT_MAXIMUM = 100.0


@dataclass(frozen=True)
class Selection:
    """The items a tool returned, and the message or error it wants its person to read."""

    items: tuple[Mapping[str, Any], ...]
    message: str
    error: str


def read_selection(platform: Platform, keys: ToolKeys, tool: Tool, token: str) -> Selection:
    """Return the content of a tool's answer; raises PageError unless the tool signed it."""
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
        claims = keys.verify(tool, token, platform.now())
    except (BadToken, jwt.InvalidTokenError) as error:
        raise PageError(str(error)) from error
    if issuer != tool.client_id:
        raise PageError("Consumer key is incorrect.")
    if claims.get(LTI + "message_type") != "LtiDeepLinkingResponse" or claims.get(LTI + "version") != "1.3.0":
        raise PageError("Unsupported message type")
    return Selection(
        tuple(claims.get(DEEP_LINKING + "content_items") or ()),
        str(claims.get(DEEP_LINKING + "msg") or ""),
        str(claims.get(DEEP_LINKING + "errormsg") or ""),
    )


def place(platform: Platform, course: Course, tool: Tool, selection: Selection) -> list[Link]:
    """Make an activity of each item, then look at each one's address as Moodle does on saving."""
    with platform.world.lock:
        links = [
            _place(platform, course, tool, item)
            for item in selection.items
            if item.get("type") == "ltiResourceLink"
        ]
    for link in links:
        _look(link.url or tool.settings.url)
    return links


def _place(platform: Platform, course: Course, tool: Tool, item: Mapping[str, Any]) -> Link:
    link = add_link(
        platform,
        course,
        tool,
        str(item.get("title") or tool.settings.name),
        url=str(item.get("url") or ""),
        text=str(item.get("text") or ""),
        custom={str(name): str(value) for name, value in (item.get("custom") or {}).items()},
    )
    line_item = item.get("lineItem")
    if line_item:
        grade_link(
            platform,
            link,
            float(line_item.get("scoreMaximum") or _DEFAULT_MAXIMUM),
            label=str(line_item.get("label") or ""),
            resource_id=str(line_item.get("resourceId") or ""),
            tag=str(line_item.get("tag") or ""),
        )
    return link


def _look(address: str) -> None:
    """GET the address in search of a cartridge; whatever comes back, the link stays."""
    try:
        requests.get(address, timeout=_TIMEOUT, headers={"User-Agent": "MoodleBot/1.0"}).close()
    except requests.RequestException:
        return
