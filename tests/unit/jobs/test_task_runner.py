from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from coil_bridge.errors import NotFound, PartnerUnavailable
from coil_bridge.jobs.tasks import TaskRunner
from coil_bridge.storage.storage import Storage
from tests.builders import SettableClock


def attempt(storage: Storage, clock: SettableClock, error: Exception | None) -> int:
    """Run what is due once; how many tasks that was."""

    def handle(payload: Mapping[str, Any]) -> None:
        if error:
            raise error

    now = clock()
    with storage.write() as tx:
        claimed = tx.tasks.claim("w1", now, now + timedelta(minutes=1), limit=9, per_site=2)
    for task in claimed:
        TaskRunner(storage, clock, {"work": handle}).run(task)
    return len(claimed)


def attempts_until_the_end(storage: Storage, clock: SettableClock, error: Exception | None) -> int:
    with storage.write() as tx:
        tx.tasks.queue("work", {}, at=clock())
    tried = 0
    for _ in range(60):
        tried += attempt(storage, clock, error)
        clock.advance(minutes=1)
    return tried


@pytest.mark.parametrize(
    ("error", "attempts", "state", "noted"),
    [
        (None, 1, "done", None),
        (PartnerUnavailable("UB Moodle is down."), 8, "failed", "UB Moodle is down."),
        (NotFound("There is no such site."), 1, "failed", "There is no such site."),
        (ValueError("mira@ub.example"), 3, "failed", "internal error: ValueError"),
    ],
)
def test_how_often_a_task_is_tried(
    sqlite_storage: Storage,
    clock: SettableClock,
    error: Exception | None,
    attempts: int,
    *,
    state: str,
    noted: str | None,
) -> None:
    assert attempts_until_the_end(sqlite_storage, clock, error) == attempts
    with sqlite_storage.read() as tx:
        [row] = tx.tasks.recent(5)
    assert (row["state"], row["last_error"]) == (state, noted)


def test_a_task_of_an_unknown_kind_is_given_up_and_not_lost(
    sqlite_storage: Storage, clock: SettableClock
) -> None:
    with sqlite_storage.write() as tx:
        tx.tasks.queue("something newer", {}, at=clock())
    for _ in range(3):
        attempt(sqlite_storage, clock, None)
        clock.advance(minutes=10)
    with sqlite_storage.read() as tx:
        assert tx.tasks.counts() == {"failed": 1}


def test_a_task_that_ends_its_worker_each_time_is_given_up(
    sqlite_storage: Storage, clock: SettableClock
) -> None:
    """As when the system kills the process: the claim lapses, and nobody has noted anything."""
    with sqlite_storage.write() as tx:
        tx.tasks.queue("work", {}, at=clock())
    for _ in range(50):
        with sqlite_storage.write() as tx:
            assert tx.tasks.claim("w1", clock(), clock() + timedelta(minutes=1), limit=9, per_site=2)
        clock.advance(minutes=2)
    assert attempt(sqlite_storage, clock, None) == 1
    with sqlite_storage.read() as tx:
        [row] = tx.tasks.recent(5)
    assert row["state"] == "failed"
