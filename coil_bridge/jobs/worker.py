"""The worker: sends messages, carries out tasks, and runs the declared jobs.

APScheduler (in memory) gives the rhythm; the database says what is due and who has it. Several workers
may run against one PostgreSQL: every message, task and job is claimed by a conditional UPDATE, so exactly
one does each. A claim has to be renewed while the work goes on; that of a dead worker lapses within a
minute and somebody else takes over.

A slow partner holds up nobody: work waits in threads, at most two tasks at once for one site, and one
batch of messages at once for one Moodle.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from types import FrameType

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from coil_bridge.jobs.declared import JOBS, Job, handlers
from coil_bridge.jobs.lanes import Lanes
from coil_bridge.jobs.tasks import TaskRunner
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import Clock, system_clock
from coil_bridge.vault import new_id

LEASE = timedelta(seconds=60)
PER_SITE = 2
_LOOK_EVERY = 0.5  # seconds
_TASK_LANES = 16
_POST_LANES = 8
_CALENDAR_LANES = 5

log = structlog.get_logger(__name__)


class Worker:
    """One process's worth of background work. Its steps can be called one by one without starting it."""

    def __init__(
        self, services: Services, *, clock: Clock = system_clock, jobs: Sequence[Job] = JOBS
    ) -> None:
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{new_id()[:6]}"
        self._services = services
        self._clock = clock
        self._jobs = {job.name: job for job in jobs}
        self._runner = TaskRunner(services.storage, clock, handlers(services))
        self._tasks = Lanes(_TASK_LANES, "task")
        self._post = Lanes(_POST_LANES, "post")
        self._calendars = Lanes(_CALENDAR_LANES, "calendar")
        self._running_jobs = Lanes(len(self._jobs) or 1, "job")
        self._started_at = clock()
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def run(self) -> None:
        """Work until SIGTERM or SIGINT, then finish what is under way; a second signal ends at once."""
        asked = (
            False  # no Event: a handler that sets one can wait for the lock of the wait that it interrupted
        )

        def ask(_signal: int, _frame: FrameType | None) -> None:
            nonlocal asked
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            asked = True

        signal.signal(signal.SIGTERM, ask)
        signal.signal(signal.SIGINT, ask)
        self.start()
        log.info("worker started", worker=self.name)
        while not asked:
            time.sleep(_LOOK_EVERY)
        log.info("worker stopping", worker=self.name)
        self.stop()

    def start(self) -> None:
        """Start in the background."""
        self.declare()
        self.beat()
        for seconds, step in (
            (1, self.run_tasks),
            (2, self.deliver_messages),
            (2, self.keep_calendars),
            (10, self.beat),
            (20, self.run_due_jobs),
        ):
            self._scheduler.add_job(step, IntervalTrigger(seconds=seconds, timezone=UTC))
        for job in self._jobs.values():
            # All workers wake at the same minute and one of them gets the job.
            self._scheduler.add_job(self.run_due_jobs, job.trigger)
        self._scheduler.start()
        self.run_due_jobs()

    def stop(self) -> None:
        """Take nothing new, wait for what is under way (claims stay renewed meanwhile), then end."""
        self._stopping.set()
        for lanes in (self._running_jobs, self._tasks, self._post, self._calendars):
            lanes.close()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def declare(self) -> None:
        """Make sure that every job has its row; one that is new is due at once."""
        with self._services.storage.write() as tx:
            for name in self._jobs:
                tx.jobs.declare(name, self._clock())

    def beat(self) -> None:
        """Say that this worker is alive and still at what it has claimed."""
        with self._services.storage.write() as tx:
            tx.jobs.beat(self.name, self._started_at, self._clock())
        self.renew()

    def renew(self) -> None:
        """Renew the claims of what is under way here."""
        now = self._clock()
        with self._services.storage.write() as tx:
            tx.tasks.extend(map(str, self._tasks.busy), self.name, now + LEASE)
            tx.jobs.extend(map(str, self._running_jobs.busy), self.name, now + LEASE)

    def run_tasks(self) -> None:
        """Claim as many due tasks as there are free lanes, and start them."""
        now, free = self._clock(), self._tasks.free
        if self._stopping.is_set() or not free:
            return
        with self._services.storage.read() as tx:
            if not tx.tasks.has_due(now):
                return
        with self._services.storage.write() as tx:
            claimed = tx.tasks.claim(self.name, now, now + LEASE, limit=free, per_site=PER_SITE)
        for task in claimed:
            self._tasks.start(task.id, partial(self._runner.run, task))

    def deliver_messages(self) -> None:
        """Start sending on every route that has something due and is not being sent on already."""
        if self._stopping.is_set():
            return
        for route in self._services.post.due_routes():
            self._post.start(route, partial(self._services.post.deliver, route))

    def keep_calendars(self) -> None:
        """Build the feeds that were marked, and look after the Moodles' own: of a site one course at once."""
        if self._stopping.is_set():
            return
        self._calendars.start("feeds", self._services.feeds.builder.renew)
        moodles = self._services.calendars.moodles
        for course_id, site_id in moodles.due():
            self._calendars.start(site_id, partial(moodles.keep, course_id))

    def run_due_jobs(self) -> None:
        """Claim and start the declared jobs that are due."""
        if self._stopping.is_set():
            return
        with self._services.storage.read() as tx:
            due = tx.jobs.due(self._clock())
        for name in sorted(due & self._jobs.keys()):
            self._running_jobs.start(name, partial(self.run_job, self._jobs[name]))

    def run_job(self, job: Job) -> bool:
        """Run one declared job if it is due and nobody has it; whether it was run."""
        now = self._clock()
        with self._services.storage.write() as tx:
            if not tx.jobs.claim(job.name, self.name, now, now + LEASE):
                return False
        error = self._attempt(job)
        ended = self._clock()
        with self._services.storage.write() as tx:
            tx.jobs.finish(job.name, self.name, ended, _next(job, ended), error)
        return True

    def _attempt(self, job: Job) -> str | None:
        try:
            job.work(self._services, self._clock)
        except Exception as error:  # a mistake in one job must not end the worker
            log.exception("job failed", job=job.name)
            return type(error).__name__
        return None


def _next(job: Job, after: datetime) -> datetime:
    due_at: datetime = job.trigger.get_next_fire_time(after, after)
    return due_at
