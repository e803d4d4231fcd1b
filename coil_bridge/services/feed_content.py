"""What stands in a pairing's calendar (RFC 5545 through ``scheduling.ical``): pure, no storage, no clock.

The same sessions give the same bytes, so a feed is built when something changes and served as it is. Times
are in UTC; what they are on every partner's clock is written out in the description, because a student
abroad has no other way to check. No person's name goes in here: the address may be passed on.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from datetime import timedelta

from coil_bridge.domain import CoilPhase, JointSession, Pairing, SessionState
from coil_bridge.i18n import Translator, mark
from coil_bridge.services.session_clocks import clock_lines, institutions
from coil_bridge.storage.feeds import StoredFeed
from scheduling.ical import FeedEvent, FeedInfo, FeedTooLarge, build_feed

# Readers that honour it ask hourly; a 304 costs next to nothing.
REFRESH = timedelta(hours=1)
COLOR = "teal"
PRODUCT = "COIL Bridge"

PHASE_NAMES = {
    CoilPhase.TEAM_BUILDING: mark("Team building"),
    CoilPhase.COMPARING: mark("Comparing and organising"),
    CoilPhase.JOINT_PROJECT: mark("Joint project"),
    CoilPhase.PRESENTATION: mark("Presentation and reflection"),
}


def build(
    pairing: Pairing, sessions: Sequence[JointSession], page: str, translator: Translator
) -> StoredFeed:
    """The pairing's feed in one language; ``page`` is the address of the pairing's page."""
    body = _body(pairing, sessions, page, translator)
    return StoredFeed(
        body=body,
        body_gzip=gzip.compress(body, mtime=0),
        etag=hashlib.sha256(body).hexdigest(),
        last_modified=max((each.changed_at for each in sessions), default=pairing.created_at),
    )


def _body(pairing: Pairing, sessions: Sequence[JointSession], page: str, translator: Translator) -> bytes:
    """Without the oldest sessions where all of them would be more than calendar programs read.

    A change must never fail on account of the feed: a session could not even be called off then.
    """
    info, cancelled = _info(pairing, translator), translator.gettext("Cancelled:")
    events = sorted((event(pairing, each, page, translator) for each in sessions), key=lambda it: it.start)
    while True:
        try:
            return build_feed(info, events, cancelled)
        except FeedTooLarge:
            events = events[len(events) // 4 + 1 :]


def event(pairing: Pairing, session: JointSession, page: str, translator: Translator) -> FeedEvent:
    """One session as the calendar shows it."""
    return FeedEvent(
        uid=session.uid,
        sequence=session.sequence,
        start=session.starts_at,
        minutes=session.minutes,
        summary=session.title,
        description=_description(pairing, session, translator),
        location=session.room_url or "",
        url=page,
        conference=session.room_url,
        cancelled=session.state is SessionState.CANCELLED,
        changed_at=session.changed_at,
        created_at=session.created_at,
    )


def _description(pairing: Pairing, session: JointSession, translator: Translator) -> str:
    head = [session.title, pairing.title, translator.gettext(PHASE_NAMES[session.phase])]
    clocks = clock_lines(translator, pairing, session.starts_at, session.minutes)
    room = [translator.gettext("Room: %(address)s", address=session.room_url)] if session.room_url else []
    return "\n".join([*head, "", *clocks, *([""] if room else []), *room])


def _info(pairing: Pairing, translator: Translator) -> FeedInfo:
    names = ", ".join(each.name for each in institutions(pairing))
    return FeedInfo(
        name=pairing.title,
        description=translator.gettext("Joint sessions of %(institutions)s", institutions=names),
        source_url=None,  # a feed is shared by many private addresses
        color=COLOR,
        language=translator.language.replace("_", "-"),
        refresh=REFRESH,
        product=PRODUCT,
    )
