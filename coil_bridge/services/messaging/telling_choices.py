"""What a person wants to be told: chosen on a page of the own, or ended by the link in an e-mail."""

from __future__ import annotations

from dataclasses import replace

from coil_bridge.domain import MessageKind, Person, Reminder, TellingChoice
from coil_bridge.errors import NotFound
from coil_bridge.i18n import mark
from coil_bridge.services.messaging.stop_links import StopLinks
from coil_bridge.storage.storage import Storage


class TellingChoices:
    """Reads and stores choices of messages."""

    def __init__(self, *, storage: Storage, links: StopLinks) -> None:
        self._storage = storage
        self._links = links

    def of(self, actor: Person) -> TellingChoice:
        """The person's choices."""
        with self._storage.read() as tx:
            return tx.telling.choices([actor.id])[actor.id]

    def choose(self, actor: Person, choice: TellingChoice) -> None:
        """Store the person's choices."""
        with self._storage.write() as tx:
            tx.telling.choose(actor.id, choice)

    def asked(self, token: str) -> MessageKind:
        """The kind of message that a link would end; changes nothing, since mail scanners follow links.

        Raises:
            NotFound: it is no link of ours.
        """
        return self._read(token)[1]

    def stop(self, token: str) -> MessageKind:
        """End messages of the link's kind; a second time changes nothing.

        Raises:
            NotFound: it is no link of ours, or its person is gone.
        """
        person_id, kind = self._read(token)
        with self._storage.write() as tx:
            if tx.people.get(person_id) is None:
                raise NotFound(_NO_LINK)
            tx.telling.choose(person_id, _without(tx.telling.choices([person_id])[person_id], kind))
        return kind

    def _read(self, token: str) -> tuple[str, MessageKind]:
        found = self._links.read(token)
        if found is None:
            raise NotFound(_NO_LINK)
        return found


_NO_LINK = mark("This link ends no messages. Sign in to choose what you are told.")


def _without(choice: TellingChoice, kind: MessageKind) -> TellingChoice:
    if kind is MessageKind.REMINDER:
        return replace(choice, reminder=Reminder.NONE)
    if kind is MessageKind.DIGEST:
        return replace(choice, digest=False)
    return replace(choice, changes=False) if kind is MessageKind.CHANGES else replace(choice, pairings=False)
