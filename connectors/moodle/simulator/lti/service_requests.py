"""A request to /mod/lti/services.php and the choice of who answers it.

Moodle goes through its resources in order and takes the first whose path matches and whose media types
hold the Accept header of a GET, or the Content-Type of a POST or PUT; else 400. An Accept of */*, or none,
matches every resource.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from connectors.moodle.simulator.lti.errors import ServiceError
from connectors.moodle.simulator.lti.platform import Platform
from connectors.moodle.simulator.lti.records import Tool
from connectors.moodle.simulator.lti.tokens import bearer
from connectors.moodle.simulator.records import Course


@dataclass(frozen=True)
class ServiceAnswer:
    """An answer to a tool; `body` "" with 204 or where Moodle sends nothing."""

    body: str = ""
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    link: str = ""


@dataclass(frozen=True)
class ServiceRequest:
    """One request; `parts` are the ids in its path."""

    platform: Platform
    method: str
    accept: str
    content_type: str
    authorization: str = field(repr=False)
    query: Mapping[str, str]
    body: bytes
    parts: Mapping[str, str]

    def tool(self, *scopes: str) -> Tool:
        """Return the tool that asks; raises ServiceError with 401 unless its token has one of the scopes."""
        tool = bearer(self.platform, self.authorization, set(scopes))
        named = self.query.get("type_id") or self.parts.get("tool") or str(tool.id)
        if named != str(tool.id):
            raise ServiceError(401)
        return tool

    def course(self) -> Course:
        """Return the course of the path; raises ServiceError with 404."""
        number = self.parts["course"]
        course = self.platform.world.courses.get(int(number)) if number.isdecimal() else None
        if course is None:
            raise ServiceError(404, f"Not Found: Course {number} doesn't exist")
        return course

    def number(self, name: str) -> int:
        """Return a whole number of the query, 0 without one (`PARAM_INT`)."""
        value = self.query.get(name, "")
        return int(value) if value.lstrip("-").isdecimal() else 0


@dataclass(frozen=True)
class Resource:
    """A kind of thing under services.php, with its media types and one answer per method."""

    path: str
    media_types: tuple[str, ...]
    methods: Mapping[str, Callable[[ServiceRequest], ServiceAnswer]]

    def match(self, path: str, method: str, accept: str, content_type: str) -> dict[str, str] | None:
        """Return the ids in the path when the resource takes the request."""
        if method == "GET":
            fits = not accept or "*/*" in accept or accept in self.media_types
        else:
            fits = method == "DELETE" or content_type in self.media_types
        found = re.search(self.path, path)
        return found.groupdict() if fits and found else None
