"""local_coilbridge_get_info and local_coilbridge_get_log, as the plugin itself answers."""

from __future__ import annotations

from connectors.moodle.capabilities import PLUGIN_ROLE, ROLE
from connectors.moodle.logs import pack
from connectors.moodle.simulator.functions.call import Call, Json
from connectors.moodle.simulator.functions.plugin_access import courses_for

READER = "logstore_standard"
_MOST_ROWS = 350_000
SERVICE_RIGHTS = frozenset(each.name for each in (*ROLE, *PLUGIN_ROLE))
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
        "waiting": 0,
        "dropped": 0,
        "lacks": sorted(name for name in SERVICE_RIGHTS if not call.can(name)),
    }


def get_log(call: Call) -> Json:
    """Give the next rows of the courses that the caller may read, in pages one behind the other."""
    allowed, refused = courses_for(call, call.arguments["courseids"], _RIGHTS)
    log, plugin = call.world.log, call.site.plugin
    visible_before = call.world.clock().timestamp() - plugin.hold.total_seconds() if plugin.hold else 1e18
    left = min(max(call.arguments["limit"], 1), _MOST_ROWS)
    cursor, complete, waiting = call.arguments["afterid"], not (allowed and plugin.logging), False
    pages: list[Json] = []
    while not complete and left > 0:
        limit = min(left, plugin.page_rows)
        rows, cursor, waiting = log.page(allowed, cursor, limit, visible_before)
        pages.append(_page(call, rows, cursor))
        complete, left = len(rows) < limit, left - limit
    return {
        "pages": pages or [_page(call, [], cursor)],
        "reader": READER if plugin.logging else "",
        "newest": log.newest if plugin.logging else 0,
        "complete": complete,
        "held": waiting,
        "refused": refused,
    }


def _page(call: Call, rows: list[int], cursor: int) -> Json:
    log = call.world.log
    left_out = bytes(log.left_out[row] for row in rows)
    return {
        "data": _packed(call, [row for row in rows if not log.left_out[row]]),
        "cursor": cursor,
        "anonymous": left_out.count(1),
        "impersonated": left_out.count(2),
    }


def _packed(call: Call, rows: list[int]) -> str:
    log = call.world.log
    columns = log.columns
    groups: dict[tuple[int, int], list[int]] = {}
    for row in rows:
        flat = groups.setdefault((columns["event"][row], columns["course"][row]), [])
        flat += (columns["id"][row], columns["user"][row], columns["time"][row])
    return pack([[log.event_names[event], course, flat] for (event, course), flat in groups.items()])
