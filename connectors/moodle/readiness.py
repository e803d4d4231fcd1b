"""Can this Moodle do its part, and if not, what has somebody to do there?

``probe`` asks a site everything that can be asked without changing anything there; ``assess`` judges
the findings and is pure. A check is a key and plain values, so that a report can be stored and told
later in any language by ``readiness_texts.describe``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from connectors.moodle import sampling
from connectors.moodle.assessment import assess
from connectors.moodle.client import MoodleClient
from connectors.moodle.errors import MoodleError, SiteTimeout, SiteUnreachable
from connectors.moodle.findings import Findings
from connectors.moodle.functions import Function
from connectors.moodle.records import PublicConfig
from connectors.moodle.report import Check, Level, Readiness, from_json, to_json

__all__ = [
    "Check",
    "Findings",
    "Level",
    "Readiness",
    "assess",
    "from_json",
    "probe",
    "to_json",
]

Answer = TypeVar("Answer")

_GONE = (SiteTimeout, SiteUnreachable)


def probe(client: MoodleClient) -> Readiness:
    """Ask a site and report; never raises MoodleError. Costs at most seventeen calls, all of them reads."""
    return assess(_findings(client), client.now())


def _findings(client: MoodleClient) -> Findings:
    info = _or_error(client.site_info)
    found = Findings(client.base_url, client.site_name, info)
    if isinstance(info, _GONE):
        return found
    public = _or_error(client.public_config)
    found = replace(found, public=public if isinstance(public, PublicConfig) else None)
    return found if isinstance(info, MoodleError) else _looked_into(client, found, info.functions)


def _looked_into(client: MoodleClient, found: Findings, may: frozenset[str]) -> Findings:
    courses = _or_error(client.courses) if Function.COURSES in may else None
    found = replace(found, courses=courses, skew=client.clock_skew)
    if isinstance(courses, _GONE):
        return found  # the rest would only make somebody wait
    known = courses if isinstance(courses, tuple) else ()
    entered = [course for course in known if course.can_be_entered]
    config = _or_error(client.site_config) if Function.SITE_CONFIG in may else None
    people = sampling.people(client, may, entered)
    activity = None if isinstance(people, _GONE) else sampling.activity(client, may, entered)
    plugin = _or_error(client.plugin_info) if Function.PLUGIN_INFO in may else None
    return replace(
        found, config=config, people=people, activity=activity, plugin=plugin, skew=client.clock_skew
    )


def _or_error(call: Callable[[], Answer]) -> Answer | MoodleError:
    try:
        return call()
    except MoodleError as error:
        return error
