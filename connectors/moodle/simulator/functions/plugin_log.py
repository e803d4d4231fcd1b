"""local_coilbridge_get_info and local_coilbridge_get_log, as the plugin itself answers."""

from __future__ import annotations

import json

from connectors.moodle.simulator import access
from connectors.moodle.simulator.functions.call import Call, Json

READER = "logstore_standard"
_MOST_ROWS = 50_000
_RIGHTS = ("local/coilbridge:readlog", "report/log:view")


def get_info(call: Call) -> Json:
    """Say which version is installed and which log it reads."""
    plugin = call.site.plugin
    return {
        "version": plugin.version,
        "release": plugin.release,
        "reader": READER if plugin.logging else "",
        "newest": call.world.log.newest if plugin.logging else 0,
        "hooks": bool(plugin.hook_url),
    }


def get_log(call: Call) -> Json:
    """Give the next rows of the courses that the caller may read."""
    refused = {course: _refusal(call, course) for course in dict.fromkeys(call.arguments["courseids"])}
    allowed = frozenset(course for course, reason in refused.items() if not reason)
    log, plugin = call.world.log, call.site.plugin
    after, limit = call.arguments["afterid"], min(max(call.arguments["limit"], 1), _MOST_ROWS)
    visible_before = call.world.clock().timestamp() - plugin.hold.total_seconds() if plugin.hold else 1e18
    rows: list[int] = []
    cursor, waiting = after, False
    if allowed and plugin.logging:
        rows, cursor, waiting = log.page(allowed, after, limit, visible_before)
    sent = [row for row in rows if not log.left_out[row]]
    left_out = bytes(log.left_out[row] for row in rows)
    return {
        "data": _packed(call, sent),
        "reader": READER if plugin.logging else "",
        "newest": log.newest if plugin.logging else 0,
        "cursor": cursor,
        "complete": len(rows) < limit,
        "held": waiting,
        "anonymous": left_out.count(1),
        "impersonated": left_out.count(2),
        "refused": [{"courseid": course, "reason": why} for course, why in refused.items() if why],
    }


def _packed(call: Call, rows: list[int]) -> str:
    log = call.world.log
    columns = {name: [column[row] for row in rows] for name, column in log.columns.items()}
    return json.dumps({"events": log.event_names, **columns}, separators=(",", ":"))


def _refusal(call: Call, course_id: int) -> str:
    course = call.world.courses.get(course_id)
    if course is None:
        return "unknown"
    if not access.can_enter(call.world, call.user, course):
        return "closed"
    if not all(call.can(right, course_id) for right in _RIGHTS):
        return "capability"
    return "" if access.sees_all_groups(call.world, call.user, course) else "groups"
