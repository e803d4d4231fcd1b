"""Messages on their way to people: the queries.

States: ``queued`` (also between attempts), then for good ``sent``, ``refused`` (the channel will not
carry it to this person) or ``failed`` (given up). The body is wiped with the last step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from coil_bridge.domain import MessageKind
from coil_bridge.storage.tables import delivery
from coil_bridge.storage.writes import insert_new
from coil_bridge.vault import new_id

QUEUED, SENT, REFUSED, FAILED = "queued", "sent", "refused", "failed"
MOODLE_CHANNEL, EMAIL_CHANNEL = "moodle", "email"


class Route(NamedTuple):
    """What is sent together: all e-mail, or all messages into one site's Moodle."""

    channel: str
    site_id: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed message to one person through one channel."""

    id: str
    channel: str
    person_id: str
    site_id: str | None
    subject: str
    body_encrypted: bytes = field(repr=False)
    attempts: int
    give_up_at: datetime
    created_at: datetime
    kind: MessageKind | None
    calendar_encrypted: bytes | None = field(repr=False)


class Deliveries:
    """Messages on their way to people, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def queue(
        self,
        *,
        dedup_key: str,
        route: Route,
        person_id: str,
        subject: str,
        body_encrypted: bytes,
        at: datetime,
        give_up_at: datetime,
        kind: MessageKind | None = None,
        calendar_encrypted: bytes | None = None,
    ) -> bool:
        """Queue one message; ``False`` when one with the same key was queued before."""
        row = {
            "id": new_id(),
            "dedup_key": dedup_key,
            **route._asdict(),
            "person_id": person_id,
            "subject": subject,
            "body_encrypted": body_encrypted,
            "calendar_encrypted": calendar_encrypted,
            "kind": kind,
            "state": QUEUED,
            "due_at": at,
            "give_up_at": give_up_at,
            "created_at": at,
        }
        return insert_new(self._connection, delivery, row, key=("dedup_key",))

    def due_routes(self, now: datetime) -> list[Route]:
        """The channels, and for Moodle the sites, that have something to send."""
        query = select(delivery.c.channel, delivery.c.site_id).where(self._due(now)).distinct()
        return [Route(*row) for row in self._connection.execute(query)]

    def claim(
        self, route: Route, worker: str, *, now: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        """Take what is due on one route, oldest first; of two workers only one gets each message."""
        on_route = and_(
            delivery.c.channel == route.channel, delivery.c.site_id.is_not_distinct_from(route.site_id)
        )
        candidates = self._connection.execute(
            select(delivery.c.id).where(self._due(now), on_route).order_by(delivery.c.due_at).limit(limit)
        ).scalars()
        mine = [found for found in candidates.all() if self._take(found, worker, now, until)]
        names = [delivery.c[name] for name in Delivery.__dataclass_fields__]
        query = select(*names).where(delivery.c.id.in_(mine)).order_by(delivery.c.created_at, delivery.c.id)
        return [
            Delivery(**{**row, "kind": MessageKind(row["kind"]) if row["kind"] else None})
            for row in self._connection.execute(query).mappings()
        ]

    def finish(self, delivery_id: str, state: str, at: datetime, error: str | None = None) -> None:
        """Sent, refused or failed for good: the text is wiped, that it happened stays."""
        self._update(
            delivery_id,
            state=state,
            body_encrypted=None,
            calendar_encrypted=None,
            sent_at=at if state == SENT else None,
            last_error=error,
            claimed_by=None,
            claimed_until=None,
        )

    def retry(self, delivery_id: str, due_at: datetime, error: str) -> None:
        """Back into the queue, later."""
        self._update(delivery_id, due_at=due_at, last_error=error, claimed_by=None, claimed_until=None)

    def counts(self) -> Mapping[str, int]:
        """How many messages stand in each state."""
        query = select(delivery.c.state, func.count()).group_by(delivery.c.state)
        return dict(self._connection.execute(query).all())

    def recent_problems(self, limit: int) -> list[Mapping[str, Any]]:
        """The latest messages that were not carried: id, channel, site, state, error and time; no text."""
        query = (
            select(
                delivery.c.id,
                delivery.c.channel,
                delivery.c.site_id,
                delivery.c.state,
                delivery.c.last_error,
                delivery.c.attempts,
                delivery.c.created_at,
            )
            .where(delivery.c.last_error.is_not(None), delivery.c.state != SENT)
            .order_by(delivery.c.created_at.desc(), delivery.c.id)
            .limit(limit)
        )
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def prune(self, before: datetime) -> int:
        """Delete what was finished and created before; how many."""
        gone = delete(delivery).where(delivery.c.state != QUEUED, delivery.c.created_at < before)
        return self._connection.execute(gone).rowcount

    @staticmethod
    def _due(now: datetime) -> Any:
        free = or_(delivery.c.claimed_until.is_(None), delivery.c.claimed_until < now)
        return and_(delivery.c.state == QUEUED, delivery.c.due_at <= now, free)

    def _take(self, delivery_id: str, worker: str, now: datetime, until: datetime) -> bool:
        result = self._connection.execute(
            update(delivery)
            .where(delivery.c.id == delivery_id, self._due(now))
            .values(claimed_by=worker, claimed_until=until, attempts=delivery.c.attempts + 1)
        )
        return result.rowcount == 1

    def _update(self, delivery_id: str, **values: Any) -> None:
        self._connection.execute(update(delivery).where(delivery.c.id == delivery_id).values(**values))
