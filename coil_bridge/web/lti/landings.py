"""The address of every place at which a launch can end, except the picker, which is no page of its own."""

from __future__ import annotations

from typing import Any

from flask import url_for

from coil_bridge.services.launching.launches import Landing, Place

# Endpoint, and the name under which it takes the subject.
_PAGES = {
    Place.FIND_PARTNER: ("courses.find", "own"),
    Place.PAIRING: ("pairings.show", "pairing_id"),
    Place.SESSIONS: ("course.sessions", "course_id"),
    Place.NEXT_SESSION: ("course.next_session", "course_id"),
    Place.TEAM: ("course.team", "course_id"),
    Place.READINESS: ("readiness.show", "site_id"),
    Place.PILOTS: ("pilots.index", None),
    Place.HOME: ("home.index", None),
}


def landing_url(landing: Landing) -> str:
    """The path of a landing; raises KeyError for the picker, which opens in answer to its launch."""
    endpoint, name = _PAGES[landing.place]
    subject: dict[str, Any] = {name: landing.subject_id} if name else {}
    return url_for(endpoint, **subject)
