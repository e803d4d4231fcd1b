"""Presence in joint sessions, under the pilot's pseudonyms: what joins, rooms and uploaded lists tell.

A join through ``/join`` names a person; ``gather`` copies it under the pseudonym that the pilot's key gives
to the person's account in the own Moodle, so that it survives the person's erasure and the key's destruction
as everything else of the evaluation does. Whoever has other records (a room's, a file's) calls ``add``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from coil_bridge.domain import CourseRole
from coil_bridge.evaluation.attendance import Presence, PresenceSource, minute_of
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import PilotCourse
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.pilot_groups import EVALUATED, key_gone
from coil_bridge.storage.people import MOODLE
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault


class Attendance:
    """Stores who was in which session's room."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault

    def add(self, pilot_id: str, rows: Sequence[Presence]) -> int:
        """Store intervals from a room or a file; the same ones twice count once. How many are new.

        Raises:
            Conflict: the pilot's key has been destroyed: nothing may be added any more.
        """
        with self._storage.write() as tx:
            pilot = tx.pilots.get(pilot_id)
            if pilot is None or tx.pilots.sealed_key(pilot_id) is None:
                raise key_gone(pilot) if pilot else LookupError(pilot_id)
            return tx.attendance.put(pilot_id, rows)

    def gather(self, pilot_id: str) -> int:
        """Copy the joins of the pilot's sessions under pseudonyms; how many are new.

        Without the key nothing can be copied; what was copied before stays.
        """
        with self._storage.write() as tx:
            sealed = tx.pilots.sealed_key(pilot_id)
            if sealed is None:
                return 0
            courses = {each.course_id: each for each in tx.pilots.courses(pilot_id, EVALUATED)}
            names = Pseudonymiser(self._vault.decrypt(sealed))
            meetings = tx.attendance.meetings(_pairings(courses.values()), self._clock())
            joins = tx.attendance.joins_of([each.id for each in meetings], CourseRole.STUDENT)
            who = pseudonyms(tx, names, courses, {(each.person_id, each.course_id) for each in joins})
            rows = [
                Presence(each.session_id, each.course_id, name, minute_of(each.at), None, PresenceSource.JOIN)
                for each in joins
                if (name := who.get((each.person_id, each.course_id)))
            ]
            return tx.attendance.put(pilot_id, rows)


def pseudonyms(
    tx: Transaction,
    names: Pseudonymiser,
    courses: Mapping[str, PilotCourse],
    wanted: Iterable[tuple[str, str]],
) -> dict[tuple[str, str], str]:
    """The pseudonym of each (person, course) whose account in the course's Moodle is known."""
    pairs = [pair for pair in wanted if pair[1] in courses]
    ways = tx.people.identities({person_id for person_id, _ in pairs})
    found: dict[tuple[str, str], str] = {}
    for person_id, course_id in pairs:
        site_id = courses[course_id].site_id
        for way in ways.get(person_id, ()):
            if (way.kind, way.issuer) == (MOODLE, site_id) and way.subject.isdecimal():
                found[person_id, course_id] = names.person(site_id, int(way.subject))
    return found


def _pairings(courses: Iterable[PilotCourse]) -> list[str]:
    return sorted({each.pairing_id for each in courses})
