"""Keys, deliveries and wishes of notifications: the queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, func, select, update

from coil_bridge.storage.hook_tables import hook_delivery, hook_key, hook_wish
from coil_bridge.storage.writes import insert_new, upsert


@dataclass(frozen=True, slots=True)
class HookKey:
    """A key of a site; ``sealed`` is its encrypted secret, ``None`` once it has ended."""

    id: str
    site_id: str
    created_at: datetime
    ended_at: datetime | None
    last_used_at: datetime | None
    sealed: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wish:
    """Something to ask a Moodle about."""

    site_id: str
    kind: str
    course_id: str
    said_at: datetime
    due_at: datetime


class HookStore:
    """Notifications, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_key(self, key: HookKey) -> bool:
        """Store a new key; ``False`` when it is there."""
        row = {
            "id": key.id,
            "site_id": key.site_id,
            "secret_encrypted": key.sealed,
            "created_at": key.created_at,
        }
        return insert_new(self._connection, hook_key, row, key=("id",))

    def keys(self, site_id: str) -> list[HookKey]:
        """Every key of a site, the latest first."""
        query = select(hook_key).where(hook_key.c.site_id == site_id)
        rows = self._connection.execute(query.order_by(hook_key.c.created_at.desc(), hook_key.c.id))
        return [_key(row) for row in rows.mappings()]

    def replaced(self, *, unused_since: datetime) -> list[HookKey]:
        """Valid keys that have signed nothing since then, of which a later one of the same site has."""
        later = hook_key.alias()
        in_use = select(later.c.id).where(
            later.c.site_id == hook_key.c.site_id,
            later.c.created_at > hook_key.c.created_at,
            later.c.last_used_at.is_not(None),
            later.c.ended_at.is_(None),
        )
        last = func.coalesce(hook_key.c.last_used_at, hook_key.c.created_at)
        query = select(hook_key).where(hook_key.c.ended_at.is_(None), last < unused_since, in_use.exists())
        return [_key(row) for row in self._connection.execute(query).mappings()]

    def end_key(self, key_id: str, at: datetime) -> bool:
        """End a key and wipe its secret; ``False`` when it had ended."""
        mine = (hook_key.c.id == key_id, hook_key.c.ended_at.is_(None))
        values = {"ended_at": at, "secret_encrypted": None}
        return self._connection.execute(update(hook_key).where(*mine).values(values)).rowcount == 1

    def used(self, key_id: str, at: datetime) -> None:
        """Remember that a key signed something."""
        self._connection.execute(update(hook_key).where(hook_key.c.id == key_id).values(last_used_at=at))

    def remember(self, site_id: str, delivery: str, at: datetime) -> bool:
        """Remember a delivery; ``False`` when it came before."""
        row = {"site_id": site_id, "delivery": delivery, "at": at}
        return insert_new(self._connection, hook_delivery, row, key=("site_id", "delivery"))

    def wish(self, wishes: Iterable[Wish]) -> None:
        """Store wishes; one that stands there keeps its due time."""
        for each in wishes:
            row = {name: getattr(each, name) for name in Wish.__dataclass_fields__}
            upsert(self._connection, hook_wish, row, key=("site_id", "kind", "course_id"), keep=("due_at",))

    def wishes(self, *, site_id: str | None = None, kind: str | None = None) -> list[Wish]:
        """What is to be followed up, the oldest first."""
        query = select(hook_wish)
        if site_id is not None:
            query = query.where(hook_wish.c.site_id == site_id)
        if kind is not None:
            query = query.where(hook_wish.c.kind == kind)
        rows = self._connection.execute(query.order_by(hook_wish.c.due_at, hook_wish.c.course_id))
        return [Wish(**row) for row in rows.mappings()]

    def fulfil(self, wish: Wish) -> None:
        """A wish has been followed up; if it has come again meanwhile it stays."""
        self._connection.execute(
            delete(hook_wish).where(
                hook_wish.c.site_id == wish.site_id,
                hook_wish.c.kind == wish.kind,
                hook_wish.c.course_id == wish.course_id,
                hook_wish.c.said_at == wish.said_at,
            )
        )

    def prune(self, before: datetime) -> int:
        """Forget deliveries that could not be taken again anyway; how many."""
        return self._connection.execute(delete(hook_delivery).where(hook_delivery.c.at < before)).rowcount


def _key(row: RowMapping) -> HookKey:
    return HookKey(
        row["id"],
        row["site_id"],
        row["created_at"],
        row["ended_at"],
        row["last_used_at"],
        row["secret_encrypted"],
    )
