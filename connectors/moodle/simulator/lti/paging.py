"""The Link header of line items, wrong in the way Moodle's is: nobody can follow it (`lineitems.php`)."""

from __future__ import annotations

from urllib.parse import urlencode

from connectors.moodle.simulator.lti.records import Tool
from connectors.moodle.simulator.lti.service_requests import ServiceRequest

_KEPT = ("resource_id", "resource_link_id", "tag")


def page_links(request: ServiceRequest, tool: Tool, limit: int, first: int, total: int) -> str:
    """Return the header: typographic quotes around `rel`, addresses escaped for HTML."""
    starts = [("first", 0)]
    if first > 0:
        starts.append(("prev", max(first - limit, 0)))
    starts.append(("canonical", first))
    if first + limit < total:
        starts.append(("next", first + limit))
    starts.append(("last", max(total - limit + 1, 0)))
    base = request.platform.addresses.service(f"{request.parts['course']}/lineitems")
    kept = {name: request.query[name] for name in _KEPT if name in request.query}
    kept |= {"type_id": str(tool.id), "limit": str(limit)}
    pages = [(name, urlencode({**kept, "from": start}).replace("&", "&amp;")) for name, start in starts]
    return ", ".join(f"<{base}?{query}>; rel=\u201c{name}\u201d" for name, query in pages)
