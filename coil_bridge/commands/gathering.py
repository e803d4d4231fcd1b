"""A gunicorn worker whose threads get requests that have arrived, so that slow clients hold none of them.

gunicorn's threaded worker waits in the main loop for a connection's first byte only. Whoever then sends a
byte a minute keeps a thread, and sixteen of them everybody out. Here the main loop gathers the head of a
request and a body of a form's size; only then a thread takes it. What has not arrived in ``PATIENCE``
seconds is closed.

Bodies beyond ``WHOLE`` (uploads) are read by the thread, which is left alone by a client that falls silent
for ``SILENCE`` seconds; so are answers that nobody reads.
"""

from __future__ import annotations

import re
import selectors
import socket
import struct
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

PATIENCE = 20.0
SILENCE = 20
WHOLE = 1024 * 1024
_LONGEST_HEAD = 64 * 1024  # gunicorn's own limits of a head are below it, and say so to the client
_PIECE = 64 * 1024
_END_OF_HEAD = b"\r\n\r\n"
_END_OF_CHUNKS = b"\r\n0\r\n\r\n"
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_CHUNKED = re.compile(rb"^transfer-encoding[ \t]*:", re.IGNORECASE | re.MULTILINE)


class GatheringWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no annotations
    """Hands whole requests to its threads."""

    def enqueue_req(self, conn: Any) -> None:
        """Begin to gather; every way to a thread leads through here."""
        conn.gathered = bytearray(conn.parser.unreader.take_buffered() if conn.initialized else b"")
        conn.timeout = time.monotonic() + (PATIENCE if self.alive else STOP_KEEPALIVE_LINGER)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            conn.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", SILENCE, 0))
        conn.sock.setblocking(False)
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._more, conn))
        self._look(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """When the worker stops, it waits no longer for what is still to arrive than for idle connections."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)

    def _more(self, conn: Any, _socket: Any) -> None:
        """Some of it has arrived, or the client has gone."""
        try:
            piece = conn.sock.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self._forget(conn)
            self.nr_conns -= 1
            conn.close()
            return
        conn.gathered += piece
        self._look(conn)

    def _look(self, conn: Any) -> None:
        if not is_whole(conn.gathered):
            return
        self._forget(conn)
        conn.sock.setblocking(True)
        conn.init()
        conn.parser.unreader.unread(bytes(conn.gathered))
        conn.gathered = bytearray()
        conn.data_ready = True
        super().enqueue_req(conn)

    def _forget(self, conn: Any) -> None:
        self.pending_conns.remove(conn)
        self.poller.unregister(conn.sock)


def is_whole(gathered: bytes | bytearray) -> bool:
    """Whether a thread can take a request: all of it is there, or it is one that is not gathered."""
    head, end, body = bytes(gathered).partition(_END_OF_HEAD)
    if not end:
        return len(gathered) > _LONGEST_HEAD
    if _CHUNKED.search(head):
        return len(body) > WHOLE or _END_OF_CHUNKS in b"\r\n" + body
    lengths = [int(found) for found in _LENGTH.findall(head)]
    length = max(lengths, default=0)
    return length > WHOLE or len(body) >= length
