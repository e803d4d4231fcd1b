"""Whether one person has earned a certificate for a pairing, by the rule that its pilot has in force."""

from __future__ import annotations

from datetime import UTC, date

from coil_bridge.domain import Pairing, Person, Pilot
from coil_bridge.evaluation.certificate_rules import CertificateRule, earned
from coil_bridge.evaluation.definitions.registry import CURRENT, SETS
from coil_bridge.evaluation.facts import gather
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.attendance import pseudonyms
from coil_bridge.services.piloting.certificates import Standing
from coil_bridge.services.piloting.evidence_reading import stored_of
from coil_bridge.services.piloting.pilot_groups import EVALUATED
from coil_bridge.storage.storage import Transaction
from coil_bridge.vault import Vault


class PilotCompletion:
    """Looks a person up among the participations of the pilot."""

    def __init__(self, *, clock: Clock, vault: Vault) -> None:
        self._clock = clock
        self._vault = vault

    def __call__(self, tx: Transaction, person: Person, pairing: Pairing) -> Standing:
        """Whether a student of the pairing has earned it; ``None`` where nothing is linked to anybody."""
        pilot = tx.pilots.get(pairing.phase.pilot_id) if pairing.phase else None
        if pilot is None:
            return Standing(None, 1, ())
        rule = tx.credentials.rules(pilot.id)[0]
        words = rule.words(tx.evidence.rules(pilot.id).presence_percent)
        return Standing(self._earned(tx, pilot, rule, person, pairing), rule.version, words)

    def _earned(
        self, tx: Transaction, pilot: Pilot, rule: CertificateRule, person: Person, pairing: Pairing
    ) -> bool | None:
        sealed = tx.pilots.sealed_key(pilot.id)
        if sealed is None:
            return None
        courses = {
            each.course_id: each
            for each in tx.pilots.courses(pilot.id, EVALUATED)
            if each.pairing_id == pairing.id
        }
        wanted = [(person.id, course_id) for course_id in courses]
        names = Pseudonymiser(self._vault.decrypt(sealed))
        mine = pseudonyms(tx, names, courses, wanted)
        today: date = self._clock().astimezone(UTC).date()
        facts = gather(stored_of(tx, pilot, SETS[CURRENT], today))
        held = sum(each.pairing_id == pairing.id for each in facts.meetings)
        found = [
            facts.people[key]
            for (_, course_id), name in mine.items()
            if (key := (courses[course_id].group, name)) in facts.people
        ]
        over = pairing.ends_on < today
        return any(earned(rule, each, held, over=over) for each in found) if found else None
