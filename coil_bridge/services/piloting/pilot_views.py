"""A pilot as its page shows it: phases, pairings, groups, and how the pulls of their courses went.

The accounts of a pull tell how many people a course has, so they are withheld where the group is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from coil_bridge.domain import Institution, Phase, Pilot
from coil_bridge.errors import Reason
from coil_bridge.evaluation.participation import GroupStatus, GroupTable
from coil_bridge.evaluation.records import Part, PilotCourse, PullRun, RunState, Tally
from coil_bridge.evaluation.suppression import courses_with_accounts
from coil_bridge.services.piloting.pilot_groups import EVALUATED, groups_of, members_of
from coil_bridge.services.piloting.retention import kept
from coil_bridge.storage.retention import Kept
from coil_bridge.storage.storage import Transaction


@dataclass(frozen=True, slots=True)
class RunView:
    """The latest pull of a course; ``tally`` is ``None`` where its numbers would show a small group."""

    state: RunState
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    failure: Reason | None
    tally: Tally | None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in (RunState.DONE, RunState.FAILED)

    @property
    def share(self) -> float:
        """How far it has got, from 0 to 1, as far as can be known and told."""
        if self.ended:
            return 1.0
        if self.state is RunState.QUEUED or self.tally is None or not self.tally.steps_expected:
            return 0.0
        return min(self.tally.steps_done / self.tally.steps_expected, 1.0)


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course of a group and its latest pull, if there was one."""

    course: PilotCourse
    run: RunView | None


@dataclass(frozen=True, slots=True)
class GroupLine:
    """An institution in a pairing; no numbers unless the group is shown."""

    institution: Institution
    status: GroupStatus
    students: int | None
    guests: int | None
    staff: int | None
    courses: tuple[CourseLine, ...]


@dataclass(frozen=True, slots=True)
class PairingLine:
    """A pairing that is evaluated, with its groups."""

    pairing_id: str
    title: str
    model: str
    groups: tuple[GroupLine, ...]


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """A phase and the pairings that count to it."""

    phase: Phase
    pairings: tuple[PairingLine, ...]


@dataclass(frozen=True, slots=True)
class PilotCounts:
    """Totals of a pilot; own students are counted over shown groups only, each once."""

    pairings: int
    institutions: int
    courses: int
    students: int
    shown: int
    withheld: int
    not_pulled: int


@dataclass(frozen=True, slots=True)
class PilotView:
    """Everything that a pilot's page shows."""

    pilot: Pilot
    phases: tuple[PhaseLine, ...]
    counts: PilotCounts
    kept: Kept

    @property
    def courses(self) -> tuple[CourseLine, ...]:
        """Every course, in the order of the page."""
        return tuple(
            course
            for phase in self.phases
            for pairing in phase.pairings
            for group in pairing.groups
            for course in group.courses
        )


def view_of(tx: Transaction, pilot: Pilot) -> PilotView:
    """A pilot as it stands."""
    groups = groups_of(tx, pilot, with_activity=False)
    courses = tx.pilots.courses(pilot.id, EVALUATED)
    runs = run_views(tx, pilot, courses)
    lines = [_group_line(group, courses, runs) for group in groups]
    by_pairing: dict[str, list[GroupLine]] = {}
    for group, line in zip(groups, lines, strict=True):
        by_pairing.setdefault(group.course.pairing_id, []).append(line)
    first = {group.course.pairing_id: group.course for group in reversed(groups)}
    pairings = [
        (first[pairing_id].phase_id, _pairing_line(first[pairing_id], found))
        for pairing_id, found in by_pairing.items()
    ]
    phases = tuple(
        PhaseLine(phase, tuple(line for phase_id, line in pairings if phase_id == phase.id))
        for phase in tx.pilots.phases(pilot.id)
    )
    return PilotView(pilot, phases, _counts(groups, courses), kept(tx, pilot))


def run_views(
    tx: Transaction, pilot: Pilot, courses: Sequence[PilotCourse]
) -> dict[tuple[str, str], RunView]:
    """The latest pull of each (pairing, course), with the numbers that may be shown."""
    told = courses_with_accounts(courses, members_of(tx, pilot.id, courses), pilot.suppression_threshold)
    latest = tx.pulls.latest(pilot.id)
    keys = [(course.pairing_id, course.course_id) for course in courses]
    return {key: _run_view(latest[key], told=key in told) for key in keys if key in latest}


def _run_view(run: PullRun, *, told: bool) -> RunView:
    return RunView(
        state=run.state,
        requested_at=run.requested_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        failure=run.failure,
        tally=run.tally if told else None,
    )


def _group_line(
    group: GroupTable, courses: Sequence[PilotCourse], runs: Mapping[tuple[str, str], RunView]
) -> GroupLine:
    return GroupLine(
        institution=group.course.institution,
        status=group.status,
        students=group.count(Part.STUDENT),
        guests=group.count(Part.GUEST),
        staff=group.count(Part.STAFF),
        courses=tuple(
            CourseLine(course, runs.get((course.pairing_id, course.course_id)))
            for course in courses
            if course.group == group.course.group
        ),
    )


def _pairing_line(course: PilotCourse, groups: Sequence[GroupLine]) -> PairingLine:
    return PairingLine(course.pairing_id, course.pairing_title, course.model, tuple(groups))


def _counts(groups: Sequence[GroupTable], courses: Sequence[PilotCourse]) -> PilotCounts:
    statuses = [group.status for group in groups]
    students = {
        person.pseudonym for group in groups for person in group.people if person.part is Part.STUDENT
    }
    return PilotCounts(
        pairings=len({course.pairing_id for course in courses}),
        institutions=len({course.institution.id for course in courses}),
        courses=len({course.course_id for course in courses}),
        students=len(students),
        shown=statuses.count(GroupStatus.SHOWN),
        withheld=statuses.count(GroupStatus.WITHHELD),
        not_pulled=statuses.count(GroupStatus.NOT_PULLED),
    )
