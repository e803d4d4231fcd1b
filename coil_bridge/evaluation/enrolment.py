"""Who is enrolled: still on the list of participants on or after the first day of the pairing.

As long as no reading has been made since that day, whoever the last one showed is enrolled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from coil_bridge.evaluation.records import Member, PilotCourse
from coil_bridge.evaluation.weeks import local_day


def enrolled_members(courses: Iterable[PilotCourse], members: Sequence[Member]) -> list[Member]:
    """Those of the members who are enrolled, in their order."""
    known = {(each.pairing_id, each.course_id): each for each in courses}
    latest: dict[tuple[str, str], datetime] = {}
    for member in members:
        key = (member.pairing_id, member.course_id)
        latest[key] = max(latest.get(key, member.observed_at), member.observed_at)
    return [
        member
        for member in members
        if (course := known.get((member.pairing_id, member.course_id)))
        and (
            member.observed_at == latest[member.pairing_id, member.course_id]
            or local_day(member.observed_at, course.institution.zone) >= course.starts_on
        )
    ]
