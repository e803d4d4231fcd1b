"""Which courses the plugin lets a caller read, and why not the others."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.moodle.simulator import access
from connectors.moodle.simulator.functions.call import Call, Json
from connectors.moodle.simulator.records import SITE_COURSE


def refusal(call: Call, course_id: int, rights: Iterable[str]) -> str:
    """Return why a course may not be read; empty when it may."""
    course = call.world.courses.get(course_id)
    if course is None or course_id == SITE_COURSE:
        return "unknown"
    if not access.can_enter(call.world, call.user, course):
        return "closed"
    if not all(call.can(right, course_id) for right in rights):
        return "capability"
    return "" if access.sees_all_groups(call.world, call.user, course) else "groups"


def courses_for(
    call: Call, course_ids: Iterable[int], rights: Iterable[str]
) -> tuple[frozenset[int], list[Json]]:
    """Return the courses that may be read, and the refused ones as an answer describes them."""
    needed = tuple(rights)
    reasons = {course_id: refusal(call, course_id, needed) for course_id in course_ids}
    allowed = frozenset(course_id for course_id, reason in reasons.items() if not reason)
    refused = [{"courseid": course_id, "reason": why} for course_id, why in reasons.items() if why]
    return allowed, refused
