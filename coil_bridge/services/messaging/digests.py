"""The daily digest: one message that sums up what has changed about a person's sessions.

It goes out on the person's own morning, and only when there is something to say: a session that was moved
and moved back, or planned and called off again, is not mentioned, nor is what the person has done alone or
was told at once. The mark of what was summed up is set in the transaction that queues the message.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from coil_bridge.domain import MessageKind, PairingState, Person
from coil_bridge.services.context import Clock
from coil_bridge.services.messaging import digest_texts
from coil_bridge.services.messaging.digest_texts import Digest, PairingNews, summed_up
from coil_bridge.services.messaging.messages import Messages
from coil_bridge.services.messaging.telling import own_zone
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.storage.telling import News, Reader
from scheduling.zones import to_local

# A pairing that was called off has said so itself, with what it takes along.
TOLD_OF = frozenset({PairingState.ACCEPTED, PairingState.ACTIVE, PairingState.COMPLETED})
FIRST_HOUR, LAST_HOUR = 7, 21
_OLDEST = timedelta(days=8)
_BEFORE_THE_FIRST = timedelta(days=2)
# Of two transactions the one with the lower number may end later; news are read once both must have.
_SETTLED = timedelta(minutes=1)


class Digests:
    """Sends each person's digest in the morning of the person's own day."""

    def __init__(self, *, storage: Storage, clock: Clock, settings: Settings, messages: Messages) -> None:
        self._storage = storage
        self._clock = clock
        self._settings = settings
        self._messages = messages

    def send_due(self) -> int:
        """Queue the digests of those whose morning it is; how many were queued."""
        now = self._clock()
        with self._storage.read() as tx:
            readers = tx.telling.readers_with_news(TOLD_OF, now - _OLDEST, now - _SETTLED)
            people = tx.people.many(each.person_id for each in readers)
            marks = tx.telling.marks(people)
        queued = 0
        for reader in readers:
            person = people[reader.person_id]
            local = to_local(now, own_zone(person, reader))
            if FIRST_HOUR <= local.hour < LAST_HOUR and marks.get(person.id) != local.date():
                queued += self._send(person, reader, local.date(), now)
        return queued

    def _send(self, person: Person, reader: Reader, today: date, now: datetime) -> bool:
        with self._storage.write() as tx:
            mark = tx.telling.mark(person.id)
            if mark and mark[1] >= today:
                return False  # another worker was faster
            pairing_ids = tx.telling.pairings_of(person.id, TOLD_OF)
            since = now - (_OLDEST if mark else _BEFORE_THE_FIRST)
            news = tx.telling.news_of(
                pairing_ids, after=mark[0] if mark else 0, since=since, until=now - _SETTLED
            )
            last = tx.telling.last_news(until=now - _SETTLED)
            tx.telling.set_mark(person.id, last, today)
            digest = self._digest(tx, person, own_zone(person, reader), news, now)
            if not digest.pairings:
                return False
            text = digest_texts.digest(digest)
            key = f"digest:{last}"
            self._messages.queue(tx, [person.id], text, key, kind=MessageKind.DIGEST, one_way=True)
            return True

    def _digest(
        self, tx: Transaction, person: Person, zone: str, news: Sequence[News], now: datetime
    ) -> Digest:
        told = tx.telling.told({each.session_id for each in news}, person.id)
        known = {session_id: each for (session_id, _), each in told.items()}
        found = []
        for pairing_id in dict.fromkeys(each.pairing_id for each in news):
            pairing = tx.pairings.get(pairing_id)
            sessions = {each.id: each for each in tx.sessions.of_pairing(pairing_id)}
            mine = [each for each in news if each.pairing_id == pairing_id]
            items = summed_up(mine, sessions, known, person.id, now)
            if pairing and items:
                page = f"{self._settings.public_url}/pairings/{pairing_id}"
                found.append(PairingNews(pairing.title, page, items))
        return Digest(zone, tuple(found))
