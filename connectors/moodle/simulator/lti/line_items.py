"""Assignment and Grade Services: line items (IMS AGS 2.0, section 3.2; `ltiservice_gradebookservices`)."""

from __future__ import annotations

import json
from typing import Any

from connectors.moodle.simulator.lti.errors import ServiceError
from connectors.moodle.simulator.lti.grade_items import add_item, describe, find_item, items_in, named_link
from connectors.moodle.simulator.lti.paging import page_links
from connectors.moodle.simulator.lti.records import GradeItem
from connectors.moodle.simulator.lti.scopes import LINE_ITEM, LINE_ITEM_READ
from connectors.moodle.simulator.lti.service_requests import Resource, ServiceAnswer, ServiceRequest

CONTAINER = "application/vnd.ims.lis.v2.lineitemcontainer+json"
ITEM = "application/vnd.ims.lis.v2.lineitem+json"


def _list(request: ServiceRequest) -> ServiceAnswer:
    tool = request.tool(LINE_ITEM, LINE_ITEM_READ)
    if request.accept not in {"", CONTAINER}:
        raise ServiceError(400, "No context or unsupported content type")
    course = request.course()
    items = [item for item in items_in(request.platform, tool, course) if _asked_for(request, item)]
    limit, first = request.number("limit"), request.number("from")
    shown = items[first : first + limit] if limit > 0 else items
    body = json.dumps([describe(request.platform, item) for item in shown])
    link = page_links(request, tool, limit, first, len(items)) if limit > 0 else ""
    return ServiceAnswer(body, CONTAINER, link=link)


def _asked_for(request: ServiceRequest, item: GradeItem) -> bool:
    query = request.query
    link = query.get("resource_link_id", query.get("lti_link_id"))
    return (
        ("resource_id" not in query or query["resource_id"] == item.resource_id)
        and ("tag" not in query or query["tag"] == item.tag)
        and (link is None or link == str(item.link_id))
    )


def _create(request: ServiceRequest) -> ServiceAnswer:
    tool = request.tool(LINE_ITEM)
    if request.content_type != ITEM:
        raise ServiceError(400, "No context or unsupported content type")
    course, given = request.course(), _given(request)
    link = named_link(request, tool, course, given)
    item = add_item(
        request.platform,
        tool,
        course,
        given["label"],
        float(given["scoreMaximum"]),
        link_id=link.id if link else None,
        resource_id=given.get("resourceId") or "",
        tag=given.get("tag") or "",
    )
    return _echo(request, item, given, 201)


def _given(request: ServiceRequest) -> dict[str, Any]:
    try:
        given = json.loads(request.body)
    except ValueError:
        given = None
    if not isinstance(given, dict) or given.get("label") is None or given.get("scoreMaximum") is None:
        raise ServiceError(400, "No label or Score Maximum")
    try:
        float(given["scoreMaximum"])
    except (TypeError, ValueError) as error:
        raise ServiceError(400) from error
    return given


def _echo(request: ServiceRequest, item: GradeItem, given: dict[str, Any], status: int) -> ServiceAnswer:
    address = request.platform.addresses.line_item(item.course_id, item.id, item.tool_id)
    return ServiceAnswer(json.dumps({**given, "id": address}), ITEM, status)


def _read(request: ServiceRequest) -> ServiceAnswer:
    item = find_item(request, request.tool(LINE_ITEM, LINE_ITEM_READ), request.course())
    return ServiceAnswer(json.dumps(describe(request.platform, item)), ITEM)


def _update(request: ServiceRequest) -> ServiceAnswer:
    tool, course = request.tool(LINE_ITEM), request.course()
    item, given = find_item(request, tool, course), _given(request)
    link = named_link(request, tool, course, given)
    _rescale(item, float(given["scoreMaximum"]))
    item.label = given["label"]
    item.resource_id = given.get("resourceId") or ""
    item.tag = given.get("tag") or ""
    item.link_id = link.id if link else item.link_id
    return _echo(request, item, given, 200)


def _rescale(item: GradeItem, maximum: float) -> None:
    """Keep everybody's percentage when the maximum changes."""
    for person, grade in item.grades.items():
        if grade.value is not None:
            value = grade.value * maximum / item.maximum
            item.grades[person] = type(grade)(value, grade.comment, grade.at)
    item.maximum = maximum


def _delete(request: ServiceRequest) -> ServiceAnswer:
    item = find_item(request, request.tool(LINE_ITEM), request.course())
    if item.coupled and not item.resource_id and not item.tag:
        raise ServiceError(403)  # the column of an activity that the teacher made graded: not the tool's
    del request.platform.items[item.id]
    return ServiceAnswer(status=204)


LINE_ITEM_RESOURCE = Resource(
    r"/(?P<course>[^/]+)/lineitems/(?P<item>[^/]+)/lineitem$",
    (ITEM,),
    {"GET": _read, "PUT": _update, "DELETE": _delete},
)
LINE_ITEMS_RESOURCE = Resource(
    r"/(?P<course>[^/]+)/lineitems$", (CONTAINER, ITEM), {"GET": _list, "POST": _create}
)
