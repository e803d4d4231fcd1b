"""A joint session as an event in a course's own Moodle calendar: its words, and its mark.

The mark is the address of the session's door, which stands in the description as the way in. Moodle has no
field for a key of ours, and keeps a link as it is.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

from coil_bridge.domain import Course, JointSession, Pairing, SessionState
from coil_bridge.i18n import Translator, translator
from coil_bridge.services.agreed.session_clocks import clock_lines
from coil_bridge.services.calendar.calendar_steps import Wanted
from coil_bridge.services.calendar.feed_content import PHASE_NAMES
from connectors.moodle.text import safe_name

_SERBIAN = ("sr", "sr_lt", "sr_cr")


def wanted_event(pairing: Pairing, session: JointSession, course: Course, public_url: str) -> Wanted:
    """The event of a session in the calendar of one of the pairing's courses, in the course's language."""
    words = _words(course)
    called_off = session.state is SessionState.CANCELLED
    title = words.gettext("Called off: %(title)s", title=session.title) if called_off else session.title
    name, text = safe_name(title), _description(pairing, session, words, door(public_url, session.id))
    length = timedelta(minutes=session.minutes)
    location = session.room_url or ""
    written = "\n".join((name, text, location, session.starts_at.isoformat(), str(length)))
    return Wanted(
        session_id=session.id,
        name=name,
        description=text,
        starts_at=session.starts_at,
        length=length,
        content=hashlib.sha256(written.encode()).hexdigest(),
        location=location,
        called_off=called_off,
    )


def door(public_url: str, session_id: str) -> str:
    """The address of a session's door, by which its events are recognised."""
    return f"{public_url}/join/{session_id}"


def session_in(description: str, public_url: str) -> str | None:
    """The session whose mark stands in an event's description (HTML as Moodle keeps it)."""
    found = re.search(re.escape(f"{public_url}/join/") + r"([a-z2-7]{16})(?![a-z2-7])", description)
    return found[1] if found else None


def _description(pairing: Pairing, session: JointSession, words: Translator, way_in: str) -> str:
    clocks = clock_lines(words, pairing, session.starts_at, session.minutes)
    if session.state is SessionState.CANCELLED:
        head = [words.gettext("The teachers have called this session off. It does not take place."), ""]
    else:
        head = []
    room = [words.gettext("Room: %(address)s", address=session.room_url)] if session.room_url else []
    return "\n".join(
        [
            *head,
            f"{pairing.title} · {words.gettext(PHASE_NAMES[session.phase])}",
            "",
            *clocks,
            "",
            *room,
            words.gettext("This session at COIL Bridge: %(address)s", address=way_in),
        ]
    )


def _words(course: Course) -> Translator:
    """In the course's language where we have it; Moodle names its packs for Serbian by country and script."""
    language = (course.language or "").replace("-", "_").lower()
    return translator("sr_Latn" if language in _SERBIAN else language)
