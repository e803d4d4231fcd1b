from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger

from coil_bridge.domain import PairingState
from coil_bridge.jobs.declared import JOBS, Job
from coil_bridge.jobs.worker import Worker
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import Clock
from connectors.moodle.simulator import Simulator
from tests.builders import START, Build, SettableClock
from tests.letterbox import Letterbox
from tests.waiting import eventually

HOURLY = CronTrigger(minute=7, timezone=UTC)


@pytest.fixture
def worker(services: Services, clock: SettableClock) -> Iterator[Worker]:
    made = Worker(services, clock=clock)
    yield made
    made.stop()


def states(services: Services) -> dict[str, int]:
    with services.storage.read() as tx:
        return dict(tx.tasks.counts())


def test_a_partner_that_hangs_holds_up_nobody_else(
    services: Services, build: Build, moodle: Callable[..., Simulator], worker: Worker
) -> None:
    hanging, fine = moodle(), moodle()
    fine.world.add_course("EN-7", "Negotiation")
    stuck = build.site("Belgrade", url=hanging.url, token=hanging.token)
    other = build.site("Almaty", url=fine.url, token=fine.token)
    hanging.faults.hang(times=1)
    services.catalogue.queue_all()
    worker.run_tasks()
    eventually(lambda: not hanging.faults._active)  # the request has met its fault and hangs
    eventually(lambda: services.sites.get(other.id).courses_synced_at is not None)
    assert services.sites.get(stuck.id).courses_synced_at is None
    hanging.faults.clear()
    worker.stop()
    assert states(services) == {"done": 1, "queued": 1}


def test_messages_go_out(services: Services, letterbox: Letterbox, worker: Worker, build: Build) -> None:
    build.administrator()
    services.signin.request(None, build.lead().email or "", None, "192.0.2.7")
    worker.run_tasks()
    eventually(lambda: states(services) == {"done": 1})
    worker.deliver_messages()
    eventually(lambda: len(letterbox.mails) == 1)


def test_a_job_runs_once_for_all_workers_and_again_at_its_next_time(
    services: Services, clock: SettableClock
) -> None:
    runs: list[Clock] = []
    job = Job("count", HOURLY, lambda _services, at: runs.append(at))
    first, second = (Worker(services, clock=clock, jobs=[job]) for _ in range(2))
    for each in (first, second):
        each.declare()
    assert [each.run_job(job) for each in (first, second)] == [True, False]
    clock.set(START + timedelta(minutes=6, seconds=59))
    assert not second.run_job(job)
    clock.set(START + timedelta(minutes=7))
    assert [each.run_job(job) for each in (second, first)] == [True, False]
    assert len(runs) == 2


def test_a_job_that_fails_is_noted_and_comes_again(services: Services, clock: SettableClock) -> None:
    def fail(_services: Services, _clock: Clock) -> None:
        raise ValueError("mira@ub.example")

    job = Job("fail", HOURLY, fail)
    worker = Worker(services, clock=clock, jobs=[job])
    worker.declare()
    assert worker.run_job(job)
    with services.storage.read() as tx:
        [run] = tx.jobs.all()
    assert (run.last_outcome, run.last_error) == ("error", "ValueError")
    assert run.due_at == START + timedelta(minutes=7)


def test_claims_are_renewed_while_the_work_goes_on(services: Services, clock: SettableClock) -> None:
    started, go = threading.Event(), threading.Event()

    def wait(_services: Services, _clock: Clock) -> None:
        started.set()
        go.wait(10)

    worker = Worker(services, clock=clock, jobs=[Job("wait", HOURLY, wait)])
    worker.declare()
    worker.run_due_jobs()
    assert started.wait(10)
    for _ in range(5):
        clock.advance(seconds=30)
        worker.beat()
    with services.storage.read() as tx:
        assert tx.jobs.due(clock()) == set()
    go.set()
    worker.stop()
    assert worker.run_due_jobs() is None
    with services.storage.read() as tx:
        assert tx.jobs.all()[0].last_outcome == "ok"


def test_the_declared_jobs_do_their_work(
    services: Services, build: Build, clock: SettableClock, worker: Worker
) -> None:
    mira = build.person("Mira Jovanović")
    courses = [build.course(build.site("Belgrade"), teachers=[mira]), build.course(build.site("Almaty"))]
    due = build.pairing(courses, proposed_by=mira, state=PairingState.ACCEPTED)
    services.web_sessions.start(mira.id)
    clock.advance(days=3)
    worker.declare()
    assert all(worker.run_job(job) for job in JOBS)
    assert states(services) == {"queued": 6}
    with services.storage.read() as tx:
        moved = tx.pairings.get(due.id)
        assert [run.last_error for run in tx.jobs.all()] == [None] * len(JOBS)
    assert moved is not None
    assert moved.state is PairingState.ACTIVE


def test_due_times_are_in_utc_and_the_same_for_every_worker() -> None:
    for job in JOBS:
        due = job.trigger.get_next_fire_time(None, START)
        assert due.utcoffset() == timedelta(0)
        assert due > START
    assert len({job.name for job in JOBS}) == len(JOBS)


def test_started_it_works_and_stops_on_sigterm(
    services: Services, build: Build, letterbox: Letterbox, clock: SettableClock
) -> None:
    worker = Worker(services, clock=clock)
    handlers = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    services.signin.request(None, build.lead().email or "", None, "192.0.2.7")

    def stop_when_sent() -> None:
        eventually(lambda: len(letterbox.mails) == 1)
        os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=stop_when_sent)
    watcher.start()
    try:
        worker.run()
    finally:
        for name, handler in handlers.items():
            signal.signal(name, handler)
    watcher.join()
    assert states(services) == {"done": 1}
    with services.storage.read() as tx:
        assert tx.jobs.last_beat() == clock()
