"""Has a room's server open a meeting, and keeps a slow server from holding up everybody else.

A whole lecture presses "join" in the same minute, and each press would wait for the server: with one that
hangs, all threads of the web processes would stand at that door, and nobody in the consortium would get a
page. So few ask a server at once, who comes after them is told soon, and after a silence nobody asks for a
moment.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from coil_bridge.services.context import Clock
from connectors.meetings.protocol import MeetingFailed

AT_ONCE = 3
ALONE_FOR = timedelta(seconds=10)
OPEN_FOR = timedelta(seconds=15)  # short: a teacher may end the meeting, and the next one opens it again
_PATIENCE = 2.0  # seconds
_MOST_REMEMBERED = 1000


class RoomDoors:
    """What this process knows of servers and meetings; safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._silent: dict[str, datetime] = {}
        self._opened: dict[str, datetime] = {}
        self._turns: defaultdict[str, threading.Semaphore] = defaultdict(lambda: threading.Semaphore(AT_ONCE))

    def open(self, server: str, meeting: str, ask: Callable[[], None]) -> None:
        """Let ``ask`` open a meeting on a server, unless that was done just now.

        Raises:
            MeetingFailed: as ``ask``; or the server was silent just now, or too many wait for it.
        """
        if self._is_open(server, meeting):
            return
        with self._lock:
            turn = self._turns[server]
        if not turn.acquire(timeout=_PATIENCE):
            raise MeetingFailed("unreachable")
        try:
            if not self._is_open(server, meeting):  # whoever was before us may have opened it
                self._ask(server, meeting, ask)
        finally:
            turn.release()

    def closed(self, meeting: str) -> None:
        """A meeting was ended: the next one who comes opens it again."""
        with self._lock:
            self._opened.pop(meeting, None)

    def _is_open(self, server: str, meeting: str) -> bool:
        now = self._clock()
        with self._lock:
            silent, opened = self._silent.get(server), self._opened.get(meeting)
        if silent is not None and silent <= now < silent + ALONE_FOR:
            raise MeetingFailed("unreachable")
        return opened is not None and opened <= now < opened + OPEN_FOR

    def _ask(self, server: str, meeting: str, ask: Callable[[], None]) -> None:
        try:
            ask()
        except MeetingFailed as error:
            if error.key == "unreachable":
                self._note(self._silent, server)
            raise
        self._note(self._opened, meeting)

    def _note(self, when: dict[str, datetime], name: str) -> None:
        with self._lock:
            if len(when) >= _MOST_REMEMBERED:
                when.clear()
            when[name] = self._clock()
