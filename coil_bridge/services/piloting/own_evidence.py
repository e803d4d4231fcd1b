"""What a student sees of the own taking part: the same numbers, by the same rules, as the evaluation has.

A student sees what the teacher sees (``own_class.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from coil_bridge.domain import Course, PairedCourse, Pairing, Person
from coil_bridge.services.agreed.access import pairing_access
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.attendance import pseudonyms
from coil_bridge.services.piloting.own_figures import (
    OwnFigures,
    evaluated,
    figures,
    is_over,
    pseudonymiser,
    read_course,
)
from coil_bridge.services.piloting.pilot_groups import EVALUATED
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault


@dataclass(frozen=True, slots=True)
class OwnPairing:
    """A student's own taking part in one pairing; ``figures`` is ``None`` where nothing can be linked."""

    pairing: Pairing
    course: Course
    figures: OwnFigures | None
    over: bool


@dataclass(frozen=True, slots=True)
class OwnData:
    """All that is counted of a student, and whether the student objects."""

    pairings: tuple[OwnPairing, ...]
    objects_since: datetime | None


class OwnEvidence:
    """A student's own view."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault

    def own(self, actor: Person) -> OwnData:
        """What is counted of the person as a student."""
        with self._storage.read() as tx:
            pairings = [
                self._of(tx, pairing, each, actor)
                for pairing in tx.pairings.of_person(actor.id)
                if pairing.phase and pairing.state in EVALUATED
                for each in pairing_access(tx, actor, pairing.id).attending
            ]
            return OwnData(tuple(pairings), tx.evidence.objected(actor.id))

    def _of(self, tx: Transaction, pairing: Pairing, paired: PairedCourse, person: Person) -> OwnPairing:
        course, names = evaluated(tx, pairing, paired), pseudonymiser(tx, self._vault, pairing)
        if course is None or names is None:
            return OwnPairing(pairing, paired.course, None, over=False)
        now, key = self._clock(), (person.id, course.course_id)
        name = pseudonyms(tx, names, {course.course_id: course}, [key]).get(key)
        found = figures(read_course(tx, pairing, course, now), name) if name else None
        return OwnPairing(pairing, paired.course, found, is_over(pairing, course, now))
