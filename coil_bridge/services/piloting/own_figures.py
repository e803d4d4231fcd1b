"""One student's numbers in one pairing, by the rules of the evaluation: what a teacher and the student see.

Nothing here is suppressed, because nothing here is about anybody whom the reader does not know by right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from coil_bridge.domain import PairedCourse, Pairing, PairingState
from coil_bridge.evaluation.attendance import Attended, Meeting, Standing, by_person, contact_minutes
from coil_bridge.evaluation.facts import present_in_enough
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import PilotCourse
from coil_bridge.evaluation.weeks import local_day
from coil_bridge.evaluation.windows import Window, course_window, phase_windows
from coil_bridge.services.piloting.pilot_groups import EVALUATED
from coil_bridge.services.piloting.presences import presences_in
from coil_bridge.storage.storage import Transaction
from coil_bridge.vault import Vault


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """One student in one pairing. ``contact`` and ``estimated`` are minutes; days are the institution's.

    Of the sessions ``held``, ``recorded`` are those of which anybody's attendance is known: of the others
    nobody can say who came, so nobody has missed them. Last seen is who did something in the course or came
    to a session. ``completed`` is what the indicator "completing" says of this course; ``None`` where
    neither Moodle nor any session tells.
    """

    active_days: int
    last_seen: date | None
    completed: bool | None
    attended: int
    partly: int
    held: int
    recorded: int
    missed_in_a_row: int
    contact: int
    estimated: int


@dataclass(frozen=True, slots=True)
class CourseRead:
    """What is needed of one course of a pilot, read once for all its students."""

    days: Mapping[str, Sequence[int]]
    completed: Mapping[str, bool | None]  # as Moodle said
    attendance: Mapping[tuple[str, str, str], Attended]
    held: int  # sessions
    recorded: Sequence[Meeting]  # those of them of which anybody's attendance is known
    window: Window
    zone: str


def pseudonymiser(tx: Transaction, vault: Vault, pairing: Pairing) -> Pseudonymiser | None:
    """What names the people of a pairing's pilot; ``None`` without one, or when its key is gone."""
    sealed = tx.pilots.sealed_key(pairing.phase.pilot_id) if pairing.phase else None
    return Pseudonymiser(vault.decrypt(sealed)) if sealed else None


def evaluated(tx: Transaction, pairing: Pairing, paired: PairedCourse) -> PilotCourse | None:
    """A paired course as its pilot knows it; ``None`` where the pairing counts to none."""
    courses = tx.pilots.courses(pairing.phase.pilot_id, EVALUATED) if pairing.phase else []
    wanted = (pairing.id, paired.course.id)
    return next((each for each in courses if (each.pairing_id, each.course_id) == wanted), None)


def is_over(pairing: Pairing, course: PilotCourse, now: datetime) -> bool:
    """Whether a pairing is completed, or its last day has passed at a course's institution."""
    return pairing.state is PairingState.COMPLETED or course.ends_on < local_day(now, course.institution.zone)


def read_course(tx: Transaction, pairing: Pairing, course: PilotCourse, now: datetime) -> CourseRead:
    """Everything that is known of a course's people in a pairing up to now."""
    pilot_id = pairing.phase.pilot_id if pairing.phase else ""
    actors = tx.evidence.actors(pilot_id, pairing_id=pairing.id, course_id=course.course_id)
    rules = tx.evidence.rules(pilot_id)
    meetings = tx.attendance.meetings([pairing.id], now)
    ids = {each.id for each in meetings}
    everybody = by_person(
        meetings,
        presences_in(tx, pilot_id, meetings),
        [each for each in tx.attendance.overrides(pilot_id) if each.session_id in ids],
        rules.presence_percent,
    )
    known = {session for session, _, _ in everybody}
    windows = phase_windows(tx.pilots.phases(pilot_id))
    today = local_day(now, course.institution.zone)
    members = tx.activity.members(pilot_id, pairing_id=pairing.id, course_id=course.course_id)
    return CourseRead(
        days=tx.evidence.days_of(pilot_id, {each.no: each.pseudonym for each in actors}),
        completed={each.pseudonym: each.completed for each in members},
        attendance={key: each for key, each in everybody.items() if key[1] == course.course_id},
        held=len(meetings),
        recorded=[each for each in meetings if each.id in known],
        window=course_window(course, windows, today),
        zone=course.institution.zone,
    )


def figures(read: CourseRead, pseudonym: str) -> OwnFigures:
    """One student's numbers."""
    first, last = (day.toordinal() for day in read.window)
    days = [day for day in read.days.get(pseudonym, ()) if first <= day <= last]
    found = {session: value for (session, _, name), value in read.attendance.items() if name == pseudonym}
    standings = [found[each.id].standing if each.id in found else Standing.ABSENT for each in read.recorded]
    came = [each for each, how in zip(read.recorded, standings, strict=True) if how is not Standing.ABSENT]
    seen = [*(date.fromordinal(day) for day in days), *(_day(each, read.zone) for each in came)]
    attended = standings.count(Standing.PRESENT)
    contact, estimated = contact_minutes(found.values())
    return OwnFigures(
        active_days=len(days),
        last_seen=max(seen, default=None),
        completed=_completed(read, read.completed.get(pseudonym), attended, active=bool(seen)),
        attended=attended,
        partly=standings.count(Standing.PARTLY),
        held=read.held,
        recorded=len(read.recorded),
        missed_in_a_row=_missed(standings),
        contact=contact,
        estimated=estimated,
    )


def _day(meeting: Meeting, zone: str) -> date:
    return local_day(datetime.fromtimestamp(meeting.starts * 60, UTC), zone)


def _missed(standings: Sequence[Standing]) -> int:
    """How many of the latest sessions in a row."""
    came = (back for back, standing in enumerate(reversed(standings)) if standing is not Standing.ABSENT)
    return next(came, len(standings))


def _completed(read: CourseRead, told: bool | None, attended: int, *, active: bool) -> bool | None:
    if told is None and not read.recorded:
        return None
    return active and (present_in_enough(attended, read.held) if told is None else told)
