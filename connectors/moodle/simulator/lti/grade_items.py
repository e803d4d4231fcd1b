"""Grade items that belong to a tool: found, made, and written as line items (`gradebookservices`)."""

from __future__ import annotations

from typing import Any

from connectors.moodle.simulator.lti.errors import ServiceError
from connectors.moodle.simulator.lti.platform import Platform
from connectors.moodle.simulator.lti.records import GradeItem, Link, Tool
from connectors.moodle.simulator.lti.service_requests import ServiceRequest
from connectors.moodle.simulator.records import Course


def add_item(
    platform: Platform,
    tool: Tool,
    course: Course,
    label: str,
    maximum: float,
    *,
    link_id: int | None = None,
    resource_id: str = "",
    tag: str = "",
    coupled: bool = False,
) -> GradeItem:
    """Add a column to the course's gradebook; `coupled` when it comes with an activity."""
    number = platform.world.next_id("grade_item")
    item = GradeItem(number, course.id, tool.id, label, maximum, link_id, resource_id, tag, coupled)
    return platform.world.keep(platform.items, number, item)


def items_in(platform: Platform, tool: Tool, course: Course) -> list[GradeItem]:
    """Return the tool's items in a course."""
    owned = [item for item in platform.items.values() if item.tool_id == tool.id]
    return [item for item in owned if item.course_id == course.id]


def find_item(request: ServiceRequest, tool: Tool, course: Course) -> GradeItem:
    """Return the item of the path; raises ServiceError with 404."""
    number = request.parts["item"]
    item = request.platform.items.get(int(number)) if number.isdecimal() else None
    if item is None:
        raise ServiceError(404, f"Not Found: Grade item {number} doesn't exist")
    if item.tool_id != tool.id or item.course_id != course.id:
        raise ServiceError(404, "Line item does not exist")
    return item


def describe(platform: Platform, item: GradeItem) -> dict[str, Any]:
    """Return the item as a line item (`item_for_json()`)."""
    line_item: dict[str, Any] = {
        "id": platform.addresses.line_item(item.course_id, item.id, item.tool_id),
        "label": item.label,
        "scoreMaximum": float(item.maximum),
        "resourceId": item.resource_id,
        "tag": item.tag,
    }
    if item.link_id is not None:
        line_item |= {"resourceLinkId": str(item.link_id), "ltiLinkId": str(item.link_id)}
    return line_item


def named_link(request: ServiceRequest, tool: Tool, course: Course, given: dict[str, Any]) -> Link | None:
    """Return the link that a line item names; raises ServiceError with 403 for one of somebody else."""
    number = given.get("resourceLinkId") or given.get("ltiLinkId")
    if number is None:
        return None
    link = request.platform.links.get(int(number)) if str(number).isdecimal() else None
    if link is None or link.course_id != course.id or link.tool_id != tool.id:
        raise ServiceError(403)
    return link
