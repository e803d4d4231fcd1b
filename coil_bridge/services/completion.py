"""Whether one person has completed a pairing, by exactly the rule that the evaluation counts with."""

from __future__ import annotations

from datetime import UTC

from coil_bridge.domain import Pairing, Person
from coil_bridge.evaluation.definitions.registry import CURRENT, SETS
from coil_bridge.evaluation.facts import gather
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.services.attendance import pseudonyms
from coil_bridge.services.certificates import Standing
from coil_bridge.services.context import Clock
from coil_bridge.services.evidence_reading import stored_of
from coil_bridge.services.pilot_groups import EVALUATED
from coil_bridge.storage.storage import Transaction
from coil_bridge.vault import Vault

_COMPLETING = "completing"


class PilotCompletion:
    """Looks a person up among the participations of the pilot."""

    def __init__(self, *, clock: Clock, vault: Vault) -> None:
        self._clock = clock
        self._vault = vault

    def __call__(self, tx: Transaction, person: Person, pairing: Pairing) -> Standing:
        """Whether a student of the pairing has completed it; ``None`` where nothing is linked to anybody."""
        chosen = SETS[CURRENT]
        completed = self._completed(tx, person, pairing)
        return Standing(completed, chosen.version, chosen.by_id()[_COMPLETING].text)

    def _completed(self, tx: Transaction, person: Person, pairing: Pairing) -> bool | None:
        pilot = tx.pilots.get(pairing.phase.pilot_id) if pairing.phase else None
        sealed = tx.pilots.sealed_key(pilot.id) if pilot else None
        if pilot is None or sealed is None:
            return None
        courses = {
            each.course_id: each
            for each in tx.pilots.courses(pilot.id, EVALUATED)
            if each.pairing_id == pairing.id
        }
        wanted = [(person.id, course_id) for course_id in courses]
        names = Pseudonymiser(self._vault.decrypt(sealed))
        mine = pseudonyms(tx, names, courses, wanted)
        stored = stored_of(tx, pilot, SETS[CURRENT], self._clock().astimezone(UTC).date())
        people = gather(stored).people
        found = [
            people[key]
            for (_, course_id), name in mine.items()
            if (key := (courses[course_id].group, name)) in people
        ]
        return any(each.completing for each in found) if found else None
