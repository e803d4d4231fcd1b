"""The way into a session's room: who may go in, when, and the moment in which somebody did.

The room opens 15 minutes before the start and closes with the end of the session; both are instants, so a
clock change between now and then changes nothing. Calendar feeds and messages keep the link to the room
itself: they must work for people who are not signed in. Pages lead here instead.

A join is a statement of presence, so only its moment is kept, once a minute at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from coil_bridge.domain import CourseRole, JointSession, Pairing, Person, SessionState
from coil_bridge.errors import Forbidden, NotFound
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.access import Access, pairing_access
from coil_bridge.services.agreed.session_changes import ends_at
from coil_bridge.services.context import Clock
from coil_bridge.storage.joins import Join
from coil_bridge.storage.storage import Storage

OPENS_BEFORE = timedelta(minutes=15)
_COUNTS_ONCE = timedelta(minutes=1)
_KEPT = timedelta(days=400)  # a study year and its report


class Standing(StrEnum):
    """Whether one can go in."""

    EARLY = "early"
    OPEN = "open"
    NO_ROOM = "no_room"  # it would be open, but nobody has given a link
    OVER = "over"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Entry:
    """A session's door, as one person stands before it; ``opens_at`` is an instant in UTC."""

    session: JointSession
    pairing: Pairing
    standing: Standing
    opens_at: datetime
    course_id: str
    role: CourseRole


class Joining:
    """Opens the door and writes down who went in."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def look(self, actor: Person, session_id: str) -> Entry:
        """How the door stands; nothing is written down.

        Raises:
            NotFound: no such session for this person.
            Forbidden: the person may see the session but has no part in any of its courses.
        """
        with self._storage.read() as tx:
            session = tx.sessions.get(session_id)
            access = pairing_access(tx, actor, session.pairing_id) if session else None
        if session is None or access is None or not access.sees_sessions:
            raise NotFound(mark("There is no such session."))
        course_id, role = _part(actor, access)
        now = self._clock()
        return Entry(session, access.pairing, standing(session, now), opens_at(session), course_id, role)

    def join(self, actor: Person, session_id: str) -> Entry:
        """Go in: as ``look``, and where the door is open the moment is written down."""
        entry = self.look(actor, session_id)
        if entry.standing is Standing.OPEN:
            with self._storage.write() as tx:
                join = Join(session_id, actor.id, entry.course_id, entry.role, self._clock())
                tx.joins.add(join, _COUNTS_ONCE)
        return entry

    def prune(self) -> int:
        """Delete joins of past study years; how many."""
        with self._storage.write() as tx:
            return tx.joins.prune(self._clock() - _KEPT)


def opens_at(session: JointSession) -> datetime:
    """The instant (UTC) from which one can go in."""
    return session.starts_at - OPENS_BEFORE


def standing(session: JointSession, now: datetime) -> Standing:
    """Whether one can go in at ``now`` (aware); the end itself is outside."""
    if session.state is SessionState.CANCELLED:
        return Standing.CANCELLED
    if now >= ends_at(session):
        return Standing.OVER
    if now < opens_at(session):
        return Standing.EARLY
    return Standing.OPEN if session.room_url else Standing.NO_ROOM


def _part(actor: Person, access: Access) -> tuple[str, CourseRole]:
    """For which course somebody comes: that of the launch first, then one that is taught."""
    parts = [(each.course.id, CourseRole.TEACHER) for each in access.teaching]
    parts += [(each.course.id, CourseRole.STUDENT) for each in access.attending]
    if not parts:
        raise Forbidden(mark("Only the people of this pairing's courses can join its sessions."))
    launched_from = actor.attends_only or frozenset()
    return next((part for part in parts if part[0] in launched_from), parts[0])
