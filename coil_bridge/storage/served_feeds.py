"""What a calendar address gives: the query behind every poll of every subscriber.

Whether a link may show its feed is decided each time: revoked or not, and whether its holder still has a
right to it (a part in one of the pairing's courses, or a role where the feed is an institution's or a
pilot's). So a link ends in the moment the right ends, with no clean-up in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Select, and_, bindparam, case, exists, or_, select

from coil_bridge.domain import Answer, FeedKind, Role
from coil_bridge.storage.feed_tables import calendar_feed, calendar_link
from coil_bridge.storage.feeds import StoredFeed
from coil_bridge.storage.prepared import Prepared
from coil_bridge.storage.tables import enrolment, pairing_course, person_role


@dataclass(frozen=True, slots=True)
class Served:
    """What one look-up of a token gives: the feed, and whether the link may still show it."""

    feed: StoredFeed
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
        feed = StoredFeed(body, body_gzip, etag, last_modified)
        return Served(feed, revoked=revoked_at is not None, entitled=bool(entitled))


def _by_token() -> Select[Any]:
    belongs = exists(
        select(enrolment.c.course_id)
        .join(pairing_course, pairing_course.c.course_id == enrolment.c.course_id)
        .where(
            enrolment.c.person_id == calendar_link.c.person_id,
            pairing_course.c.pairing_id == calendar_feed.c.subject_id,
            pairing_course.c.answer != Answer.DECLINED.value,
        )
    )
    oversees = exists(
        select(person_role.c.person_id).where(
            person_role.c.person_id == calendar_link.c.person_id,
            or_(
                person_role.c.role == Role.ADMINISTRATOR.value,
                person_role.c.role == Role.EVALUATION_LEAD.value,
            ),
        )
    )
    entitled = case(
        (calendar_feed.c.kind == FeedKind.PAIRING.value, belongs),
        (
            calendar_feed.c.kind == FeedKind.PERSON.value,
            calendar_feed.c.subject_id == calendar_link.c.person_id,
        ),
        else_=or_(calendar_link.c.public, oversees),
    )
    return (
        select(
            calendar_feed.c.body,
            calendar_feed.c.body_gzip,
            calendar_feed.c.etag,
            calendar_feed.c.last_modified,
            calendar_link.c.revoked_at,
            and_(entitled).label("entitled"),
        )
        .select_from(calendar_link.join(calendar_feed, calendar_feed.c.id == calendar_link.c.feed_id))
        .where(calendar_link.c.token_hash == bindparam("token_hash"))
    )
