"""Calendar subscriptions: private addresses, and the bytes behind them.

Feeds are stored ready to go out (``feed_building``). An address ends in three ways, and answers Gone in
each: its holder revokes it, the holder's enrolment ends, or the holder's course leaves the pairing. The last
two are asked of the enrolments at every request, in the same query that finds the feed: nothing has to be
cleaned up, and somebody who comes back has the old address again.

Public addresses, and those of institutions and pilots, are the business of ``published_feeds``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from coil_bridge.domain import FeedChoice, FeedKind, FeedLink, Person
from coil_bridge.errors import Conflict, Forbidden, Gone, InvalidInput, NotFound
from coil_bridge.i18n import mark, translator
from coil_bridge.services.agreed.access import Access, pairing_access
from coil_bridge.services.agreed.pairing_states import AGREED
from coil_bridge.services.calendar.feed_building import FeedBuilder
from coil_bridge.services.context import Clock
from coil_bridge.settings import Settings
from coil_bridge.storage.feeds import StoredFeed, StoredLink
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault, new_id, new_token, token_hash
from scheduling.subscriptions import SubscriptionLinks, subscription_links

__all__ = ["ALARMS", "FeedService", "LinkOptions", "StoredFeed"]

ALARMS = (0, 15, 60, 1440)
"""Minutes before the start at which a calendar program can be asked to remind; 0 is never."""


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """What somebody chooses when making a link.

    ``alarm`` is one of ``ALARMS``. ``for_moodle``: the address goes into the calendar import of a Moodle,
    which does not read that a session was called off; so what was called off leaves the feed.
    """

    alarm: int = 0
    for_moodle: bool = False


_PLAIN = LinkOptions()
_ENDED = mark(
    "This calendar address is no longer valid. COIL Bridge gives a new one where sessions are shown."
)


class FeedService:
    """Issues, shows and ends subscription addresses, and serves feeds."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault, settings: Settings) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault
        self._public_url = settings.public_url
        self.builder = FeedBuilder(storage=storage, clock=clock, public_url=settings.public_url)

    def serve(self, token: str) -> StoredFeed:
        """The feed behind an address: one indexed query, nothing decrypted, nothing built.

        Raises:
            NotFound: there never was such an address.
            Gone: it was revoked, or its holder has no right to it any more.
        """
        found = self._storage.served_feeds.at(token_hash(token))
        if found is None:
            raise NotFound(mark("There is no calendar at this address."))
        if found.revoked or not found.entitled:
            raise Gone(_ENDED)
        return found.feed

    def link(self, actor: Person, pairing_id: str, options: LinkOptions = _PLAIN) -> FeedLink:
        """The person's address for a pairing, the existing one or a new one, in the person's language.

        Raises:
            NotFound: no such pairing for this person.
            Forbidden: the person belongs to none of the pairing's courses.
            Conflict: the partners have not agreed yet.
            InvalidInput: there is no such alarm.
        """
        with self._storage.write() as tx:
            _check_may_subscribe(pairing_access(tx, actor, pairing_id, lock=True))
            return self.find_or_issue(tx, actor, _choice(actor, FeedKind.PAIRING, pairing_id, options))

    def personal_link(self, actor: Person, options: LinkOptions = _PLAIN) -> FeedLink:
        """The person's address for the sessions of all own pairings, the existing one or a new one.

        Raises:
            Forbidden: this session began with a launch from one course and knows of no other.
            InvalidInput: there is no such alarm.
        """
        if actor.attends_only is not None:
            raise Forbidden(
                mark("This window knows of one course only. Sign in by e-mail link to get a calendar of all.")
            )
        with self._storage.write() as tx:
            return self.find_or_issue(tx, actor, _choice(actor, FeedKind.PERSON, actor.id, options))

    def links(self, actor: Person, pairing_id: str) -> list[FeedLink]:
        """The person's addresses for a pairing that have not been revoked, the newest first.

        Raises:
            NotFound: no such pairing for this person.
        """
        with self._storage.read() as tx:
            pairing_access(tx, actor, pairing_id)
            return self.standing(tx, actor, FeedKind.PAIRING, pairing_id)

    def personal_links(self, actor: Person) -> list[FeedLink]:
        """The person's addresses for all own pairings; none for a session that began with a launch."""
        if actor.attends_only is not None:
            return []
        with self._storage.read() as tx:
            return self.standing(tx, actor, FeedKind.PERSON, actor.id)

    def own_link(self, actor: Person, link_id: str) -> FeedLink:
        """One of the person's own addresses.

        Raises:
            NotFound: the person has no such address, or has ended it.
        """
        with self._storage.read() as tx:
            stored = self._own(tx, actor, link_id)
        if stored.revoked_at is not None:
            raise NotFound(mark("There is no calendar at this address."))
        return self.opened(stored)

    def revoke(self, actor: Person, link_id: str) -> FeedLink:
        """End one of the person's own addresses for good; a second time changes nothing.

        Raises:
            NotFound: the person has no such address.
        """
        now = self._clock()
        with self._storage.write() as tx:
            self._own(tx, actor, link_id)
            tx.feeds.revoke(link_id, now)
            return self.opened(self._own(tx, actor, link_id))

    def addresses(self, link: FeedLink, name: str = "") -> SubscriptionLinks:
        """The five doors to a feed (https, webcal, Google, two of Outlook); ``name`` is the calendar's."""
        return subscription_links(f"{self._public_url}/calendar/{link.token}.ics", name)

    def rebuild(self, tx: Transaction, pairing_id: str) -> int:
        """A pairing or its sessions have changed: renew its feeds in the caller's transaction.

        The caller holds the lock on the pairing. Returns how many of its own feeds have other bytes.
        """
        return self.builder.of_pairing(tx, pairing_id)

    def rebuild_all(self) -> int:
        """Build every feed anew after something that all of them show has changed.

        That is a release, a translation, an institution's name or zone, the zone rules. Returns how many
        feeds have other bytes than before.
        """
        return self.builder.rebuild_all()

    def find_or_issue(self, tx: Transaction, actor: Person, choice: FeedChoice) -> FeedLink:
        """The person's private address for a feed; one in another language of theirs changes over."""
        self.builder.ensure(tx, choice)
        for stored in tx.feeds.links(actor.id, choice.kind, choice.subject_id):
            if stored.revoked_at is None and replace(stored.feed, language=choice.language) == choice:
                if stored.feed != choice:
                    tx.feeds.lead_to(stored.id, choice)
                return self.opened(replace(stored, feed=choice))
        return self.opened(self.issue(tx, actor, choice, new_token(), public=False))

    def standing(self, tx: Transaction, actor: Person, kind: FeedKind, subject_id: str) -> list[FeedLink]:
        """The person's private addresses for the feeds about something that have not been revoked."""
        found = tx.feeds.links(actor.id, kind, subject_id)
        return [self.opened(each) for each in found if each.revoked_at is None]

    def issue(
        self, tx: Transaction, actor: Person, choice: FeedChoice, token: str, *, public: bool
    ) -> StoredLink:
        """Store a new address of a stored feed, in the caller's transaction."""
        stored = StoredLink(
            id=new_id(),
            token_encrypted=self._vault.encrypt(token),
            feed=choice,
            person_id=actor.id,
            public=public,
            created_at=self._clock(),
            revoked_at=None,
        )
        tx.feeds.insert_link(stored, token_hash(token))
        return stored

    def _own(self, tx: Transaction, actor: Person, link_id: str) -> StoredLink:
        stored = tx.feeds.link(link_id)
        if stored is None or stored.public or stored.person_id != actor.id:
            raise NotFound(mark("There is no calendar at this address."))
        return stored

    def opened(self, stored: StoredLink) -> FeedLink:
        """A stored link with its token in the clear."""
        return FeedLink(
            id=stored.id,
            token=self._vault.decrypt(stored.token_encrypted),
            feed=stored.feed,
            person_id=stored.person_id,
            public=stored.public,
            created_at=stored.created_at,
            revoked_at=stored.revoked_at,
        )


def _choice(actor: Person, kind: FeedKind, subject_id: str, options: LinkOptions) -> FeedChoice:
    if options.alarm not in ALARMS:
        raise InvalidInput({"alarm": [mark("Please choose one from the list.")]})
    return FeedChoice(
        kind=kind,
        subject_id=subject_id,
        language=translator(actor.language).language,
        alarm=options.alarm,
        called_off=not options.for_moodle,
    )


def _check_may_subscribe(access: Access) -> None:
    if not (access.teaching or access.attending):
        raise Forbidden(mark("Calendars are for the teachers and students of this pairing's courses."))
    if access.pairing.state not in AGREED:
        raise Conflict(mark("There is no calendar yet: the partners have not agreed to this pairing."))
