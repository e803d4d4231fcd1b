"""Carries out one claimed task, and decides what becomes of it when it fails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import structlog

from coil_bridge.errors import CoilBridgeError, PartnerUnavailable, Reason, Unavailable
from coil_bridge.i18n import mark
from coil_bridge.jobs.declared import Handler
from coil_bridge.services.context import Clock
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tasks import Task

_ATTEMPTS_AT_A_PARTNER = 8  # the last one about half an hour after the first
_ATTEMPTS_AT_A_MISTAKE = 3
_MOST_ATTEMPTS = 50  # without any end of its own: the worker ended each time, most likely because of it
_FIRST_PAUSE = timedelta(seconds=15)
_LONGEST_PAUSE = timedelta(minutes=10)

log = structlog.get_logger(__name__)


class TaskRunner:
    """Runs tasks by their kind; what it cannot do is written down, never lost."""

    def __init__(self, storage: Storage, clock: Clock, handlers: Mapping[str, Handler]) -> None:
        self._storage = storage
        self._clock = clock
        self._handlers = handlers

    def run(self, task: Task) -> None:
        """Run one task to one of its ends: done, to be tried again, or given up."""
        if task.attempts > _MOST_ATTEMPTS:
            self._give_up(task, Reason(mark("The worker ended whenever this was tried.")))
            return
        try:
            self._handlers[task.kind](task.payload)
        except (PartnerUnavailable, Unavailable) as error:
            self._again(task, error.reason, _ATTEMPTS_AT_A_PARTNER)
        except CoilBridgeError as error:
            self._give_up(task, error.reason)
        except Exception as error:  # a mistake in one task must not end the worker
            log.exception("task failed", kind=task.kind, task=task.id)
            # The error's own text may hold somebody's data; its class and the log say enough.
            reason = Reason(mark("internal error: %(kind)s"), {"kind": type(error).__name__})
            self._again(task, reason, _ATTEMPTS_AT_A_MISTAKE)
        else:
            with self._storage.write() as tx:
                tx.tasks.finish(task.id, self._clock())

    def _again(self, task: Task, error: Reason, attempts: int) -> None:
        if task.attempts >= attempts:
            self._give_up(task, error)
            return
        pause = min(_FIRST_PAUSE * (1 << min(task.attempts - 1, 10)), _LONGEST_PAUSE)
        with self._storage.write() as tx:
            tx.tasks.retry(task.id, self._clock() + pause, error)

    def _give_up(self, task: Task, error: Reason) -> None:
        log.warning("task given up", kind=task.kind, task=task.id, attempts=task.attempts)
        with self._storage.write() as tx:
            tx.tasks.fail(task.id, self._clock(), error)
