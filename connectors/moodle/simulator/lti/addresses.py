"""The addresses of a Moodle's LTI scripts and services, as its claims and its configuration give them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from connectors.moodle.simulator.records import Site


@dataclass(frozen=True)
class Addresses:
    """Addresses on one site; its `url` is known once the site is started."""

    site: Site

    def script(self, name: str, **query: object) -> str:
        """Return the address of /mod/lti/<name>.php."""
        address = f"{self.site.url}/mod/lti/{name}.php"
        return f"{address}?{urlencode(query)}" if query else address

    def service(self, path: str) -> str:
        """Return the address of a service's resource."""
        return f"{self.script('services')}/{path}"

    def memberships(self, course_id: int, tool_id: int) -> str:
        """Return the roster's address."""
        return self.service(f"CourseSection/{course_id}/bindings/{tool_id}/memberships")

    def line_items(self, course_id: int, tool_id: int) -> str:
        """Return the address of a course's line items."""
        return self.service(f"{course_id}/lineitems?type_id={tool_id}")

    def line_item(self, course_id: int, item_id: int, tool_id: int) -> str:
        """Return one line item's address."""
        return self.service(f"{course_id}/lineitems/{item_id}/lineitem?type_id={tool_id}")
