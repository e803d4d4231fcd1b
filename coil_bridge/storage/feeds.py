"""Calendar links and the feeds stored for them: the queries.

What a link may show is decided each time it is asked for, in ``served_feeds``; which pairings a feed is
about, in ``feed_subjects``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, insert, select, update

from coil_bridge.domain import FeedChoice, FeedKind
from coil_bridge.storage.feed_tables import calendar_feed, calendar_link, feed_pairing
from coil_bridge.storage.writes import upsert
from coil_bridge.vault import new_id

_CHOICE = tuple(FeedChoice.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class StoredFeed:
    """A calendar as it goes out; ``etag`` is the bare hash of ``body``, without quotation marks."""

    body: bytes = field(repr=False)
    body_gzip: bytes = field(repr=False)
    etag: str
    last_modified: datetime


@dataclass(frozen=True, slots=True)
class StoredLink:
    """A link with its token still encrypted."""

    id: str
    token_encrypted: bytes = field(repr=False)
    feed: FeedChoice
    person_id: str
    public: bool
    created_at: datetime
    revoked_at: datetime | None


class Feeds:
    """Calendar links and the feeds stored for them, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # Feeds

    def stored(self, choice: FeedChoice) -> StoredFeed | None:
        """The feed as it is stored."""
        names = StoredFeed.__dataclass_fields__
        query = select(*(calendar_feed.c[name] for name in names)).where(_is(choice))
        row = self._connection.execute(query).mappings().first()
        return StoredFeed(**row) if row else None

    def store(self, choice: FeedChoice, feed: StoredFeed, pairing_ids: Collection[str]) -> None:
        """Put a feed, built from these pairings, in the place of the one before."""
        row: dict[str, Any] = {"id": new_id(), **asdict(choice), **asdict(feed), "stale": False}
        upsert(self._connection, calendar_feed, row, key=_CHOICE, keep=("id",))
        feed_id = self._id(choice)
        self._connection.execute(delete(feed_pairing).where(feed_pairing.c.feed_id == feed_id))
        if pairing_ids:
            rows = [{"feed_id": feed_id, "pairing_id": each} for each in sorted(pairing_ids)]
            self._connection.execute(insert(feed_pairing), rows)

    def choices(self, kind: FeedKind | None = None, subject_id: str | None = None) -> list[FeedChoice]:
        """Which feeds are kept, of one kind and about one thing where that is said."""
        conditions = [] if kind is None else [calendar_feed.c.kind == kind]
        conditions += [] if subject_id is None else [calendar_feed.c.subject_id == subject_id]
        return self._choices(*conditions)

    def coverage(self) -> Mapping[FeedChoice, frozenset[str]]:
        """From which pairings each feed was built that is about more than one."""
        wide = [each for each in self.choices() if each.kind is not FeedKind.PAIRING]
        query = select(*(calendar_feed.c[name] for name in _CHOICE), feed_pairing.c.pairing_id)
        rows = self._connection.execute(
            query.join(feed_pairing, feed_pairing.c.feed_id == calendar_feed.c.id)
        ).mappings()
        found: dict[FeedChoice, set[str]] = {each: set() for each in wide}
        for row in rows:
            if (choice := _choice(row)) in found:
                found[choice].add(row["pairing_id"])
        return {choice: frozenset(pairing_ids) for choice, pairing_ids in found.items()}

    def stale(self) -> list[FeedChoice]:
        """Feeds that do not show what stands any more."""
        return self._choices(calendar_feed.c.stale)

    def mark_stale(self, *conditions: ColumnElement[bool]) -> None:
        """Have feeds built anew; see ``feed_subjects`` for the conditions."""
        self._connection.execute(update(calendar_feed).where(*conditions).values(stale=True))

    def take_up(self, choice: FeedChoice) -> bool:
        """Begin to build a feed anew: what is changed from now on makes it stale again.

        False when somebody else has built it in the meantime. The row is locked until the transaction ends.
        """
        done = self._connection.execute(
            update(calendar_feed).where(_is(choice), calendar_feed.c.stale).values(stale=False)
        )
        return done.rowcount == 1

    # Links

    def link(self, link_id: str) -> StoredLink | None:
        """One link, revoked or not."""
        found = self._links(calendar_link.c.id == link_id)
        return found[0] if found else None

    def links(self, person_id: str, kind: FeedKind, subject_id: str) -> list[StoredLink]:
        """A person's private links to the feeds about something, revoked ones too, the newest first."""
        return self._links(
            calendar_link.c.person_id == person_id,
            calendar_link.c.public.is_(False),
            calendar_feed.c.kind == kind,
            calendar_feed.c.subject_id == subject_id,
        )

    def public_links(self) -> list[StoredLink]:
        """Every public link, revoked ones too."""
        return self._links(calendar_link.c.public)

    def by_token(self, token_hash: str) -> StoredLink | None:
        """The link of a token, revoked or not."""
        found = self._links(calendar_link.c.token_hash == token_hash)
        return found[0] if found else None

    def insert_link(self, link: StoredLink, token_hash: str) -> None:
        """Store a new link to a stored feed: its token as a hash to be found by, and encrypted."""
        self._connection.execute(
            insert(calendar_link),
            {
                "id": link.id,
                "token_hash": token_hash,
                "token_encrypted": link.token_encrypted,
                "feed_id": self._id(link.feed),
                "person_id": link.person_id,
                "public": link.public,
                "created_at": link.created_at,
                "revoked_at": link.revoked_at,
            },
        )

    def lead_to(self, link_id: str, choice: FeedChoice) -> None:
        """Let the same address show another stored feed."""
        self._set(link_id, feed_id=self._id(choice))

    def revive(self, link_id: str, choice: FeedChoice, person_id: str) -> None:
        """Let a public address that was taken back show a feed again."""
        self._set(link_id, feed_id=self._id(choice), person_id=person_id, revoked_at=None)

    def revoke(self, link_id: str, at: datetime) -> bool:
        """End a link; False when it was ended before."""
        done = self._connection.execute(
            update(calendar_link)
            .where(calendar_link.c.id == link_id, calendar_link.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        return done.rowcount == 1

    def _set(self, link_id: str, **values: Any) -> None:
        self._connection.execute(update(calendar_link).where(calendar_link.c.id == link_id).values(**values))

    def _id(self, choice: FeedChoice) -> str:
        feed_id: str = self._connection.execute(select(calendar_feed.c.id).where(_is(choice))).scalar_one()
        return feed_id

    def _choices(self, *conditions: ColumnElement[bool]) -> list[FeedChoice]:
        columns = [calendar_feed.c[name] for name in _CHOICE]
        query = select(*columns).where(*conditions).order_by(*columns)
        return [_choice(row) for row in self._connection.execute(query).mappings()]

    def _links(self, *conditions: ColumnElement[bool]) -> list[StoredLink]:
        chosen = [calendar_feed.c[name] for name in _CHOICE]
        query = (
            select(calendar_link, *chosen)
            .join(calendar_feed, calendar_feed.c.id == calendar_link.c.feed_id)
            .where(*conditions)
            .order_by(calendar_link.c.created_at.desc(), calendar_link.c.id)
        )
        return [_link(row) for row in self._connection.execute(query).mappings()]


def _is(choice: FeedChoice) -> ColumnElement[bool]:
    return and_(*(calendar_feed.c[name] == value for name, value in asdict(choice).items()))


def _choice(row: RowMapping) -> FeedChoice:
    values = {name: row[calendar_feed.c[name]] for name in _CHOICE}
    return FeedChoice(**{**values, "kind": FeedKind(values["kind"])})


def _link(row: RowMapping) -> StoredLink:
    return StoredLink(
        id=row[calendar_link.c.id],
        token_encrypted=row[calendar_link.c.token_encrypted],
        feed=_choice(row),
        person_id=row[calendar_link.c.person_id],
        public=row[calendar_link.c.public],
        created_at=row[calendar_link.c.created_at],
        revoked_at=row[calendar_link.c.revoked_at],
    )
