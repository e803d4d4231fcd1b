"""Calendar subscriptions: a private address a person and pairing, and the bytes behind it.

A feed is rebuilt in the transaction that changes a session and stored ready to go out. An address ends in
three ways, and answers Gone in each: its holder revokes it, the holder's enrolment ends, or the holder's
course leaves the pairing. The last two are asked of the enrolments at every request, in the same query
that finds the feed: nothing has to be cleaned up, and somebody who comes back has the old address again.
"""

from __future__ import annotations

from coil_bridge.domain import FeedLink, Person
from coil_bridge.errors import Conflict, Forbidden, Gone, NotFound
from coil_bridge.i18n import mark, translator
from coil_bridge.services import feed_content
from coil_bridge.services.access import Access, pairing_access
from coil_bridge.services.context import Clock
from coil_bridge.services.pairing_states import AGREED
from coil_bridge.settings import Settings
from coil_bridge.storage.feeds import StoredFeed, StoredLink
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault, new_id, new_token, token_hash
from scheduling.subscriptions import SubscriptionLinks, subscription_links

__all__ = ["FeedService", "StoredFeed"]


class FeedService:
    """Issues, shows and ends subscription addresses, and serves and rebuilds feeds."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault, settings: Settings) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault
        self._public_url = settings.public_url

    def serve(self, token: str) -> StoredFeed:
        """The feed behind an address: one indexed query, nothing decrypted, nothing built.

        Raises:
            NotFound: there never was such an address.
            Gone: it was revoked, or its holder does not belong to the pairing any more.
        """
        found = self._storage.served_feeds.at(token_hash(token))
        if found is None:
            raise NotFound(mark("There is no calendar at this address."))
        if found.revoked or not found.entitled or found.feed is None:
            raise Gone(mark("This calendar address is no longer valid. The pairing's page gives a new one."))
        return found.feed

    def link(self, actor: Person, pairing_id: str) -> FeedLink:
        """The person's address for a pairing, the existing one or a new one, in the person's language.

        Raises:
            NotFound: no such pairing for this person.
            Forbidden: the person belongs to none of the pairing's courses.
            Conflict: the partners have not agreed yet.
        """
        language = translator(actor.language).language
        with self._storage.write() as tx:
            access = pairing_access(tx, actor, pairing_id, lock=True)
            _check_may_subscribe(access)
            stored = self._active(tx, actor, pairing_id)
            if stored and stored.language == language:
                return self._open(stored)
            if tx.feeds.stored(pairing_id, language) is None:
                self._build(tx, access, language)
            if stored is None:
                return self._issue(tx, actor, pairing_id, language)
            tx.feeds.set_link_language(stored.id, language)
        return self._open(stored, language)

    def links(self, actor: Person, pairing_id: str) -> list[FeedLink]:
        """The person's addresses for a pairing that have not been revoked.

        Raises:
            NotFound: no such pairing for this person.
        """
        with self._storage.read() as tx:
            pairing_access(tx, actor, pairing_id)
            stored = tx.feeds.links(actor.id, pairing_id)
        return [self._open(each) for each in stored if each.revoked_at is None]

    def own_link(self, actor: Person, link_id: str) -> FeedLink:
        """One of the person's own addresses.

        Raises:
            NotFound: the person has no such address, or has ended it.
        """
        with self._storage.read() as tx:
            stored = tx.feeds.link(link_id)
        if stored is None or stored.person_id != actor.id or stored.revoked_at is not None:
            raise NotFound(mark("There is no calendar at this address."))
        return self._open(stored)

    def revoke(self, actor: Person, link_id: str) -> FeedLink:
        """End one of the person's own addresses for good; a second time changes nothing.

        Raises:
            NotFound: the person has no such address.
        """
        now = self._clock()
        with self._storage.write() as tx:
            stored = tx.feeds.link(link_id)
            if stored is None or stored.person_id != actor.id:
                raise NotFound(mark("There is no calendar at this address."))
            tx.feeds.revoke(link_id, now)
            after = tx.feeds.link(link_id)
        return self._open(after or stored)

    def addresses(self, link: FeedLink, name: str = "") -> SubscriptionLinks:
        """The five doors to a feed (https, webcal, Google, two of Outlook); ``name`` is the calendar's."""
        return subscription_links(f"{self._public_url}/calendar/{link.token}.ics", name)

    def rebuild(self, tx: Transaction, pairing_id: str) -> int:
        """Build a pairing's feeds anew, in every language in use, in the caller's transaction.

        The caller holds the lock on the pairing. Returns how many feeds have other bytes than before.
        """
        pairing = tx.pairings.get(pairing_id)
        if pairing is None:
            return 0
        sessions = tx.sessions.of_pairing(pairing_id)
        changed = 0
        for language in tx.feeds.languages(pairing_id):
            feed = feed_content.build(pairing, sessions, self._page(pairing_id), translator(language))
            before = tx.feeds.stored(pairing_id, language)
            if before is None or before.etag != feed.etag:
                tx.feeds.store(pairing_id, language, feed)
                changed += 1
        return changed

    def rebuild_all(self) -> int:
        """Build every feed anew after something that all of them show has changed.

        That is a release, a translation, an institution's name or zone, the zone rules. Each pairing is
        a transaction of its own. Returns how many feeds have other bytes than before.
        """
        with self._storage.read() as tx:
            pairing_ids = tx.feeds.pairings()
        changed = 0
        for pairing_id in pairing_ids:
            with self._storage.write() as tx:
                tx.pairings.locked(pairing_id)
                changed += self.rebuild(tx, pairing_id)
        return changed

    def _build(self, tx: Transaction, access: Access, language: str) -> None:
        pairing = access.pairing
        sessions = tx.sessions.of_pairing(pairing.id)
        feed = feed_content.build(pairing, sessions, self._page(pairing.id), translator(language))
        tx.feeds.store(pairing.id, language, feed)

    def _issue(self, tx: Transaction, actor: Person, pairing_id: str, language: str) -> FeedLink:
        token = new_token()
        link = FeedLink(
            id=new_id(),
            token=token,
            pairing_id=pairing_id,
            person_id=actor.id,
            language=language,
            created_at=self._clock(),
            revoked_at=None,
        )
        stored = StoredLink(
            id=link.id,
            token_encrypted=self._vault.encrypt(token),
            pairing_id=pairing_id,
            person_id=actor.id,
            language=language,
            created_at=link.created_at,
            revoked_at=None,
        )
        tx.feeds.insert_link(stored, token_hash(token))
        return link

    def _open(self, stored: StoredLink, language: str | None = None) -> FeedLink:
        return FeedLink(
            id=stored.id,
            token=self._vault.decrypt(stored.token_encrypted),
            pairing_id=stored.pairing_id,
            person_id=stored.person_id,
            language=language or stored.language,
            created_at=stored.created_at,
            revoked_at=stored.revoked_at,
        )

    def _page(self, pairing_id: str) -> str:
        return f"{self._public_url}/pairings/{pairing_id}"

    @staticmethod
    def _active(tx: Transaction, actor: Person, pairing_id: str) -> StoredLink | None:
        links = tx.feeds.links(actor.id, pairing_id)
        return next((each for each in links if each.revoked_at is None), None)


def _check_may_subscribe(access: Access) -> None:
    if not (access.teaching or access.attending):
        raise Forbidden(mark("Calendars are for the teachers and students of this pairing's courses."))
    if access.pairing.state not in AGREED:
        raise Conflict(mark("There is no calendar yet: the partners have not agreed to this pairing."))
