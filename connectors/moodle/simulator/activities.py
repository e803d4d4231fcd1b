"""What activities of a simulated Moodle keep besides the log: BigBlueButton, Attendance, Feedback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from connectors.moodle.simulator.activity_log import SESSION_JOINED
from connectors.moodle.simulator.memory import Memory, wall_clock
from connectors.moodle.simulator.records import Module, User


@dataclass(frozen=True)
class RoomRow:
    """A row of bigbluebuttonbn_logs: a join, or after the meeting the summary of one person's stay."""

    id: int
    module: Module
    user_id: int
    at: datetime
    summary: bool
    seconds: int


@dataclass(frozen=True)
class Mark:
    """A row of attendance_log with its session: `grade` and `most` are points times a hundred."""

    id: int
    module: Module
    user_id: int
    starts: datetime
    seconds: int
    taken: datetime
    grade: int
    most: int


@dataclass
class Feedback:
    """A Feedback activity and how many have answered it."""

    module: Module
    answers: int
    anonymous: bool


class Activities(Memory):
    """The rows of these activities, and what people do in them."""

    def __init__(self, clock: Callable[[], datetime] = wall_clock) -> None:
        super().__init__(clock)
        self.room_rows: dict[int, RoomRow] = {}
        self.marks: dict[int, Mark] = {}
        self.feedbacks: dict[int, Feedback] = {}

    def enter_room(self, user: User, room: Module, at: datetime, minutes: int = 0) -> None:
        """Press "join" in a BigBlueButton activity; with `minutes` the meeting is over and told how long."""
        with self.lock:
            self.log.add(room.course_id, user.id, SESSION_JOINED, at)
            self._room_row(user, room, at, 0)
            if minutes:
                self._room_row(user, room, at, minutes * 60)

    def _room_row(self, user: User, room: Module, at: datetime, seconds: int) -> None:
        identity = self.next_id("bigbluebuttonbn_logs")
        row = RoomRow(identity, room, user.id, at, seconds > 0, seconds)
        self.keep(self.room_rows, identity, row)

    def mark(
        self, user: User, register: Module, starts: datetime, minutes: int, *, grade: int = 2, most: int = 2
    ) -> Mark:
        """Mark somebody in an attendance register; all points by default, which says "present"."""
        identity, taken = self.next_id("attendance_log"), self.clock()
        points = (100 * grade, 100 * most)
        row = Mark(identity, register, user.id, starts, minutes * 60, taken, *points)
        return self.keep(self.marks, identity, row)

    def answered(self, form: Module, answers: int, *, anonymous: bool = True) -> None:
        """Say how many have answered a Feedback activity by now."""
        self.keep(self.feedbacks, form.id, Feedback(form, answers, anonymous))
