"""The people who run a consortium (administrators, evaluation leads), and everybody's own preferences.

A person with a role signs in by e-mail. Teachers and students come from their Moodle and stay apart from
them even under the same address: a partner's Moodle can put any address into an account, and must not
become an administrator that way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from coil_bridge.domain import Person, Role
from coil_bridge.errors import Conflict, InvalidInput, NotFound
from coil_bridge.i18n import Translator, available_languages, mark
from coil_bridge.services import audit
from coil_bridge.services.context import Clock, administrators_only
from coil_bridge.services.given_zones import given_zone
from coil_bridge.services.messaging.messages import Messages, MessageText
from coil_bridge.storage.people import EMAIL, Identity
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import new_id

_ADDRESS = re.compile(r"[^@\s<>\",;:\\]{1,64}@[^@\s<>\",;:\\]{1,189}")


class PeopleService:
    """Adds and removes people with roles; keeps preferences."""

    def __init__(self, *, storage: Storage, clock: Clock, messages: Messages, public_url: str) -> None:
        self._storage = storage
        self._clock = clock
        self._messages = messages
        self._public_url = public_url

    def add(self, actor: Person, name: str, email: str, roles: Iterable[Role]) -> Person:
        """Add a person with roles and invite by e-mail; a known address gets the roles in addition.

        Raises:
            Forbidden, InvalidInput: ``name``, ``email`` or ``roles`` cannot be used.
            Conflict: an administrator's Moodle account must not be connected (see ``connecting``).
        """
        administrators_only(actor)
        name, email, wanted = name.strip(), email.strip(), frozenset(roles)
        _check(name, email, wanted)
        with self._storage.write() as tx:
            person = self._with_address(tx, name, email)
            _check_administrator(tx, person, person.roles | wanted)
            tx.people.set_roles(person.id, person.roles | wanted, self._clock())
            self._record(tx, actor, person.id, "person_added", roles=sorted(wanted))
            self._messages.queue(
                tx, [person.id], self._invitation, f"invitation:{person.id}:{','.join(sorted(wanted))}"
            )
            return _found(tx, person.id)

    def all_with_roles(self) -> list[Person]:
        """Everybody with a role across the consortium, by name."""
        with self._storage.read() as tx:
            return tx.people.with_roles()

    def get(self, person_id: str) -> Person:
        """One person.

        Raises:
            NotFound: there is none of that id.
        """
        with self._storage.read() as tx:
            return _found(tx, person_id)

    def set_roles(self, actor: Person, person_id: str, roles: Iterable[Role]) -> Person:
        """Write a person's roles anew; without a role there is no way in by e-mail any more.

        Raises:
            Forbidden, NotFound
            Conflict: the last administrator would be gone, or the person cannot sign in by e-mail.
        """
        administrators_only(actor)
        wanted = frozenset(roles)
        with self._storage.write() as tx:
            person = _found(tx, person_id)
            self._check_change(tx, person, wanted)
            tx.people.set_roles(person_id, wanted, self._clock())
            if wanted != person.roles:
                tx.people.end_web_sessions(person_id)
                self._record(tx, actor, person_id, "roles_set", roles=sorted(wanted))
            return _found(tx, person_id)

    def preferences(self, actor: Person, language: str | None, zone: str | None) -> Person:
        """Set the own language and time zone; ``None`` leaves the choice to the browser and the Moodle.

        Raises:
            InvalidInput: no such language or zone.
        """
        errors: dict[str, list[str]] = {}
        if language is not None and language not in available_languages():
            errors["language"] = [mark("Choose one of the languages offered.")]
        try:
            zone = given_zone(zone) if zone is not None else None
        except InvalidInput as error:
            errors |= error.errors
        if errors:
            raise InvalidInput(errors)
        with self._storage.write() as tx:
            person = _found(tx, actor.id)
            changed = Person(person.id, person.name, person.email, language, zone, person.roles)
            tx.people.update(changed)
            return changed

    def _with_address(self, tx: Transaction, name: str, email: str) -> Person:
        identity = Identity(EMAIL, "", email.lower())
        known = tx.people.by_identity(identity)
        if known:
            return known
        person = Person(new_id(), name, email, None, None)
        tx.people.insert(person, self._clock())
        tx.people.add_identity(person.id, identity)
        return person

    @staticmethod
    def _check_change(tx: Transaction, person: Person, wanted: frozenset[Role]) -> None:
        ways_in = tx.people.identities([person.id]).get(person.id, [])
        if wanted and not any(identity.kind == EMAIL for identity in ways_in):
            raise Conflict(
                mark("Roles are for people who sign in by e-mail: add the person with an address.")
            )
        _check_administrator(tx, person, wanted)
        administrators = {each.id for each in tx.people.with_roles() if Role.ADMINISTRATOR in each.roles}
        if administrators == {person.id} and Role.ADMINISTRATOR not in wanted:
            raise Conflict(mark("This is the last administrator. Make somebody else one first."))

    def _invitation(self, words: Translator) -> MessageText:
        return MessageText(
            words.gettext("Your access to COIL Bridge"),
            words.gettext(
                "You have been given a role in COIL Bridge, which pairs courses of partner universities.\n\n"
                "Sign in with this e-mail address, without choosing an institution:\n%(url)s\n",
                url=f"{self._public_url}/signin",
            ),
        )

    def _record(self, tx: Transaction, actor: Person, person_id: str, action: str, **detail: object) -> None:
        audit.record(tx, self._clock(), actor, ("person", person_id), action, **detail)


def _found(tx: Transaction, person_id: str) -> Person:
    person = tx.people.get(person_id)
    if person is None:
        raise NotFound(mark("There is no such person."))
    return person


def _check_administrator(tx: Transaction, person: Person, wanted: frozenset[Role]) -> None:
    ways_in = tx.people.identities([person.id]).get(person.id, [])
    if Role.ADMINISTRATOR in wanted and any(identity.kind != EMAIL for identity in ways_in):
        raise Conflict(
            mark(
                "This person's Moodle account is connected, and no Moodle may let anybody in as an "
                "administrator. Add the person with another address."
            )
        )


def _check(name: str, email: str, roles: frozenset[Role]) -> None:
    errors: dict[str, list[str]] = {}
    if not 1 <= len(name) <= 255 or not name.isprintable():
        errors["name"] = [mark("Write the name in one line of up to 255 characters.")]
    if not _ADDRESS.fullmatch(email) or not email.isprintable():
        errors["email"] = [mark("Please give an e-mail address, for example name@university.example.")]
    if not roles:
        errors["roles"] = [mark("Choose at least one role.")]
    if errors:
        raise InvalidInput(errors)
