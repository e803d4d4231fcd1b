"""Pilots: setting them up, seeing how they stand, and destroying the key that links them to people."""

from __future__ import annotations

from dataclasses import replace

from coil_bridge.domain import AuditEntry, Person, Phase, Pilot
from coil_bridge.evaluation.pseudonyms import new_pilot_key, random_pseudonym
from coil_bridge.services import audit
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.pilot_groups import evaluators_only, key_gone, pilot_for
from coil_bridge.services.piloting.pilot_inputs import PhaseInput, PilotInput, check_phase, check_pilot
from coil_bridge.services.piloting.pilot_views import PilotView, view_of
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault, new_id


class PilotService:
    """Pilots and their phases; pairings are assigned to a phase by ``PairingService.assign_phase``."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault, settings: Settings) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault
        self._threshold = settings.suppression_threshold

    def phases(self) -> list[Phase]:
        """Every phase of every pilot, in order of their dates: what a pairing can be counted to."""
        with self._storage.read() as tx:
            return tx.pilots.phases()

    def all(self, actor: Person) -> list[Pilot]:
        """Every pilot, the latest first.

        Raises:
            Forbidden: the actor is neither evaluation lead nor administrator.
        """
        evaluators_only(actor)
        with self._storage.read() as tx:
            return tx.pilots.all()

    def get(self, actor: Person, pilot_id: str) -> PilotView:
        """A pilot with its phases, its pairings, and how the pulls of their courses went.

        Raises:
            NotFound: there is no such pilot, or the actor may not know of it.
        """
        with self._storage.read() as tx:
            return view_of(tx, pilot_for(tx, actor, pilot_id))

    def trail(self, actor: Person, pilot_id: str) -> tuple[AuditEntry, ...]:
        """What people did with a pilot, the oldest first; the pulls have a place of their own.

        Raises:
            NotFound: as ``get``.
        """
        with self._storage.read() as tx:
            pilot_for(tx, actor, pilot_id)
            found = audit.trail(tx, ("pilot", pilot_id))
        return tuple(each for each in found if not each.action.startswith("pull"))

    def create(self, actor: Person, form: PilotInput) -> Pilot:
        """Set up a pilot with its phases and a fresh pseudonym key.

        Raises:
            Forbidden: as ``all``.
            InvalidInput: reasons by field.
        """
        evaluators_only(actor)
        phases = [replace(phase, name=phase.name.strip()) for phase in form.phases]
        form = replace(form, name=form.name.strip(), description=form.description.strip(), phases=phases)
        threshold = self._threshold if form.suppression_threshold is None else form.suppression_threshold
        now = self._clock()
        with self._storage.write() as tx:
            check_pilot(form, threshold, name_taken=tx.pilots.by_name(form.name) is not None)
            pilot = Pilot(
                id=new_id(),
                name=form.name,
                description=form.description,
                starts_on=form.starts_on,
                ends_on=form.ends_on,
                suppression_threshold=threshold,
                key_destroyed_at=None,
                created_at=now,
            )
            tx.pilots.insert(pilot, self._vault.encrypt(new_pilot_key()))
            for phase in form.phases:
                tx.pilots.insert_phase(_phase(pilot, phase))
            names = [phase.name for phase in form.phases]
            audit.record(
                tx,
                now,
                actor,
                ("pilot", pilot.id),
                "created",
                name=pilot.name,
                threshold=threshold,
                phases=names,
            )
            return pilot

    def add_phase(self, actor: Person, pilot_id: str, form: PhaseInput) -> Phase:
        """Add a phase to a pilot.

        Raises:
            NotFound: as ``get``.
            InvalidInput: reasons by field.
        """
        form = replace(form, name=form.name.strip())
        with self._storage.write() as tx:
            pilot = pilot_for(tx, actor, pilot_id)
            taken = [phase.name for phase in tx.pilots.phases(pilot_id)]
            check_phase(form, pilot, taken)
            phase = _phase(pilot, form)
            tx.pilots.insert_phase(phase)
            audit.record(tx, self._clock(), actor, ("pilot", pilot_id), "phase_added", phase=phase.name)
            return phase

    def destroy_key(self, actor: Person, pilot_id: str) -> Pilot:
        """Destroy the pseudonym key and unlink every row made with it; this cannot be undone.

        Counts by person and week stay, under new names; nothing more can be pulled.

        Raises:
            NotFound: as ``get``.
            Conflict: it has been destroyed before.
        """
        now = self._clock()
        with self._storage.write() as tx:
            pilot = pilot_for(tx, actor, pilot_id)
            if not tx.pilots.destroy_key(pilot_id, now):
                raise key_gone(pilot)
            tx.unlinking.unlink(pilot_id, random_pseudonym)
            tx.surveys.forget_codes(pilot_id)
            audit.record(tx, now, actor, ("pilot", pilot_id), "key_destroyed")
        return replace(pilot, key_destroyed_at=now)


def _phase(pilot: Pilot, form: PhaseInput) -> Phase:
    return Phase(new_id(), pilot.id, pilot.name, form.name, form.starts_on, form.ends_on)
