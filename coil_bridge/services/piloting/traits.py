"""Gender, country and home institution, where a partner supplied them lawfully.

A file comes for one course. It is sealed as it comes in and opened by the worker, which turns account
numbers (or addresses, by asking the course's own Moodle) into pseudonyms; only these are stored, the file
is gone with the task. People who are not in the course are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coil_bridge.domain import Institution, Person
from coil_bridge.errors import InvalidInput, NotFound, Unavailable
from coil_bridge.evaluation.facts import Trait
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import PilotCourse
from coil_bridge.evaluation.trait_files import TraitRow, UnusableFile, read_traits
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.context import SYSTEM, Clock
from coil_bridge.services.moodles.partners import Partners
from coil_bridge.services.piloting.figures_queue import queue_figures
from coil_bridge.services.piloting.pilot_groups import EVALUATED, key_gone, pilot_for
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault

TRAITS = "read_traits"
"""The kind of task; its payload holds the sealed file."""


class Traits:
    """Takes files in and reads them."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault, partners: Partners) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault
        self._partners = partners

    def courses(self, actor: Person, pilot_id: str) -> list[PilotCourse]:
        """The courses for which a file can come, each once.

        Raises:
            NotFound: there is no such pilot, or the actor may not know of it.
        """
        with self._storage.read() as tx:
            pilot_for(tx, actor, pilot_id)
            found = {each.course_id: each for each in tx.pilots.courses(pilot_id, EVALUATED)}
        return sorted(found.values(), key=lambda each: (each.institution.name, each.course_name))

    def upload(self, actor: Person, pilot_id: str, course_id: str, content: bytes) -> int:
        """Take a file in; how many rows it has.

        Raises:
            NotFound: no such pilot or course.
            Conflict: the pilot's key has been destroyed.
            InvalidInput: the file cannot be read.
        """
        try:
            rows = read_traits(content)
        except UnusableFile as error:
            raise InvalidInput({"file": [str(error)]}) from None
        now = self._clock()
        with self._storage.write() as tx:
            pilot = pilot_for(tx, actor, pilot_id)
            if tx.pilots.sealed_key(pilot_id) is None:
                raise key_gone(pilot)
            course = self._course(tx, pilot_id, course_id)
            sealed = self._vault.encrypt(content.decode("utf-8-sig")).decode()
            payload = {"pilot_id": pilot_id, "course_id": course_id, "sealed": sealed}
            tx.tasks.queue(TRAITS, payload, at=now, site_id=course.site_id)
            audit.record(
                tx,
                now,
                actor,
                ("pilot", pilot_id),
                "traits_uploaded",
                course=course.course_name,
                rows=len(rows),
            )
        return len(rows)

    def perform(self, payload: Mapping[str, Any]) -> None:
        """The task: pseudonyms instead of accounts."""
        rows = read_traits(self._vault.decrypt(payload["sealed"].encode()).encode())
        pilot_id, course_id = payload["pilot_id"], payload["course_id"]
        with self._storage.read() as tx:
            course = self._course(tx, pilot_id, course_id)
            institutions = tx.academic.institutions(
                [each.institution.id for each in tx.pilots.courses(pilot_id, EVALUATED)]
            )
        numbers: dict[str, int] = {}
        if any(row.user_id is None for row in rows):
            people = self._partners.call(
                course.site_id, lambda client: client.enrolled_users(course.moodle_id, ("id", "email"))
            )
            numbers = {each.email.lower(): each.id for each in people if each.email}
        self._store(pilot_id, course, rows, numbers, institutions)

    def _store(
        self,
        pilot_id: str,
        course: PilotCourse,
        rows: Sequence[TraitRow],
        numbers: Mapping[str, int],
        institutions: list[Institution],
    ) -> None:
        with self._storage.write() as tx:
            sealed = tx.pilots.sealed_key(pilot_id)
            if sealed is None:
                return
            names = Pseudonymiser(self._vault.decrypt(sealed))
            members = {each.pseudonym for each in tx.activity.members(pilot_id, course_id=course.course_id)}
            if not members:
                raise Unavailable(mark("The course has not been read yet."))
            found: dict[str, Trait] = {}
            for row in rows:
                number = row.user_id if row.user_id is not None else numbers.get(row.email)
                name = names.person(course.site_id, number) if number is not None else ""
                if name in members:
                    found[name] = _trait(row, course, institutions)
            tx.evidence.put_traits(pilot_id, found)
            queue_figures(tx, pilot_id, self._clock())
            audit.record(
                tx,
                self._clock(),
                SYSTEM,
                ("pilot", pilot_id),
                "traits_stored",
                course=course.course_name,
                stored=len(found),
                left_out=len(rows) - len(found),
            )

    def _course(self, tx: Transaction, pilot_id: str, course_id: str) -> PilotCourse:
        courses = tx.pilots.courses(pilot_id, EVALUATED)
        found = next((each for each in courses if each.course_id == course_id), None)
        if found is None:
            raise NotFound(mark("There is no such course."))
        return found


def _trait(row: TraitRow, course: PilotCourse, institutions: list[Institution]) -> Trait:
    wanted = row.home.casefold()
    home = next(
        (each.id for each in institutions if wanted in (each.name.casefold(), each.short_name.casefold())), ""
    )
    return Trait(row.gender, row.country, "" if home == course.institution.id else home)
