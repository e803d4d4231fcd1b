"""What the board's lights rest on, for one pairing: its courses and, by session, which records there are.

Nobody is named and nobody is counted: of a session it says from where something is known of a university's
students, not of how many. Numbers of people are in the figures, where they are withheld together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from coil_bridge.domain import JointSession, Person, Pilot, SessionState
from coil_bridge.errors import NotFound
from coil_bridge.evaluation.attendance import Meeting, PresenceSource
from coil_bridge.evaluation.records import PilotCourse
from coil_bridge.evaluation.stays import Stay, register_session
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.session_changes import ends_at
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.monitoring import BoardLine, Monitoring
from coil_bridge.services.piloting.presences import meeting_of
from coil_bridge.services.piloting.session_evidence import KnownFrom, known_of
from coil_bridge.storage.storage import Storage


@dataclass(frozen=True, slots=True)
class HeldSession:
    """A session that was held, and from where something is known of each course's students."""

    session: JointSession
    known: Mapping[str, frozenset[KnownFrom]]  # by course


@dataclass(frozen=True, slots=True)
class Lesson:
    """A register in a Moodle that belongs to no joint session; no ``minutes`` where it has no length."""

    course: PilotCourse
    starts_at: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class BoardRecords:
    """A pairing's records; the latest session first."""

    pilot: Pilot
    lines: tuple[BoardLine, ...]
    sessions: tuple[HeldSession, ...]
    lessons: tuple[Lesson, ...]
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
            planned = [
                each
                for each in tx.sessions.of_pairing(pairing_id)
                if each.state is not SessionState.CANCELLED
            ]
            held = [each for each in planned if ends_at(each) <= now]
            known = known_of(tx, pilot_id, held)
            stays = tx.stays.of_pilot(pilot_id, pairing_id)
        sessions = tuple(HeldSession(each, known[each.id]) for each in reversed(held))
        courses = {line.course.course_id: line.course for line in lines}
        lessons = _lessons(stays, [meeting_of(each) for each in planned], courses)
        return BoardRecords(board.pilot, lines, sessions, lessons, board.silent_days)


def _lessons(
    stays: Iterable[Stay], meetings: Sequence[Meeting], courses: Mapping[str, PilotCourse]
) -> tuple[Lesson, ...]:
    registers = {
        (each.joined, each.left or each.joined, each.course_id)
        for each in stays
        if each.source is PresenceSource.REGISTER and each.course_id in courses
    }
    return tuple(
        Lesson(courses[course_id], datetime.fromtimestamp(starts * 60, UTC), ends - starts)
        for starts, ends, course_id in sorted(registers, reverse=True)
        if register_session(starts, ends, meetings) is None
    )
