"""Calendars of institutions and pilots: private addresses for those who look after everything, public ones
for everybody.

A public address has no secret in it and its feed has no way into a room. It is a name that can be printed
on a poster; taken back, it answers Gone, and published again it is the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import normalize

from coil_bridge.domain import FeedChoice, FeedKind, FeedLink, Person
from coil_bridge.errors import Forbidden, NotFound
from coil_bridge.i18n import mark, translator
from coil_bridge.services import audit
from coil_bridge.services.agreed.access import oversees
from coil_bridge.services.calendar.feeds import FeedService
from coil_bridge.services.context import Clock
from coil_bridge.storage.feed_subjects import Subject
from coil_bridge.storage.feeds import StoredLink
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import token_hash

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar of an institution or a pilot, with its addresses that stand."""

    subject: Subject
    public: FeedLink | None
    private: FeedLink | None  # of the person who looks


class PublishedFeeds:
    """Publishes calendars, takes them back, and gives overseers private addresses of their own."""

    def __init__(self, *, storage: Storage, clock: Clock, feeds: FeedService) -> None:
        self._storage = storage
        self._clock = clock
        self._feeds = feeds

    def all(self, actor: Person | None) -> list[Calendar]:
        """Every calendar for those who look after everything; for everybody else the published ones."""
        sees_all = actor is not None and oversees(actor)
        with self._storage.read() as tx:
            public = {
                (each.feed.kind, each.feed.subject_id): self._feeds.opened(each)
                for each in tx.feeds.public_links()
                if each.revoked_at is None
            }
            found = [
                Calendar(each, public.get((each.kind, each.id)), self._private(tx, actor, each))
                for each in tx.feed_subjects.all()
            ]
        return [each for each in found if sees_all or each.public]

    def private_link(self, actor: Person, kind: FeedKind, subject_id: str) -> FeedLink:
        """The person's own private address, with the ways into the rooms; the existing one or a new one.

        Raises:
            Forbidden, NotFound: as ``publish``.
        """
        with self._storage.write() as tx:
            _subject(tx, actor, kind, subject_id)
            language = translator(actor.language).language
            return self._feeds.find_or_issue(tx, actor, FeedChoice(kind, subject_id, language))

    def publish(self, actor: Person, kind: FeedKind, subject_id: str) -> FeedLink:
        """Give the calendar a public address, in the language of the person who publishes it.

        Raises:
            Forbidden: the person is neither administrator nor evaluation lead.
            NotFound: no such institution or pilot.
        """
        now = self._clock()
        with self._storage.write() as tx:
            subject = _subject(tx, actor, kind, subject_id)
            choice = FeedChoice(kind, subject_id, translator(actor.language).language, rooms=False)
            self._feeds.builder.ensure(tx, choice)
            before = next((each for each in tx.feeds.public_links() if _is_about(each, subject)), None)
            if before is not None and before.revoked_at is None and before.feed == choice:
                return self._feeds.opened(before)
            link = (
                self._revived(tx, actor, before, choice) if before else self._new(tx, actor, subject, choice)
            )
            audit.record(tx, now, actor, (kind.value, subject_id), "calendar_published", name=subject.name)
        return self._feeds.opened(link)

    def take_back(self, actor: Person, kind: FeedKind, subject_id: str) -> None:
        """End the public address; a second time changes nothing.

        Raises:
            Forbidden, NotFound: as ``publish``.
        """
        now = self._clock()
        with self._storage.write() as tx:
            subject = _subject(tx, actor, kind, subject_id)
            for each in tx.feeds.public_links():
                if _is_about(each, subject) and tx.feeds.revoke(each.id, now):
                    audit.record(
                        tx, now, actor, (kind.value, subject_id), "calendar_taken_back", name=subject.name
                    )

    def _private(self, tx: Transaction, actor: Person | None, subject: Subject) -> FeedLink | None:
        if actor is None or not oversees(actor):
            return None
        return next(iter(self._feeds.standing(tx, actor, subject.kind, subject.id)), None)

    def _revived(self, tx: Transaction, actor: Person, link: StoredLink, choice: FeedChoice) -> StoredLink:
        tx.feeds.revive(link.id, choice, actor.id)
        return tx.feeds.link(link.id) or link

    def _new(self, tx: Transaction, actor: Person, subject: Subject, choice: FeedChoice) -> StoredLink:
        token = _public_name(subject.name) or subject.id
        if tx.feeds.by_token(token_hash(token)):
            token = f"{token}-{subject.id[:6]}"
        return self._feeds.issue(tx, actor, choice, token, public=True)


def _subject(tx: Transaction, actor: Person, kind: FeedKind, subject_id: str) -> Subject:
    if not oversees(actor):
        raise Forbidden(mark("Only administrators and evaluation leads publish calendars."))
    subject = tx.feed_subjects.get(kind, subject_id)
    if subject is None:
        raise NotFound(mark("There is no such calendar."))
    return subject


def _is_about(link: StoredLink, subject: Subject) -> bool:
    return (link.feed.kind, link.feed.subject_id) == (subject.kind, subject.id)


def _public_name(name: str) -> str:
    """A name as an address: "Universität Kraków" is universitat-krakow; empty for other scripts."""
    plain = normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return _NOT_IN_A_NAME.sub("-", plain).strip("-")[:_LONGEST_NAME].strip("-")
