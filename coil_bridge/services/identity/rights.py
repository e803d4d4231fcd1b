"""What people can ask about the data held on them: to see it, and to have it erased.

- Access (GDPR, article 15): everything that stands for the person, as data that can be read by machines.
- Erasure (article 17): what is about the person goes; what others work with stays without the name. In
  pilots whose key is alive the rows under the person's pseudonyms go too, and later pulls leave them out;
  where the key is destroyed nothing is linked to anybody any more.

Both leave a record, which names nobody after an erasure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from coil_bridge.domain import Person, Pilot, Role
from coil_bridge.errors import Conflict, Forbidden, NotFound
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.context import Clock, administrators_only
from coil_bridge.storage.people import MOODLE
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault


class RightsService:
    """Access and erasure."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault

    def held(self, actor: Person, person_id: str) -> dict[str, Any]:
        """Everything that is held about somebody, as plain JSON values; secrets and their hashes left out.

        Raises:
            Forbidden: it is about somebody else and the actor is no administrator.
            NotFound: there is no such person.
        """
        now = self._clock()
        with self._storage.write() as tx:
            person = _about(tx, actor, person_id)
            found: dict[str, Any] = {
                "held_on": now,
                "held_by": "COIL Bridge",
                "rows": tx.erasure.held(person.id),
            }
            found["pilots"] = [
                {"pilot": pilot.name, "rows": tx.erasure.held_under(pilot.id, pseudonym)}
                for pilot, pseudonym in self._pseudonyms(tx, person.id)
            ]
            audit.record(tx, now, actor, ("person", person.id), "access_given")
        plain: dict[str, Any] = _plain(found)
        return plain

    def find(self, actor: Person, wanted: str) -> Person:
        """Somebody by id or e-mail address, for an administrator who was asked.

        Raises:
            Forbidden: the actor is no administrator.
            NotFound: there is nobody of the kind.
            Conflict: several people have that address; an id is needed.
        """
        administrators_only(actor)
        with self._storage.read() as tx:
            found = tx.people.by_id_or_address(wanted)
        if not found:
            raise NotFound(mark("There is no such person."))
        if len(found) > 1:
            ids = ", ".join(f"{person.id} ({person.name})" for person in found)
            raise Conflict(mark("Several people have this address; give an id: %(ids)s"), {"ids": ids})
        return found[0]

    def erase(self, actor: Person, person_id: str) -> None:
        """Erase somebody. This cannot be undone.

        Raises:
            Forbidden, NotFound: as ``held``.
            Conflict: the person has a role here, which has to be taken away first.
        """
        now = self._clock()
        with self._storage.write() as tx:
            person = _about(tx, actor, person_id)
            if person.roles:
                raise Conflict(
                    mark("Somebody with a role cannot be erased. Take the roles away first, then erase.")
                )
            for pilot, pseudonym in self._pseudonyms(tx, person.id):
                tx.erasure.pseudonym(pilot.id, pseudonym)
            by = Person("", "", None, None, None) if actor.id == person.id else actor
            audit.record(tx, now, by, ("person", person.id), "erased")
            tx.erasure.person(person.id)

    def _pseudonyms(self, tx: Transaction, person_id: str) -> Iterator[tuple[Pilot, str]]:
        """The person's pseudonyms in every pilot whose key is alive."""
        accounts = [
            (identity.issuer, int(identity.subject))
            for identity in tx.people.identities([person_id]).get(person_id, [])
            if identity.kind == MOODLE
        ]
        for pilot in tx.pilots.all():
            sealed = tx.pilots.sealed_key(pilot.id)
            if sealed is not None:
                names = Pseudonymiser(self._vault.decrypt(sealed))
                for site_id, user_id in accounts:
                    yield pilot, names.person(site_id, user_id)


def _about(tx: Transaction, actor: Person, person_id: str) -> Person:
    if actor.id != person_id and Role.ADMINISTRATOR not in actor.roles:
        raise Forbidden(mark("Only administrators may do this for somebody else."))
    person = tx.people.get(person_id)
    if person is None:
        raise NotFound(mark("There is no such person."))
    return person


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float) else str(value)
