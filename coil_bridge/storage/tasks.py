"""One-off work for the worker: the queries.

States: ``queued`` (also between attempts), ``running`` (claimed), then for good ``done`` or ``failed``.
A claim that its worker has let lapse is free again. Declared jobs and beats are in ``jobs.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, exists, func, or_, select, update

from coil_bridge.storage.tables import task
from coil_bridge.storage.writes import insert_new
from coil_bridge.vault import new_id

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"


PER_KIND = 4
_Group = tuple[str | None, str]  # a site, or a kind of work without one

# Every worker asks these all day, so they are built once.
_DUE = or_(
    and_(task.c.state == QUEUED, task.c.due_at <= bindparam("now")),
    and_(task.c.state == RUNNING, task.c.claimed_until < bindparam("now")),
)
_HAS_DUE = select(exists().where(_DUE))
_FREE = (
    select(task.c.id, task.c.site_id, task.c.kind)
    .where(
        _DUE,
        or_(task.c.site_id.is_(None), task.c.site_id.not_in(bindparam("full_sites", expanding=True))),
        or_(task.c.site_id.is_not(None), task.c.kind.not_in(bindparam("full_kinds", expanding=True))),
    )
    .order_by(task.c.due_at)
)
_UNDER_WAY = (
    select(task.c.site_id, task.c.kind, func.count())
    .where(task.c.state == RUNNING, task.c.claimed_until >= bindparam("now"))
    .group_by(task.c.site_id, task.c.kind)
)
_TAKE = (
    update(task)
    .where(task.c.id == bindparam("task_id"), _DUE)
    .values(
        state=RUNNING,
        claimed_by=bindparam("worker"),
        claimed_until=bindparam("until"),
        attempts=task.c.attempts + 1,
    )
)
_CHANGE = update(task).where(task.c.id == bindparam("task_id"))  # sets what it is given


@dataclass(frozen=True, slots=True)
class Task:
    """A claimed piece of work; the payload holds plain values, personal data only encrypted."""

    id: str
    kind: str
    site_id: str | None
    payload: Mapping[str, Any]
    attempts: int


class Tasks:
    """One-off work, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def queue(
        self,
        kind: str,
        payload: Mapping[str, Any],
        *,
        at: datetime,
        site_id: str | None = None,
        dedup_key: str | None = None,
    ) -> bool:
        """Queue work due at once; ``False`` when work with the same key is still waiting or running."""
        row = {
            "id": new_id(),
            "kind": kind,
            "site_id": site_id,
            "payload": dict(payload),
            "dedup_key": dedup_key,
            "state": QUEUED,
            "due_at": at,
            "created_at": at,
        }
        return insert_new(self._connection, task, row, key=("dedup_key",))

    def claim(self, worker: str, now: datetime, until: datetime, *, limit: int, per_site: int) -> list[Task]:
        """Take due work, oldest first.

        Never more than ``per_site`` at once for one site over all workers; of work without a site, which may
        wait for servers that we know nothing of, never more than ``PER_KIND`` of one kind.
        """
        self._one_at_a_time()
        running = self._running(now)
        mine: list[str] = []
        for task_id, group in self._due_ids(now, running, per_site):
            if len(mine) == limit:
                break
            if running[group] >= _most(group, per_site):
                continue
            if self._take(task_id, worker, now, until):
                mine.append(task_id)
                running[group] += 1
        query = select(*(task.c[name] for name in Task.__dataclass_fields__)).where(task.c.id.in_(mine))
        return [Task(**row) for row in self._connection.execute(query.order_by(task.c.due_at)).mappings()]

    def has_due(self, now: datetime) -> bool:
        """Whether it is worth claiming (a reading transaction holds up nobody)."""
        return bool(self._connection.execute(_HAS_DUE, {"now": now}).scalar_one())

    def under_way(self, kind: str, since: datetime) -> list[Mapping[str, Any]]:
        """The payloads of work of a kind that waits or runs, and was asked for after an instant."""
        query = select(task.c.payload).where(
            task.c.kind == kind, task.c.state.in_((QUEUED, RUNNING)), task.c.created_at > since
        )
        return list(self._connection.execute(query).scalars())

    def extend(self, task_ids: Iterable[str], worker: str, until: datetime) -> None:
        """The worker is still at it: these claims of its own last longer."""
        mine = and_(task.c.state == RUNNING, task.c.claimed_by == worker, task.c.id.in_(list(task_ids)))
        self._connection.execute(update(task).where(mine).values(claimed_until=until))

    def finish(self, task_id: str, at: datetime) -> None:
        """Done: the payload is wiped and the same work may be queued again."""
        self._update(task_id, state=DONE, finished_at=at, last_error=None, payload={}, dedup_key=None)

    def fail(self, task_id: str, at: datetime, error: str) -> None:
        """Given up."""
        self._update(task_id, state=FAILED, finished_at=at, last_error=error, dedup_key=None)

    def retry(self, task_id: str, due_at: datetime, error: str) -> None:
        """Back into the queue, later."""
        self._update(task_id, state=QUEUED, due_at=due_at, last_error=error)

    def counts(self) -> Mapping[str, int]:
        """How many tasks stand in each state."""
        query = select(task.c.state, func.count()).group_by(task.c.state)
        return dict(self._connection.execute(query).all())

    def recent(self, limit: int) -> list[Mapping[str, Any]]:
        """The latest tasks without their payloads: id, kind, site, state, attempts, error and times."""
        columns = [column for column in task.c if column.name in _SHOWN]
        query = select(*columns).order_by(task.c.created_at.desc(), task.c.id)
        return [dict(row) for row in self._connection.execute(query.limit(limit)).mappings()]

    def prune(self, before: datetime) -> int:
        """Delete what ended before; how many."""
        return self._connection.execute(delete(task).where(task.c.finished_at < before)).rowcount

    def _one_at_a_time(self) -> None:
        """Claims are taken one worker after the other, or two could each see room for one more at a site."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(_CLAIM_LOCK)))

    def _running(self, now: datetime) -> Counter[_Group]:
        """How much is under way for each site, and without one of each kind."""
        found: Counter[_Group] = Counter()
        for site_id, kind, count in self._connection.execute(_UNDER_WAY, {"now": now}):
            found[_group(site_id, kind)] += count
        return found

    def _due_ids(self, now: datetime, running: Counter[_Group], per_site: int) -> list[tuple[str, _Group]]:
        """Due work by age, without the full groups: their backlog must not hide what others have waiting."""
        full = [group for group, count in running.items() if count >= _most(group, per_site)]
        asked = {
            "now": now,
            "full_sites": [site for site, _ in full if site],
            "full_kinds": [kind for site, kind in full if not site],
        }
        rows = self._connection.execute(_FREE, asked)
        return [(row.id, _group(row.site_id, row.kind)) for row in rows]

    def _take(self, task_id: str, worker: str, now: datetime, until: datetime) -> bool:
        asked = {"task_id": task_id, "worker": worker, "now": now, "until": until}
        return self._connection.execute(_TAKE, asked).rowcount == 1

    def _update(self, task_id: str, **values: Any) -> None:
        given_back = {"claimed_by": None, "claimed_until": None}
        self._connection.execute(_CHANGE, {"task_id": task_id, **given_back, **values})


_SHOWN = {"id", "kind", "site_id", "state", "attempts", "last_error", "due_at", "created_at", "finished_at"}
_CLAIM_LOCK = 0x434F494C  # any constant of ours: "COIL"


def _group(site_id: str | None, kind: str) -> _Group:
    return (site_id, "") if site_id is not None else (None, kind)


def _most(group: _Group, per_site: int) -> int:
    return per_site if group[0] is not None else PER_KIND
