"""What pages and files may show of a pilot's groups, read in one transaction.

Pages and exports ask here and nowhere else, so that no page shows what a file withholds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from coil_bridge.domain import Pairing, PairingState, Person, Pilot
from coil_bridge.errors import Conflict, Forbidden, NotFound
from coil_bridge.evaluation.enrolment import enrolled_members
from coil_bridge.evaluation.participation import GroupTable, tabulate
from coil_bridge.evaluation.records import Member, Part, PilotCourse
from coil_bridge.evaluation.weeks import local_day
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.access import oversees
from coil_bridge.storage.storage import Transaction

EVALUATED = frozenset({PairingState.ACTIVE, PairingState.COMPLETED})
"""Pairings that run or have run to their end: the ones that are pulled and exported."""


def evaluators_only(actor: Person) -> None:
    """Let evaluation leads and administrators pass.

    Raises:
        Forbidden: the person is neither.
    """
    if not oversees(actor):
        raise Forbidden(mark("Only the evaluation lead can do this."))


def pilot_for(tx: Transaction, actor: Person, pilot_id: str) -> Pilot:
    """A pilot, for somebody who evaluates.

    Raises:
        NotFound: there is no such pilot, or the person may not know of it.
    """
    pilot = tx.pilots.get(pilot_id) if oversees(actor) else None
    if pilot is None:
        raise NotFound(mark("There is no such pilot."))
    return pilot


def key_gone(pilot: Pilot) -> Conflict:
    """What is said to somebody who needs a key that has been destroyed."""
    return Conflict(
        mark(
            "The pseudonym key of “%(pilot)s” has been destroyed, so nothing more can be pulled for it. "
            "What was pulled before can still be downloaded."
        ),
        {"pilot": pilot.name},
    )


def taking_in(tx: Transaction, pairing: Pairing) -> tuple[str, Sequence[PilotCourse]] | None:
    """The pilot to which a pairing counts, and its courses; ``None`` where nothing more is taken in."""
    phase = pairing.phase
    if phase is None or tx.pilots.sealed_key(phase.pilot_id) is None:
        return None
    courses = [each for each in tx.pilots.courses(phase.pilot_id, EVALUATED) if each.pairing_id == pairing.id]
    return (phase.pilot_id, courses) if courses else None


def groups_of(tx: Transaction, pilot: Pilot, *, with_activity: bool) -> tuple[GroupTable, ...]:
    """The pilot's groups as they may be shown; without activity all counts of posts are zero.

    They are the same people whom the figures count: enrolled, nobody who objected, guests at home.
    """
    courses = tx.pilots.courses(pilot.id, EVALUATED)
    excluded = tx.evidence.excluded(pilot.id)
    members = [
        each
        for each in enrolled_members(courses, members_of(tx, pilot.id, courses))
        if each.pseudonym not in excluded
    ]
    return tabulate(
        courses,
        members,
        tx.events.day_counts(pilot.id) if with_activity else (),
        _covered(tx, pilot.id, courses),
        pilot.suppression_threshold,
    )


def members_of(tx: Transaction, pilot_id: str, courses: Sequence[PilotCourse]) -> list[Member]:
    """Everybody who was ever seen in the courses; whom a partner calls its own student is a guest here."""
    homes = {(each.pairing_id, each.course_id): each.institution.id for each in courses}
    traits = tx.evidence.traits(pilot_id)

    def guest(member: Member) -> bool:
        home = traits[member.pseudonym].home if member.pseudonym in traits else ""
        return home not in ("", homes.get((member.pairing_id, member.course_id)))

    return [
        replace(each, part=Part.GUEST) if each.part is Part.STUDENT and guest(each) else each
        for each in tx.activity.members(pilot_id)
    ]


def _covered(tx: Transaction, pilot_id: str, courses: Sequence[PilotCourse]) -> dict[tuple[str, str], date]:
    """The institution's local day on which the latest complete pull of each course began."""
    completed = tx.pulls.completed_at(pilot_id)
    keys = {(course.pairing_id, course.course_id): course.institution.zone for course in courses}
    return {key: local_day(completed[key], zone) for key, zone in keys.items() if key in completed}
