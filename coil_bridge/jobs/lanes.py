"""Threads for work that mostly waits for other people's servers, with a count of what is under way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor

import structlog

log = structlog.get_logger(__name__)


class Lanes:
    """At most ``size`` pieces of work at once, of each key at most one."""

    def __init__(self, size: int, name: str) -> None:
        self._size = size
        self._pool = ThreadPoolExecutor(size, thread_name_prefix=name)
        self._busy: set[Hashable] = set()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def free(self) -> int:
        """How many more pieces would start at once."""
        with self._lock:
            return self._size - len(self._busy)

    @property
    def busy(self) -> frozenset[Hashable]:
        """The keys of what is under way."""
        with self._lock:
            return frozenset(self._busy)

    def start(self, key: Hashable, work: Callable[[], object]) -> bool:
        """Start a piece of work; ``False`` when its key is under way, no lane is free or all are closed."""
        with self._lock:
            if self._closed or key in self._busy or len(self._busy) == self._size:
                return False
            self._busy.add(key)
            self._pool.submit(self._run, key, work)
        return True

    def close(self) -> None:
        """Take nothing new and wait until everything under way has ended."""
        with self._lock:
            self._closed = True
        self._pool.shutdown(wait=True)

    def _run(self, key: Hashable, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:  # for instance a database that is gone; the claim lapses and the work comes again
            log.exception("work failed", key=str(key))
        finally:
            with self._lock:
                self._busy.discard(key)
