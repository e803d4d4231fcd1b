"""What a calendar address gives: the query behind every poll of every subscriber.

Whether a link may show its feed is decided each time: revoked or not, and whether its holder still belongs
to one of the pairing's courses. So a link ends in the moment an enrolment ends, with no clean-up in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Select, and_, bindparam, exists, select

from coil_bridge.domain import Answer
from coil_bridge.storage.feeds import StoredFeed
from coil_bridge.storage.prepared import Prepared
from coil_bridge.storage.tables import enrolment, feed_link, pairing_course, stored_feed


@dataclass(frozen=True, slots=True)
class Served:
    """What one look-up of a token gives: the feed, and whether the link may still show it."""

    feed: StoredFeed | None
    revoked: bool
    entitled: bool


class ServedFeeds:
    """Finds feeds by the hash of their links' tokens."""

    def __init__(self, engine: Engine) -> None:
        self._query = Prepared(engine, _by_token())

    def at(self, token_hash: str) -> Served | None:
        """The hot path: one query over unique and primary keys; None for a token that never was."""
        row = self._query.first(token_hash=token_hash)
        if row is None:
            return None
        body, body_gzip, etag, last_modified, revoked_at, entitled = row
        feed = StoredFeed(body, body_gzip, etag, last_modified) if etag else None
        return Served(feed, revoked=revoked_at is not None, entitled=bool(entitled))


def _by_token() -> Select[Any]:
    belongs = exists(
        select(enrolment.c.course_id)
        .join(pairing_course, pairing_course.c.course_id == enrolment.c.course_id)
        .where(
            enrolment.c.person_id == feed_link.c.person_id,
            pairing_course.c.pairing_id == feed_link.c.pairing_id,
            pairing_course.c.answer != Answer.DECLINED.value,
        )
    )
    same = and_(
        stored_feed.c.pairing_id == feed_link.c.pairing_id,
        stored_feed.c.language == feed_link.c.language,
    )
    return (
        select(
            stored_feed.c.body,
            stored_feed.c.body_gzip,
            stored_feed.c.etag,
            stored_feed.c.last_modified,
            feed_link.c.revoked_at,
            belongs.label("entitled"),
        )
        .select_from(feed_link.outerjoin(stored_feed, same))
        .where(feed_link.c.token_hash == bindparam("token_hash"))
    )
