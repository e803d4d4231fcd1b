"""A student's objection to being counted: taken down by the student, honoured in the next figures.

Whoever objects is left out of every indicator, table and file from the next one on; the figures on pages
are worked out anew at once. The teachers' own records of attendance in their course are not part of the
evaluation and stay. The objection is kept by person; for each pilot it is written down under its pseudonym,
so that it holds when the key is gone. Who takes it back counts as before, and with what is new once that may
be told (``evaluation/settling.py``).
"""

from __future__ import annotations

from coil_bridge.domain import Person
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.services import audit
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.figures_queue import queue_figures
from coil_bridge.services.piloting.pilot_groups import EVALUATED
from coil_bridge.storage.people import MOODLE
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault


class Objections:
    """Takes objections down and applies them."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault

    def switch(self, actor: Person, *, on: bool) -> bool:
        """Object, or take the objection back; whether that changed anything."""
        now = self._clock()
        with self._storage.write() as tx:
            changed = tx.evidence.object(actor.id, now) if on else tx.evidence.withdraw(actor.id)
            if changed:
                action = "objected" if on else "objection_withdrawn"
                audit.record(tx, now, actor, ("person", actor.id), action)
            pilots = [pilot.id for pilot in tx.pilots.all() if pilot.key_destroyed_at is None]
        for pilot_id in pilots if changed else ():
            if self.apply(pilot_id):
                with self._storage.write() as tx:
                    queue_figures(tx, pilot_id, now)
        return changed

    def apply(self, pilot_id: str) -> bool:
        """Write the objections down under a pilot's pseudonyms; whether that changed anything.

        Without the pilot's key they stay as they were.
        """
        with self._storage.write() as tx:
            sealed = tx.pilots.sealed_key(pilot_id)
            if sealed is None:
                return False
            names = Pseudonymiser(self._vault.decrypt(sealed))
            sites = {course.site_id for course in tx.pilots.courses(pilot_id, EVALUATED)}
            ways = tx.people.identities(tx.evidence.objections())
            found = {
                names.person(way.issuer, int(way.subject))
                for each in ways.values()
                for way in each
                if way.kind == MOODLE and way.issuer in sites and way.subject.isdecimal()
            }
            if found == tx.evidence.excluded(pilot_id):
                return False
            tx.evidence.replace_excluded(pilot_id, found)
            return True
