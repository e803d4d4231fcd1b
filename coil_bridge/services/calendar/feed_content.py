"""What stands in a calendar feed (RFC 5545 through ``scheduling.ical``): pure, no storage, no clock.

The same sessions give the same bytes, so a feed is built when something changes and served as it is. Times
are in UTC; what they are on every partner's clock is written out in the description, because a student
abroad has no other way to check. No person's name goes in here: the address may be passed on.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from coil_bridge.domain import CoilPhase, FeedChoice, FeedKind, JointSession, Pairing, SessionState
from coil_bridge.i18n import Translator, mark, translator
from coil_bridge.services.agreed.session_clocks import clock_lines, institutions
from coil_bridge.storage.feeds import StoredFeed
from scheduling.ical import FeedEvent, FeedInfo, FeedTooLarge, build_feed

# Readers that honour it ask hourly; a 304 costs next to nothing.
REFRESH = timedelta(hours=1)
COLOR = "teal"
PRODUCT = "COIL Bridge"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # when a feed without anything in it last changed

PHASE_NAMES = {
    CoilPhase.TEAM_BUILDING: mark("Team building"),
    CoilPhase.COMPARING: mark("Comparing and organising"),
    CoilPhase.JOINT_PROJECT: mark("Joint project"),
    CoilPhase.PRESENTATION: mark("Presentation and reflection"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A pairing with its sessions, and the address of its page."""

    pairing: Pairing
    sessions: Sequence[JointSession]
    page: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a feed says of itself, in its language."""

    name: str
    description: str


def build(
    pairing: Pairing, sessions: Sequence[JointSession], page: str, translator: Translator
) -> StoredFeed:
    """A pairing's feed in its plain form; ``page`` is the address of the pairing's page."""
    choice = FeedChoice(FeedKind.PAIRING, pairing.id, translator.language)
    return assemble(choice, pairing_head(pairing, translator), [Part(pairing, sessions, page)])


def assemble(choice: FeedChoice, head: Head, parts: Sequence[Part]) -> StoredFeed:
    """The feed of a choice; ``last_modified`` is the last change of anything in it."""
    body = _body(choice, head, parts)
    changes = [each.changed_at for part in parts for each in part.sessions]
    changes += [part.pairing.created_at for part in parts]
    return StoredFeed(
        body=body,
        body_gzip=gzip.compress(body, mtime=0),
        etag=hashlib.sha256(body).hexdigest(),
        last_modified=max(changes, default=LONG_AGO),
    )


def pairing_head(pairing: Pairing, translator: Translator) -> Head:
    """What a pairing's own feed is called."""
    names = ", ".join(each.name for each in institutions(pairing))
    return Head(pairing.title, translator.gettext("Joint sessions of %(institutions)s", institutions=names))


def _body(choice: FeedChoice, head: Head, parts: Sequence[Part]) -> bytes:
    """Without past years where everything would be more than calendar programs read.

    A change must never fail on account of the feed: a session could not even be called off then.
    """
    words = translator(choice.language)
    alarm = timedelta(minutes=choice.alarm) if choice.alarm else None
    events = sorted(
        (
            event(part.pairing, each, part.page, words, rooms=choice.rooms)
            for part in parts
            for each in part.sessions
            if choice.called_off or each.state is not SessionState.CANCELLED
        ),
        key=lambda it: it.start,
    )
    while True:
        try:
            return build_feed(_info(head, words), events, words.gettext("Cancelled:"), alarm)
        except FeedTooLarge:
            events = _without_the_oldest(events)


def _without_the_oldest(events: list[FeedEvent]) -> list[FeedEvent]:
    """Without the first calendar year (UTC); of a single year without the first quarter of its events."""
    later = [each for each in events if each.start.year > events[0].start.year]
    return later or events[len(events) // 4 + 1 :]


def event(
    pairing: Pairing, session: JointSession, page: str, translator: Translator, *, rooms: bool = True
) -> FeedEvent:
    """One session as the calendar shows it; a public calendar shows no way into the room."""
    room = session.room_url if rooms else None
    return FeedEvent(
        uid=session.uid,
        sequence=session.sequence,
        start=session.starts_at,
        minutes=session.minutes,
        summary=session.title,
        description=_description(pairing, session, translator, room),
        location=room or "",
        url=page,
        conference=room,
        cancelled=session.state is SessionState.CANCELLED,
        changed_at=session.changed_at,
        created_at=session.created_at,
    )


def _description(
    pairing: Pairing, session: JointSession, translator: Translator, room_url: str | None
) -> str:
    head = [session.title, pairing.title, translator.gettext(PHASE_NAMES[session.phase])]
    clocks = clock_lines(translator, pairing, session.starts_at, session.minutes)
    room = [translator.gettext("Room: %(address)s", address=room_url)] if room_url else []
    return "\n".join([*head, "", *clocks, *([""] if room else []), *room])


def _info(head: Head, words: Translator) -> FeedInfo:
    return FeedInfo(
        name=head.name,
        description=head.description,
        source_url=None,  # a feed is shared by many private addresses
        color=COLOR,
        language=words.language.replace("_", "-"),
        refresh=REFRESH,
        product=PRODUCT,
    )
