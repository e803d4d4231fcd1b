"""Calendar links and the feeds stored for them: the queries.

A feed is built once for a pairing and a language and shared by every link to it. What a link may show is
decided each time it is asked for, in ``served_feeds``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from coil_bridge.storage.tables import feed_link, stored_feed
from coil_bridge.storage.writes import upsert


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
    pairing_id: str
    person_id: str
    language: str
    created_at: datetime
    revoked_at: datetime | None


class Feeds:
    """Calendar links and the feeds stored for them, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def stored(self, pairing_id: str, language: str) -> StoredFeed | None:
        """The feed as it is stored."""
        row = self._connection.execute(
            select(stored_feed).where(
                stored_feed.c.pairing_id == pairing_id, stored_feed.c.language == language
            )
        ).first()
        return StoredFeed(row.body, row.body_gzip, row.etag, row.last_modified) if row else None

    def languages(self, pairing_id: str) -> list[str]:
        """The languages in which a pairing's feed is kept."""
        rows = self._connection.execute(
            select(stored_feed.c.language)
            .where(stored_feed.c.pairing_id == pairing_id)
            .order_by(stored_feed.c.language)
        )
        return [row.language for row in rows]

    def pairings(self) -> list[str]:
        """Pairings that have a feed, by id."""
        rows = self._connection.execute(
            select(stored_feed.c.pairing_id).distinct().order_by(stored_feed.c.pairing_id)
        )
        return [row.pairing_id for row in rows]

    def store(self, pairing_id: str, language: str, feed: StoredFeed) -> None:
        """Put a feed in the place of the one before."""
        row = {
            "pairing_id": pairing_id,
            "language": language,
            "body": feed.body,
            "body_gzip": feed.body_gzip,
            "etag": feed.etag,
            "last_modified": feed.last_modified,
        }
        upsert(self._connection, stored_feed, row, key=("pairing_id", "language"))

    def link(self, link_id: str) -> StoredLink | None:
        """One link, revoked or not."""
        row = self._connection.execute(select(feed_link).where(feed_link.c.id == link_id)).first()
        return _link(row) if row else None

    def links(self, person_id: str, pairing_id: str) -> list[StoredLink]:
        """A person's links to a pairing, revoked ones too, the newest first."""
        rows = self._connection.execute(
            select(feed_link)
            .where(feed_link.c.person_id == person_id, feed_link.c.pairing_id == pairing_id)
            .order_by(feed_link.c.created_at.desc(), feed_link.c.id)
        )
        return [_link(row) for row in rows]

    def insert_link(self, link: StoredLink, token_hash: str) -> None:
        """Store a new link: its token as a hash to be found by, and encrypted to be shown again."""
        self._connection.execute(
            insert(feed_link).values(
                id=link.id,
                token_hash=token_hash,
                token_encrypted=link.token_encrypted,
                pairing_id=link.pairing_id,
                person_id=link.person_id,
                language=link.language,
                created_at=link.created_at,
                revoked_at=link.revoked_at,
            )
        )

    def set_link_language(self, link_id: str, language: str) -> None:
        """Let the same address show the feed in another language."""
        self._connection.execute(update(feed_link).where(feed_link.c.id == link_id).values(language=language))

    def revoke(self, link_id: str, at: datetime) -> bool:
        """End a link for good; False when it was ended before."""
        done = self._connection.execute(
            update(feed_link)
            .where(feed_link.c.id == link_id, feed_link.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        return done.rowcount == 1


def _link(row: Row[Any]) -> StoredLink:
    return StoredLink(
        id=row.id,
        token_encrypted=row.token_encrypted,
        pairing_id=row.pairing_id,
        person_id=row.person_id,
        language=row.language,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
