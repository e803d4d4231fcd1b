"""Messages to people, inside their Moodle and by e-mail.

A message is queued in the transaction of what it tells about, so neither can exist without the other,
and sent by the worker. Texts are encrypted at rest (a message may hold a sign-in link) and wiped once
they are sent. A Moodle's refusal to carry a message (students usually cannot be written to by somebody
who is not enrolled) is recorded and not an error: the e-mail carries it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from coil_bridge.domain import Person
from coil_bridge.i18n import Translator, translator
from coil_bridge.services.context import Clock
from coil_bridge.storage.deliveries import EMAIL_CHANNEL, MOODLE_CHANNEL
from coil_bridge.storage.people import MOODLE, Identity
from coil_bridge.storage.storage import Transaction
from coil_bridge.vault import Vault, token_hash

GIVE_UP_AFTER = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class MessageText:
    """A message in one language, plain text."""

    subject: str
    body: str = field(repr=False)


class Messages:
    """Queues messages and sends what is due."""

    def __init__(self, *, vault: Vault, clock: Clock, mail: bool) -> None:
        self._vault = vault
        self._clock = clock
        self._mail = mail

    def queue(
        self,
        tx: Transaction,
        person_ids: Iterable[str],
        text: Callable[[Translator], MessageText],
        dedup_key: str,
        *,
        give_up_at: datetime | None = None,
        language: str | None = None,
    ) -> None:
        """Queue a message to each person, in the person's language, through every channel there is.

        Queuing it again under the same ``dedup_key`` changes nothing. Given up at ``give_up_at`` (default:
        two days). ``language`` is for people who have not chosen one yet.
        """
        people = tx.people.many(person_ids)
        identities = tx.people.identities(people)
        for person in people.values():
            written = text(translator(person.language or language))
            for channel, site_id in self._routes(person, identities.get(person.id, [])):
                route = f"{dedup_key}|{person.id}|{channel}|{site_id or ''}"
                tx.deliveries.queue(
                    dedup_key=token_hash(route),
                    channel=channel,
                    person_id=person.id,
                    site_id=site_id,
                    subject=written.subject[:300],
                    body_encrypted=self._vault.encrypt(written.body),
                    at=self._clock(),
                    give_up_at=give_up_at or self._clock() + GIVE_UP_AFTER,
                )

    def _routes(self, person: Person, identities: list[Identity]) -> list[tuple[str, str | None]]:
        routes: list[tuple[str, str | None]] = [
            (MOODLE_CHANNEL, identity.issuer) for identity in identities if identity.kind == MOODLE
        ]
        if person.email and self._mail:
            routes.append((EMAIL_CHANNEL, None))
        return routes
