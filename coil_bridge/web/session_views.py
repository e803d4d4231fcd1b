"""Sessions as cards: the reader's own clock first, every partner's beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from coil_bridge.domain import JointSession, Pairing
from coil_bridge.services.joint_sessions import UpcomingSession
from coil_bridge.services.session_changes import ends_at
from coil_bridge.services.session_clocks import institutions, partner_clocks
from coil_bridge.web.clocks import Strip, personal_clock, strip_at
from coil_bridge.web.visitors import Visitors


@dataclass(frozen=True, slots=True)
class SessionCard:
    """A session, the pairing it belongs to, and its strip of clocks."""

    session: JointSession
    pairing: Pairing
    strip: Strip
    over: bool
    live: bool


def session_cards(
    sessions: Iterable[UpcomingSession], visitors: Visitors, now: datetime
) -> list[SessionCard]:
    """Cards of sessions from several pairings."""
    return [session_card(each.session, each.pairing, visitors, now) for each in sessions]


def session_card(session: JointSession, pairing: Pairing, visitors: Visitors, now: datetime) -> SessionCard:
    """One card; the reader's own clock comes first where it is none of the partners'."""
    zone = visitors.zone()
    own = next((each.id for each in institutions(pairing) if each.zone == zone), None)
    clocks = partner_clocks(pairing)
    if own is None:
        clocks = (personal_clock(zone), *clocks)
    strip = strip_at(
        session.starts_at,
        session.minutes,
        clocks,
        session.zone,
        visitors.translator(),
        own_key=own or "own",
    )
    ends = ends_at(session)
    return SessionCard(session, pairing, strip, over=ends <= now, live=session.starts_at <= now < ends)
