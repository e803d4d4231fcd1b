"""Building the feeds that are stored: what each is about, and when one has to be built anew.

A pairing's own feeds are built in the transaction that changes a session. The feeds of persons,
institutions and pilots that show the pairing too may be hundreds: that transaction only marks them, and the
worker builds them within seconds. Whoever builds takes the mark away first, under a lock, and then reads:
what changes after that marks the feed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from coil_bridge.domain import FeedChoice, FeedKind
from coil_bridge.i18n import translator
from coil_bridge.services.agreed.pairing_states import AGREED
from coil_bridge.services.calendar import feed_content
from coil_bridge.services.calendar.feed_content import Head, Part
from coil_bridge.services.context import Clock
from coil_bridge.storage.feed_subjects import about, concerned
from coil_bridge.storage.feeds import StoredFeed
from coil_bridge.storage.storage import Storage, Transaction


class FeedBuilder:
    """Builds and stores feeds."""

    def __init__(self, *, storage: Storage, clock: Clock, public_url: str) -> None:
        self._storage = storage
        self._clock = clock
        self._public_url = public_url

    def ensure(self, tx: Transaction, choice: FeedChoice) -> None:
        """Have the feed stored, in the caller's transaction."""
        if tx.feeds.stored(choice) is None:
            self.build(tx, choice)

    def build(self, tx: Transaction, choice: FeedChoice) -> bool:
        """Build and store one feed, in the caller's transaction; whether its bytes are others than before."""
        parts = self._parts(tx, choice)
        feed = feed_content.assemble(choice, _head(tx, choice, parts), parts)
        return self._store(tx, choice, feed, [part.pairing.id for part in parts])

    def of_pairing(self, tx: Transaction, pairing_id: str) -> int:
        """A pairing has changed: build its own feeds, mark the others; how many have other bytes."""
        tx.feeds.mark_stale(concerned(pairing_id))
        pairing = tx.pairings.get(pairing_id)
        if pairing is None:
            return 0
        part = Part(pairing, tx.sessions.of_pairing(pairing_id), self._page(pairing_id))
        changed = 0
        for choice in tx.feeds.choices(FeedKind.PAIRING, pairing_id):
            head = feed_content.pairing_head(pairing, translator(choice.language))
            changed += self._store(tx, choice, feed_content.assemble(choice, head, [part]), [pairing_id])
        return changed

    def renew(self) -> int:
        """Build every marked feed, each in a transaction of its own; how many were built."""
        with self._storage.read() as tx:
            stale = tx.feeds.stale()
        return sum(self._renew(choice) for choice in stale)

    def mark_changed_circles(self) -> int:
        """Mark the feeds whose pairings are not those they were built from; how many.

        People come to courses and leave them, pairings move between phases: nobody tells the feeds.
        """
        with self._storage.read() as tx:
            coverage = tx.feeds.coverage()
            now = {
                about_one: frozenset(tx.feed_subjects.pairings(*about_one, AGREED))
                for about_one in {(choice.kind, choice.subject_id) for choice in coverage}
            }
        changed = {
            (choice.kind, choice.subject_id)
            for choice, before in coverage.items()
            if before != now[choice.kind, choice.subject_id]
        }
        if changed:
            with self._storage.write() as tx:
                for kind, subject_id in sorted(changed):
                    tx.feeds.mark_stale(about(kind, subject_id))
        return len(changed)

    def rebuild_all(self) -> int:
        """Build every feed anew; each thing in a transaction of its own; how many have other bytes."""
        with self._storage.read() as tx:
            choices = tx.feeds.choices()
        changed = 0
        for choice in choices:
            with self._storage.write() as tx:
                if choice.kind is FeedKind.PAIRING:
                    tx.pairings.locked(choice.subject_id)
                changed += self.build(tx, choice)
        return changed

    def _renew(self, choice: FeedChoice) -> bool:
        with self._storage.write() as tx:
            if not tx.feeds.take_up(choice):
                return False
            self.build(tx, choice)
        return True

    def _parts(self, tx: Transaction, choice: FeedChoice) -> list[Part]:
        if choice.kind is FeedKind.PAIRING:
            pairing_ids = [choice.subject_id]
        else:
            pairing_ids = tx.feed_subjects.pairings(choice.kind, choice.subject_id, AGREED)
        found = [pairing for each in pairing_ids if (pairing := tx.pairings.get(each))]
        return [Part(each, tx.sessions.of_pairing(each.id), self._page(each.id)) for each in found]

    def _store(
        self, tx: Transaction, choice: FeedChoice, feed: StoredFeed, pairing_ids: Sequence[str]
    ) -> bool:
        before = tx.feeds.stored(choice)
        if before is not None and before.etag == feed.etag:
            tx.feeds.store(choice, before, pairing_ids)
            return False
        if before is not None and feed.last_modified <= before.last_modified:
            # Something has gone, or a release writes it otherwise: who asks by date must learn of it too.
            feed = replace(feed, last_modified=max(self._clock(), before.last_modified))
        tx.feeds.store(choice, feed, pairing_ids)
        return True

    def _page(self, pairing_id: str) -> str:
        return f"{self._public_url}/pairings/{pairing_id}"


def _head(tx: Transaction, choice: FeedChoice, parts: Sequence[Part]) -> Head:
    words = translator(choice.language)
    if choice.kind is FeedKind.PAIRING:
        return feed_content.pairing_head(parts[0].pairing, words)
    if choice.kind is FeedKind.PERSON:
        return Head(words.gettext("My joint sessions"), words.gettext("Joint sessions of all my pairings"))
    subject = tx.feed_subjects.get(choice.kind, choice.subject_id)
    name = subject.name if subject else ""
    return Head(name, words.gettext("Joint sessions: %(name)s", name=name))
