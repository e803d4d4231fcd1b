"""Can this Moodle do its part, and if not, what has somebody to do there?

``probe`` asks a site everything that can be asked without changing anything there; ``assess`` judges
the findings and is pure. A check is a key and plain values, so that a report can be stored and told
later in any language by ``readiness_texts.describe``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from connectors.moodle.assessment import Findings, People, assess
from connectors.moodle.client import MoodleClient
from connectors.moodle.errors import MoodleError, SiteTimeout, SiteUnreachable
from connectors.moodle.functions import Function
from connectors.moodle.records import MoodleCourse, PublicConfig
from connectors.moodle.report import Check, Level, Readiness, from_json, to_json

__all__ = [
    "Check",
    "Findings",
    "Level",
    "People",
    "Readiness",
    "assess",
    "from_json",
    "probe",
    "to_json",
]

Answer = TypeVar("Answer")

_SAMPLE = 20


def probe(client: MoodleClient) -> Readiness:
    """Ask a site and report; never raises MoodleError. Costs at most seven calls, all of them reads."""
    return assess(_findings(client), client.now())


def _findings(client: MoodleClient) -> Findings:
    info = _or_error(client.site_info)
    found = Findings(client.base_url, client.site_name, info)
    if isinstance(info, (SiteTimeout, SiteUnreachable)):
        return found
    public = _or_error(client.public_config)
    found = replace(found, public=public if isinstance(public, PublicConfig) else None)
    if isinstance(info, MoodleError):
        return found
    may = info.functions
    courses = _or_error(client.courses) if Function.COURSES in may else None
    rosters = {Function.ENROLLED_USERS, Function.USERS_BY_FIELD} <= may
    people = _sample(client, courses) if rosters and isinstance(courses, tuple) else None
    config = _or_error(client.site_config) if Function.SITE_CONFIG in may else None
    return replace(found, config=config, courses=courses, people=people, skew=client.clock_skew)


def _or_error(call: Callable[[], Answer]) -> Answer | MoodleError:
    try:
        return call()
    except MoodleError as error:
        return error


def _sample(client: MoodleClient, courses: tuple[MoodleCourse, ...]) -> People | MoodleError | None:
    """Look at the roster of one course, if possible of one with a teacher."""
    entered = [course for course in courses if course.can_be_entered]
    if not entered:
        return None
    course = max(entered, key=lambda each: bool(each.contacts))
    try:
        roster = client.enrolled_users(course.id, limit=_SAMPLE)
        users = client.users_by_field("id", [user.id for user in roster[:1]])
    except MoodleError as error:
        return error
    return People(
        enrolled=len(roster),
        with_role=sum(bool(user.roles) for user in roster),
        with_email=sum(bool(user.email) for user in roster),
        zone_shown=any(user.timezone for user in users) if users else None,
    )
