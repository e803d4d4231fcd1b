"""Sessions as cards: the reader's own clock first, every partner's beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from coil_bridge.domain import JointSession, Pairing
from coil_bridge.services.agreed.session_changes import ends_at
from coil_bridge.services.agreed.session_clocks import institutions, partner_clocks
from coil_bridge.services.calendar.academic_calendars import AcademicCalendars
from coil_bridge.services.sessions.joint_sessions import UpcomingSession
from coil_bridge.services.sessions.series_edits import slot
from coil_bridge.services.sessions.session_previews import Calendars
from coil_bridge.web.clocks import Strip, personal_clock, strip_at
from coil_bridge.web.visitors import Visitors

DRAWN = 5
"""So many of a pairing's next sessions have their ribbons; what comes later is a line each."""


@dataclass(frozen=True, slots=True)
class SessionCard:
    """A session, the pairing it belongs to, and its strip of clocks."""

    session: JointSession
    pairing: Pairing
    strip: Strip
    over: bool
    live: bool
    of_series: tuple[int, int] | None = None  # its place in the series, and how many belong to it


def session_cards(
    sessions: Sequence[UpcomingSession], visitors: Visitors, now: datetime, academic: AcademicCalendars
) -> list[SessionCard]:
    """Cards of sessions from several pairings."""
    calendars = academic.of({place.id for each in sessions for place in institutions(each.pairing)})
    return [session_card(each.session, each.pairing, visitors, now, calendars) for each in sessions]


def pairing_cards(
    sessions: Sequence[JointSession],
    pairing: Pairing,
    visitors: Visitors,
    now: datetime,
    calendars: Calendars,
) -> list[SessionCard]:
    """Cards of one pairing's sessions in order of time; ribbons for the next ones, or the page grows long."""
    coming = [each.id for each in sessions if ends_at(each) > now][:DRAWN]
    places = _places(sessions)
    return [
        replace(
            session_card(each, pairing, visitors, now, calendars, drawn=each.id in coming),
            of_series=places.get(each.id),
        )
        for each in sessions
    ]


def _places(sessions: Iterable[JointSession]) -> dict[str, tuple[int, int]]:
    """Each session's place in its series, counted by the times that the series gives."""
    series: dict[str, list[JointSession]] = {}
    for each in sessions:
        if each.series_id:
            series.setdefault(each.series_id, []).append(each)
    return {
        each.id: (place, len(some))
        for some in series.values()
        if len(some) > 1
        for place, each in enumerate(sorted(some, key=lambda it: (slot(it), it.id)), start=1)
    }


def session_card(
    session: JointSession,
    pairing: Pairing,
    visitors: Visitors,
    now: datetime,
    calendars: Calendars,
    *,
    drawn: bool = True,
) -> SessionCard:
    """One card; the reader's own clock comes first where it is none of the partners'.

    ``calendars``, by institution, say which days are off there.
    """
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
        drawn=drawn,
        calendars=calendars,
    )
    ends = ends_at(session)
    return SessionCard(session, pairing, strip, over=ends <= now, live=session.starts_at <= now < ends)
