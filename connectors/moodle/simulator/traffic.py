"""What reached the REST endpoint, for tests that ask how a client behaved."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from connectors.moodle.simulator.forms import Array, Value
from connectors.moodle.simulator.records import LoggedCall


class Traffic:
    """The log of calls (without tokens) and the greatest number of requests at one time; thread-safe."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._calls: list[LoggedCall] = []
        self._now = 0
        self._peak = 0

    @property
    def calls(self) -> tuple[LoggedCall, ...]:
        """The calls answered so far, in order; requests that met a fault before Moodle are not among them."""
        with self._lock:
            return tuple(self._calls)

    @property
    def peak(self) -> int:
        """The most requests that were in hand at the same time, faulty ones included."""
        with self._lock:
            return self._peak

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count one request as in hand."""
        with self._lock:
            self._now += 1
            self._peak = max(self._peak, self._now)
        try:
            yield
        finally:
            with self._lock:
                self._now -= 1

    def log(self, function: str, variables: Array, errorcode: str) -> None:
        """Note an answered call."""
        kept: dict[str | int, Value] = {name: value for name, value in variables.items() if name != "wstoken"}
        with self._lock:
            self._calls.append(LoggedCall(function, kept, errorcode, self._clock()))
