"""The deadline of the running request, and sockets that cannot outlive it.

The time limits of `requests` count per receive: a server that drips a byte every few seconds keeps a
thread forever, in the headers as in the body. These sockets ask before every single receive or send
how much time the whole request has left. The leash travels in a context variable because one request
runs in one thread while its pooled connection may have been opened by an earlier request.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors.transport.policy import TransportPolicy

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_current: ContextVar[Leash] = ContextVar("leash")


@dataclass(frozen=True)
class Leash:
    """``deadline`` is a reading of the monotonic clock, in seconds."""

    policy: TransportPolicy
    deadline: float

    def remaining(self, limit: float) -> float:
        """Return the seconds the next step may take, at most ``limit``; raises TimeoutError at the end."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the whole request is used up")
        return min(limit, left)


def current_leash() -> Leash:
    """Return the leash of the request that this thread is running."""
    return _current.get()


@contextmanager
def leashed(leash: Leash) -> Iterator[Leash]:
    """Hold every socket used inside the block to this leash."""
    token = _current.set(leash)
    try:
        yield leash
    finally:
        _current.reset(token)


def _read_allowance() -> float:
    leash = current_leash()
    return leash.remaining(leash.policy.read_timeout)


class LeashedSocket(socket.socket):
    """A plain TCP socket; http.client receives by ``recv_into`` and sends by ``sendall``."""

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        """Receive within what is left."""
        self.settimeout(_read_allowance())
        return super().recv_into(buffer, nbytes, flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        """Send within what is left: the limit of a socket covers the whole of one ``sendall``."""
        self.settimeout(_read_allowance())
        super().sendall(data, flags)


class LeashedTlsSocket(ssl.SSLSocket):
    """The same over TLS, where ``sendall`` is a loop of ``send``."""

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        """Receive within what is left."""
        self.settimeout(_read_allowance())
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        """Send within what is left."""
        self.settimeout(_read_allowance())
        return super().send(data, flags)

    def do_handshake(self, *args: Any, **kwargs: Any) -> None:
        """Shake hands within what is left of the time to connect."""
        leash = current_leash()
        self.settimeout(leash.remaining(leash.policy.connect_timeout))
        super().do_handshake(*args, **kwargs)
