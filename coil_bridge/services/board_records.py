"""What the board's lights rest on, for one pairing: its courses and, by session, which records there are.

Nobody is named and nobody is counted: of a session it says from where something is known of a university's
students, not of how many. Numbers of people are in the figures, where they are withheld together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coil_bridge.domain import CourseRole, JointSession, Person, Pilot, SessionState
from coil_bridge.errors import NotFound
from coil_bridge.evaluation.attendance import PresenceSource
from coil_bridge.evaluation.records import PilotCourse
from coil_bridge.i18n import mark
from coil_bridge.services.context import Clock
from coil_bridge.services.monitoring import BoardLine, Monitoring
from coil_bridge.services.session_changes import ends_at
from coil_bridge.storage.storage import Storage, Transaction

SOURCES = (PresenceSource.JOIN, PresenceSource.ROOM, PresenceSource.FILE)


@dataclass(frozen=True, slots=True)
class HeldSession:
    """A session that was held, and from where something is known of each course's students."""

    session: JointSession
    known: Mapping[str, frozenset[PresenceSource]]  # by course


@dataclass(frozen=True, slots=True)
class BoardRecords:
    """A pairing's records; the latest session first."""

    pilot: Pilot
    lines: tuple[BoardLine, ...]
    sessions: tuple[HeldSession, ...]
    silent_days: int

    @property
    def courses(self) -> list[PilotCourse]:
        """The courses of the pairing."""
        return [line.course for line in self.lines]


class RecordsBehind:
    """Reads what a light of the board rests on."""

    def __init__(self, *, storage: Storage, clock: Clock, monitoring: Monitoring) -> None:
        self._storage = storage
        self._clock = clock
        self._monitoring = monitoring

    def of(self, actor: Person, pilot_id: str, pairing_id: str) -> BoardRecords:
        """The records of a pairing.

        Raises:
            NotFound: no such pilot or pairing in it, or the actor may not know of it.
        """
        board = self._monitoring.board(actor, pilot_id)
        lines = tuple(line for line in board.lines if line.course.pairing_id == pairing_id)
        if not lines:
            raise NotFound(mark("There is no such pairing."))
        now = self._clock()
        with self._storage.read() as tx:
            held = [
                each
                for each in tx.sessions.of_pairing(pairing_id)
                if each.state is not SessionState.CANCELLED and ends_at(each) <= now
            ]
            sessions = tuple(HeldSession(each, _known(tx, pilot_id, each)) for each in reversed(held))
        return BoardRecords(board.pilot, lines, sessions, board.silent_days)


def _known(tx: Transaction, pilot_id: str, session: JointSession) -> Mapping[str, frozenset[PresenceSource]]:
    found: dict[str, set[PresenceSource]] = {}
    for presence in tx.attendance.of_session(pilot_id, session.id):
        found.setdefault(presence.course_id, set()).add(presence.source)
    for join in tx.joins.of_session(session.id):
        if join.role is CourseRole.STUDENT:
            found.setdefault(join.course_id, set()).add(PresenceSource.JOIN)
    return {course: frozenset(sources) for course, sources in found.items()}
