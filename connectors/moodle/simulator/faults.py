"""Ways in which a partner's Moodle misbehaves, switched on by a test or the demo.

Each fault holds until `clear()`; given `times`, for so many requests; given `function`, for that web
service function only. Slowness adds to whatever else is wrong; of the others the oldest wins.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["reset", "maintenance", "ui_maintenance", "html", "half_json", "error_500", "hang", "error"]


@dataclass
class Fault:
    """One active fault; `times` None means until cleared."""

    kind: Kind | Literal["slow"]
    function: str | None
    times: int | None
    seconds: float = 0.0
    errorcode: str = ""


class Faults:
    """The faults of one simulator; thread-safe."""

    def __init__(self, refuse_connections: Callable[[bool], None]) -> None:
        self._lock = threading.Lock()
        self._active: list[Fault] = []
        self._refuse_connections = refuse_connections
        self.released = threading.Event()  # set when requests that hang must end

    def slow(self, seconds: float, *, function: str | None = None, times: int | None = None) -> None:
        """Answer correctly, but so many seconds late."""
        self._add(Fault("slow", function, times, seconds=seconds))

    def down(self, *, function: str | None = None, times: int | None = None) -> None:
        """Refuse connections; limited to a function or a number of times, accept and then reset them."""
        if function is None and times is None:
            self._refuse_connections(True)
        else:
            self._add(Fault("reset", function, times))

    def maintenance(self, kind: Literal["cli", "ui"] = "cli", *, times: int | None = None) -> None:
        """Be in maintenance: set by the command line (503, HTML) or in the administration (200, JSON)."""
        self._add(Fault("maintenance" if kind == "cli" else "ui_maintenance", None, times))

    def html(self, *, function: str | None = None, times: int | None = None) -> None:
        """Answer a page instead of data, as a proxy's sign-in does, with status 200."""
        self._add(Fault("html", function, times))

    def half_json(self, *, function: str | None = None, times: int | None = None) -> None:
        """Cut the answer in the middle, as PHP does when it runs out of memory."""
        self._add(Fault("half_json", function, times))

    def error_500(self, *, function: str | None = None, times: int | None = None) -> None:
        """Answer HTTP 500 with an empty body, as PHP does after a fatal error."""
        self._add(Fault("error_500", function, times))

    def hang(self, *, function: str | None = None, times: int | None = None) -> None:
        """Take the request and never answer; the connection is reset at `clear()` or at the stop."""
        self._add(Fault("hang", function, times))

    def error_in_200(self, errorcode: str, *, function: str | None = None, times: int | None = None) -> None:
        """Answer a Moodle exception with this code inside a 200."""
        self._add(Fault("error", function, times, errorcode=errorcode))

    def clear(self) -> None:
        """End every fault and let hanging requests go."""
        with self._lock:
            self._active.clear()
            self.released.set()
            self.released = threading.Event()
        self._refuse_connections(False)

    @property
    def ui_maintenance(self) -> bool:
        """Whether maintenance is set in the administration."""
        with self._lock:
            return any(fault.kind == "ui_maintenance" for fault in self._active)

    def take(self, function: str) -> tuple[float, Fault | None]:
        """Return the delay in seconds and the fault that this request meets, counting it off."""
        with self._lock:
            met = [fault for fault in self._active if fault.function in {None, function}]
            slow = [fault for fault in met if fault.kind == "slow"]
            other = [fault for fault in met if fault.kind != "slow"][:1]
            for fault in slow + other:
                self._count_off(fault)
        return sum(fault.seconds for fault in slow), other[0] if other else None

    def _count_off(self, fault: Fault) -> None:
        if fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                self._active.remove(fault)

    def _add(self, fault: Fault) -> None:
        with self._lock:
            self._active.append(fault)
