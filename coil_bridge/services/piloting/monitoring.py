"""The monitoring board: every partner of a pilot at a glance, and every red leads to its records.

It asks three questions of each institution in each pairing: is its course being read, does anybody do
anything there, and do its students come to the sessions. A partner is silent after so many *working days of
its own calendar* without any event; holidays, breaks and weekends there do not count. Silence is a fact
about a course, not about a person; of a group that is withheld the board does not say since which day. A
pairing that is over is silent by right: then the question is only whether anything was ever seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from coil_bridge.domain import JointSession, Person, Pilot
from coil_bridge.evaluation.participation import GroupStatus
from coil_bridge.evaluation.records import PilotCourse, PullRun, RunState
from coil_bridge.evaluation.snapshot import Snapshot, read_snapshot
from coil_bridge.evaluation.weeks import local_day
from coil_bridge.services.agreed.session_changes import ends_at
from coil_bridge.services.calendar.academic_calendars import calendars_of
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.pilot_groups import EVALUATED, evaluators_only, groups_of, pilot_for
from coil_bridge.services.piloting.session_evidence import Known, known_of
from coil_bridge.storage.boards import PilotStanding
from coil_bridge.storage.storage import Storage, Transaction
from scheduling.terms import AcademicCalendar, teaches_on

OLD_DAYS = 7
"""A course that was read so many days ago is due again."""


class Light(StrEnum):
    """How something stands."""

    GOOD = "good"
    SOON = "soon"
    RED = "red"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reading:
    """When the course was last read completely."""

    light: Light
    on: date | None
    failed: bool


@dataclass(frozen=True, slots=True)
class Silence:
    """Working days without any event up to the last reading; ``since`` is left out for withheld groups.

    ``over``: the pairing has ended, so no days are counted.
    """

    light: Light
    days: int | None
    since: date | None
    over: bool = False


@dataclass(frozen=True, slots=True)
class Coming:
    """Whether anybody of the institution was in the latest session; ``session`` is that one.

    Red means that others were recorded there and nobody of this institution. Where nothing is recorded of
    anybody, nobody knows who came: a list is missing.
    """

    light: Light
    session: JointSession | None


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One institution in one pairing."""

    course: PilotCourse
    status: GroupStatus
    reading: Reading
    silence: Silence
    coming: Coming

    @property
    def red(self) -> bool:
        """Whether somebody should look."""
        return Light.RED in (self.reading.light, self.silence.light, self.coming.light)


@dataclass(frozen=True, slots=True)
class Board:
    """All partners of a pilot; ``counted_at`` is when the events were last counted."""

    pilot: Pilot
    lines: tuple[BoardLine, ...]
    silent_days: int
    snapshot: Snapshot | None


class Monitoring:
    """Makes the board."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def under_way(self, actor: Person) -> list[PilotStanding]:
        """How the pilots that are under way stood when the worker last looked.

        Raises:
            Forbidden: the actor does not evaluate.
        """
        evaluators_only(actor)
        with self._storage.read() as tx:
            return tx.boards.under_way(self._clock().date())

    def look(self) -> None:
        """The worker's part: store how the pilots that are under way stand."""
        now = self._clock()
        with self._storage.read() as tx:
            found = {
                each.pilot_id: lights(self._lines(tx, each.pilot_id, _snapshot(tx, each.pilot_id)))
                for each in tx.boards.under_way(now.date())
            }
        with self._storage.write() as tx:
            for pilot_id, counts in found.items():
                tx.boards.put(pilot_id, {light.value: count for light, count in counts.items()}, now)

    def board(self, actor: Person, pilot_id: str) -> Board:
        """How every partner of a pilot stands.

        Raises:
            NotFound: there is no such pilot, or the actor may not know of it.
        """
        with self._storage.read() as tx:
            pilot = pilot_for(tx, actor, pilot_id)
            snapshot = _snapshot(tx, pilot_id)
            statuses = {each.course.group: each.status for each in groups_of(tx, pilot, with_activity=False)}
            found = self._lines(tx, pilot_id, snapshot)
            lines = tuple(_withholding(each, statuses[each.course.group]) for each in found)
            return Board(pilot, lines, tx.evidence.rules(pilot_id).silent_days, snapshot)

    def _lines(self, tx: Transaction, pilot_id: str, snapshot: Snapshot | None) -> list[BoardLine]:
        """The lights, and what they rest on whether it may be shown or not."""
        silent_days = tx.evidence.rules(pilot_id).silent_days
        courses = tx.pilots.courses(pilot_id, EVALUATED)
        calendars = calendars_of(tx, [each.institution.id for each in courses])
        latest, complete = tx.pulls.latest(pilot_id), tx.pulls.completed_at(pilot_id)
        coming = self._coming(tx, pilot_id, courses)
        lines = []
        for course in courses:
            key = (course.pairing_id, course.course_id)
            at = complete.get(key)
            day = local_day(at, course.institution.zone) if at else None
            last = snapshot.last_active.get(":".join(key)) if snapshot else None
            calendar = calendars.get(course.institution.id)
            silence = _silence(course, calendar, day if snapshot else None, last, silent_days)
            reading = self._reading(course, latest.get(key), day)
            lines.append(BoardLine(course, GroupStatus.SHOWN, reading, silence, coming[key]))
        return lines

    def _reading(self, course: PilotCourse, run: PullRun | None, day: date | None) -> Reading:
        today = local_day(self._clock(), course.institution.zone)
        failed = run is not None and run.state is RunState.FAILED
        if failed or day is None:
            return Reading(Light.RED, day, failed)
        due = (min(today, course.ends_on) - day).days >= OLD_DAYS
        return Reading(Light.SOON if due else Light.GOOD, day, failed=False)

    def _coming(
        self, tx: Transaction, pilot_id: str, courses: list[PilotCourse]
    ) -> dict[tuple[str, str], Coming]:
        now = self._clock()
        latest: dict[str, JointSession] = {}
        for pairing_id in {course.pairing_id for course in courses}:
            held = [
                each
                for each in tx.sessions.of_pairing(pairing_id)
                if each.state.value == "planned" and ends_at(each) <= now
            ]
            if held:
                latest[pairing_id] = held[-1]
        known = known_of(tx, pilot_id, list(latest.values()))
        return {
            (course.pairing_id, course.course_id): _came(latest.get(course.pairing_id), course, known)
            for course in courses
        }


def working_days_since(calendar: AcademicCalendar | None, last: date, until: date) -> int:
    """Days after ``last`` and up to ``until`` on which is taught; weekdays without a calendar."""
    days = [last + timedelta(days=step) for step in range(1, (until - last).days + 1)]
    if calendar is None:
        return sum(day.weekday() < 5 for day in days)
    return sum(teaches_on(calendar, day) for day in days)


def _silence(
    course: PilotCourse,
    calendar: AcademicCalendar | None,
    known_to: date | None,
    last: int | None,
    limit: int,
) -> Silence:
    if known_to is None:
        return Silence(Light.UNKNOWN, None, None)
    if known_to > course.ends_on:
        seen = date.fromordinal(last) if last and last >= course.starts_on.toordinal() else None
        return Silence(Light.GOOD if seen else Light.RED, None, seen, over=True)
    begins = course.starts_on - timedelta(days=1)
    since = max(date.fromordinal(last), begins) if last else begins
    until = min(known_to, course.ends_on)
    days = working_days_since(calendar, since, until) if until > since else 0
    light = Light.RED if days >= limit else Light.SOON if days * 2 > limit else Light.GOOD
    return Silence(light, days, date.fromordinal(last) if last else None)


def _came(session: JointSession | None, course: PilotCourse, known: Known) -> Coming:
    if session is None:
        return Coming(Light.UNKNOWN, None)
    if not known[session.id]:
        return Coming(Light.SOON, session)
    came = course.course_id in known[session.id]
    return Coming(Light.GOOD if came else Light.RED, session)


def lights(lines: Sequence[BoardLine]) -> Mapping[Light, int]:
    """How many lines have which worst light."""
    order = (Light.RED, Light.SOON, Light.UNKNOWN, Light.GOOD)
    worst = [
        next(light for light in order if light in (line.reading.light, line.silence.light, line.coming.light))
        for line in lines
    ]
    return {light: worst.count(light) for light in order}


def _snapshot(tx: Transaction, pilot_id: str) -> Snapshot | None:
    content = tx.packs.figures(pilot_id)
    return read_snapshot(content) if content else None


def _withholding(line: BoardLine, status: GroupStatus) -> BoardLine:
    """A line as it may be shown: of a group that is withheld nobody says since which day it is silent."""
    if status is GroupStatus.SHOWN:
        return line
    return replace(line, status=status, silence=replace(line.silence, days=None, since=None))
