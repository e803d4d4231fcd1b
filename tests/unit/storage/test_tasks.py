from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta

from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tasks import PER_KIND, Task
from tests.builders import START, Build

SOON = START + timedelta(minutes=1)


def queue(storage: Storage, kind: str = "read", site_id: str | None = None, key: str | None = None) -> bool:
    with storage.write() as tx:
        return tx.tasks.queue(kind, {"n": 1}, at=START, site_id=site_id, dedup_key=key)


def claim(
    storage: Storage, worker: str = "w1", now: datetime = START, *, limit: int = 99, per_site: int = 99
) -> list[Task]:
    with storage.write() as tx:
        return tx.tasks.claim(worker, now, now + timedelta(minutes=1), limit=limit, per_site=per_site)


def test_a_task_goes_to_one_worker_only(storage: Storage) -> None:
    queue(storage)
    assert [(task.kind, task.payload, task.attempts) for task in claim(storage, "w1")] == [
        ("read", {"n": 1}, 1)
    ]
    assert claim(storage, "w2") == []


def test_many_workers_at_once_share_the_work_without_overlap(storage: Storage) -> None:
    for number in range(24):
        queue(storage, kind=f"kind {number}")
    taken: list[Task] = []

    def work(name: str) -> None:
        while mine := claim(storage, name, limit=3):
            taken.extend(mine)

    workers = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(taken) == 24
    assert set(Counter(task.id for task in taken).values()) == {1}


def test_never_more_than_two_at_once_for_one_site_whoever_asks(storage: Storage, build: Build) -> None:
    slow, other = build.site("Belgrade"), build.site("Almaty")
    for _ in range(5):
        queue(storage, site_id=slow.id)
    queue(storage, site_id=other.id)
    queue(storage)
    first = claim(storage, "w1", per_site=2)
    assert Counter(task.site_id for task in first) == {slow.id: 2, other.id: 1, None: 1}
    assert claim(storage, "w2", per_site=2) == []
    done = next(task for task in first if task.site_id == slow.id)
    with storage.write() as tx:
        tx.tasks.finish(done.id, START)
    assert [task.site_id for task in claim(storage, "w2", per_site=2)] == [slow.id]


def test_work_of_one_kind_that_hangs_leaves_lanes_for_the_rest(storage: Storage) -> None:
    """Two hundred teachers' calendars on a server that hangs, and somebody who wants to sign in."""
    with storage.write() as tx:
        for number in range(30):
            tx.tasks.queue("read_busy", {"person_id": str(number)}, at=START)
        tx.tasks.queue("signin", {}, at=START + timedelta(seconds=1))
    later = START + timedelta(seconds=2)
    taken = Counter(task.kind for task in claim(storage, "w1", later, limit=16))
    assert taken == {"read_busy": PER_KIND, "signin": 1}
    assert claim(storage, "w2", later, limit=16) == []


def test_the_work_of_a_dead_worker_is_taken_over_and_that_of_a_living_one_is_not(storage: Storage) -> None:
    queue(storage)
    [task] = claim(storage, "w1")
    with storage.write() as tx:
        tx.tasks.extend([task.id], "w1", START + timedelta(minutes=5))
        tx.tasks.extend([task.id], "w2", START + timedelta(hours=5))
    assert claim(storage, "w2", START + timedelta(minutes=4)) == []
    [again] = claim(storage, "w2", START + timedelta(minutes=6))
    assert (again.id, again.attempts) == (task.id, 2)


def test_the_same_work_waits_once_and_can_come_again(storage: Storage) -> None:
    assert queue(storage, key="site:1")
    assert not queue(storage, key="site:1")
    [task] = claim(storage)
    assert not queue(storage, key="site:1")
    with storage.write() as tx:
        tx.tasks.finish(task.id, START)
    assert queue(storage, key="site:1")
    [task] = claim(storage)
    with storage.write() as tx:
        tx.tasks.fail(task.id, START, "never")
    assert queue(storage, key="site:1")
    with storage.read() as tx:
        assert tx.tasks.counts() == {"done": 1, "failed": 1, "queued": 1}


def test_a_retried_task_waits_for_its_time(storage: Storage) -> None:
    queue(storage)
    [task] = claim(storage)
    with storage.write() as tx:
        tx.tasks.retry(task.id, SOON, "later")
        assert not tx.tasks.has_due(START)
        assert tx.tasks.has_due(SOON)
        assert tx.tasks.recent(5)[0]["last_error"] == "later"
    assert claim(storage) == []
    assert [again.attempts for again in claim(storage, now=SOON)] == [2]


def test_a_finished_task_keeps_no_payload_and_goes_in_the_end(storage: Storage) -> None:
    queue(storage)
    [task] = claim(storage)
    with storage.write() as tx:
        tx.tasks.finish(task.id, START)
        assert "payload" not in tx.tasks.recent(5)[0]
        assert tx.tasks.prune(START) == 0
        assert tx.tasks.prune(SOON) == 1
        assert tx.tasks.counts() == {}
