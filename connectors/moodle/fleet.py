"""The same work at many sites at once, where one slow or dead partner costs the others nothing.

Two bounds: no site gets more than ``per_site`` calls at a time from this process, whoever asks, and no
more than ``workers`` threads run altogether. A caller waits until its deadline and no longer; work that
outlives it ends by the transport's own total deadline and its result is dropped. Threads are daemons, so
a hanging partner does not hold up the end of the process either.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from connectors.moodle.errors import SiteTimeout

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True)
class Outcome(Generic[Value]):
    """What one site gave: a value or an error, and after how many seconds."""

    value: Value | None
    error: Exception | None
    elapsed: float

    @property
    def ok(self) -> bool:
        """Whether there is a value."""
        return self.error is None


@dataclass(eq=False)
class _Task(Generic[Value]):
    site: Hashable
    work: Callable[[], Value]
    context: Context
    queued_at: float
    outcome: Outcome[Value] | None = field(default=None)

    def run(self) -> None:
        value: Value | None = None
        error: Exception | None = None
        try:
            value = self.context.run(self.work)
        except Exception as raised:  # noqa: BLE001 - handed to the caller, who asked in another thread
            error = raised
        self.outcome = Outcome(value, error, time.monotonic() - self.queued_at)


class Fleet:
    """Shared by the whole process; ``workers`` should be well above ``per_site`` times the usual failures."""

    def __init__(self, *, per_site: int = 2, workers: int = 32) -> None:
        self._per_site = per_site
        self._workers = workers
        self._changed = threading.Condition()
        self._running: Counter[Hashable] = Counter()
        self._waiting: list[_Task[object]] = []

    def map(self, calls: Mapping[Key, Callable[[], Value]], deadline: float) -> dict[Key, Outcome[Value]]:
        """Run one callable per site and return every outcome within ``deadline`` seconds.

        A site that is not done by then has a SiteTimeout as its outcome; errors are returned, not raised.
        """
        now = time.monotonic()
        tasks = {site: _Task[Value](site, work, copy_context(), now) for site, work in calls.items()}
        with self._changed:
            self._waiting += tasks.values()  # type: ignore[arg-type]  # the queue holds tasks of any value
            self._start_what_may_run()
            self._changed.wait_for(lambda: all(task.outcome for task in tasks.values()), deadline)
            mine = set(tasks.values())
            self._waiting = [task for task in self._waiting if task not in mine]
        late = time.monotonic() - now
        return {site: task.outcome or _overdue(site, late) for site, task in tasks.items()}

    def _start_what_may_run(self) -> None:
        """Start waiting tasks in order, passing over sites that are busy; the lock is held."""
        for task in list(self._waiting):
            if self._running.total() >= self._workers:
                return
            if self._running[task.site] < self._per_site:
                self._waiting.remove(task)
                self._running[task.site] += 1
                threading.Thread(target=self._run, args=(task,), name="fleet", daemon=True).start()

    def _run(self, task: _Task[object]) -> None:
        try:
            task.run()
        finally:
            with self._changed:
                self._running[task.site] -= 1
                self._start_what_may_run()
                self._changed.notify_all()


def _overdue(site: Hashable, elapsed: float) -> Outcome[Value]:
    return Outcome(None, SiteTimeout(str(site), ""), elapsed)
