"""Messages to people, inside their Moodle and by e-mail: queueing them.

A message is queued in the transaction of what it tells about, so neither can exist without the other,
and sent by the worker (``post.py``). Texts are encrypted at rest (a message may hold a sign-in link) and
wiped once they are sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from coil_bridge.domain import MessageKind, Person
from coil_bridge.i18n import Translator, translator
from coil_bridge.services.context import Clock
from coil_bridge.storage.deliveries import EMAIL_CHANNEL, MOODLE_CHANNEL, Route
from coil_bridge.storage.people import MOODLE, Identity
from coil_bridge.storage.storage import Transaction
from coil_bridge.vault import Vault, token_hash

GIVE_UP_AFTER = timedelta(days=2)
_SUBJECT_LENGTH = 300


@dataclass(frozen=True, slots=True)
class MessageText:
    """A message in one language, plain text."""

    subject: str
    body: str = field(repr=False)


class Messages:
    """Queues messages; without ``mail`` (a mail server) there is no e-mail channel."""

    def __init__(self, *, vault: Vault, clock: Clock, mail: bool = True) -> None:
        self._vault = vault
        self._clock = clock
        self._mail = mail

    def mails(self, person: Person) -> bool:
        """Whether messages reach this person by e-mail."""
        return self._mail and bool(person.email)

    def queue(
        self,
        tx: Transaction,
        person_ids: Iterable[str],
        text: Callable[[Translator], MessageText],
        dedup_key: str,
        *,
        give_up_at: datetime | None = None,
        language: str | None = None,
        kind: MessageKind | None = None,
        one_way: bool = False,
        calendar: bytes | None = None,
    ) -> None:
        """Queue a message to each person, in the person's language, through every channel there is.

        Queuing it again under the same ``dedup_key`` changes nothing. It is given up at ``give_up_at``
        (default: after two days). ``language`` is for people who have not chosen one. Who does without
        messages of this ``kind`` gets none. ``one_way``: by e-mail, and into Moodle only where there is
        no e-mail. ``calendar`` (a file of RFC 5546, for one person) goes with the e-mail.
        """
        people = tx.people.many(person_ids)
        wanted = tx.telling.choices(people) if kind else {}
        identities = tx.people.identities(people)
        for person in people.values():
            if kind and not wanted[person.id].wants(kind):
                continue
            written = text(translator(person.language or language))
            routes = self._routes(person, identities.get(person.id, []))
            for route in routes[-1:] if one_way else routes:
                mailed = calendar if route.channel == EMAIL_CHANNEL else None
                tx.deliveries.queue(
                    dedup_key=token_hash(f"{dedup_key}|{person.id}|{route.channel}|{route.site_id or ''}"),
                    route=route,
                    person_id=person.id,
                    subject=written.subject[:_SUBJECT_LENGTH],
                    body_encrypted=self._vault.encrypt(written.body),
                    at=self._clock(),
                    give_up_at=give_up_at or self._clock() + GIVE_UP_AFTER,
                    kind=kind,
                    calendar_encrypted=self._vault.encrypt(mailed.decode()) if mailed else None,
                )

    def _routes(self, person: Person, identities: list[Identity]) -> list[Route]:
        """Moodle first, e-mail last."""
        routes = [
            Route(MOODLE_CHANNEL, identity.issuer) for identity in identities if identity.kind == MOODLE
        ]
        if self.mails(person):
            routes.append(Route(EMAIL_CHANNEL, None))
        return routes
