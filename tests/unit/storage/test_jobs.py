from __future__ import annotations

from datetime import timedelta

from coil_bridge.storage.storage import Storage
from tests.builders import START

LATER = START + timedelta(hours=1)
LEASE = START + timedelta(minutes=1)


def test_of_several_workers_one_gets_the_job(storage: Storage) -> None:
    with storage.write() as tx:
        tx.jobs.declare("sync", START)
    with storage.write() as tx:
        assert tx.jobs.due(START) == {"sync"}
        assert tx.jobs.claim("sync", "w1", START, LEASE)
        assert not tx.jobs.claim("sync", "w2", START, LEASE)
        assert tx.jobs.due(START) == set()
        tx.jobs.finish("sync", "w1", START, LATER, None)
        assert not tx.jobs.claim("sync", "w2", START, LEASE)
        assert tx.jobs.claim("sync", "w2", LATER, LATER)


def test_a_restart_forgets_no_due_time(storage: Storage) -> None:
    with storage.write() as tx:
        tx.jobs.declare("sync", START)
        tx.jobs.claim("sync", "w1", START, LEASE)
        tx.jobs.finish("sync", "w1", START, LATER, "SiteTimeout")
        tx.jobs.declare("sync", START)
        [run] = tx.jobs.all()
    assert (run.due_at, run.last_outcome, run.last_error) == (LATER, "error", "SiteTimeout")


def test_a_job_that_died_with_its_worker_is_taken_up_again(storage: Storage) -> None:
    with storage.write() as tx:
        tx.jobs.declare("sync", START)
        tx.jobs.claim("sync", "w1", START, LEASE)
        tx.jobs.extend(["sync"], "w1", LEASE + timedelta(minutes=1))
        assert tx.jobs.due(LEASE + timedelta(seconds=1)) == set()
        late = LEASE + timedelta(minutes=2)
        assert tx.jobs.claim("sync", "w2", late, late + timedelta(minutes=1))
        tx.jobs.finish("sync", "w1", late, LATER, None)  # the first one wakes up: too late
        [run] = tx.jobs.all()
    assert run.claimed_by == "w2"


def test_the_last_beat_of_any_worker_counts(storage: Storage) -> None:
    with storage.write() as tx:
        assert tx.jobs.last_beat() is None
        tx.jobs.beat("w1", START, START)
        tx.jobs.beat("w2", START, LATER)
        tx.jobs.beat("w1", START, LEASE)
        assert tx.jobs.last_beat() == LATER
        assert tx.jobs.prune_beats(LATER) == 1
        assert tx.jobs.last_beat() == LATER
