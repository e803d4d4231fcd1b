"""The load generator: one process, raw sockets, persistent connections, every answer checked.

    python -m tests.benchmarks.load < load.json > result.json

It must never be what limits a measurement, so it is a single loop over sockets without an HTTP library.
It sends the same bytes over and over, on a fixed number of connections, each with one request under way,
until a fixed number of requests is answered or the time is up. An answer with another status, length, body
or header than the ``Load`` demands ends the run as a failure: a fast error page is no result.

A server may close a connection between two answers, as gunicorn's workers do when they are replaced after so
many requests; the request that crosses with that is sent again on a new connection (RFC 9112, 9.3.1).

Its own processor time is part of the result, so that a reader sees how far it was from its limit.
"""

from __future__ import annotations

import hashlib
import json
import selectors
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

_CONNECT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Load:
    """What to send where, and what every answer has to be.

    ``length`` is the Content-Length of the answer (``None``: any, but there must be one, except in a 304),
    ``sha256`` the hash of its body, ``marker`` a text in it; ``headers`` are whole lines in lower case.
    ``seconds`` is the time limit.
    """

    port: int
    request: str
    requests: int
    connections: int
    status: int = 200
    length: int | None = None
    sha256: str | None = None
    marker: str = ""
    headers: tuple[str, ...] = ()
    seconds: float = 30.0
    host: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: ``failure`` is empty, or why the run was ended."""

    answered: int
    seconds: float
    cpu_seconds: float
    connects: int
    resent: int
    median_ms: float
    p99_ms: float
    failure: str = ""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds

    @property
    def cpu_share(self) -> float:
        """The part of one core that the load generator itself was busy."""
        return self.cpu_seconds / self.seconds


class WrongAnswer(Exception):
    """An answer is not what the ``Load`` demands."""


class AnswerReader:
    """Takes bytes as they come and says when one whole, right answer is there."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._headers = [b"\r\n" + line.encode() + b"\r\n" for line in load.headers]
        self._marker = load.marker.encode()
        self._bodiless = load.request.startswith("HEAD ") or load.status in (204, 304)
        self._known = b""  # the body whose hash was found right; the others are compared with it
        self._fresh = True

    def read(self, received: bytes | bytearray) -> bool | None:
        """None while the answer is incomplete; then whether the server keeps the connection.

        Raises:
            WrongAnswer: in any way.
        """
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(received[: end + 4]).lower()
        declared = self._check_head(head)
        expected = end + 4 + (0 if self._bodiless else declared)
        if len(received) < expected:
            return None
        if len(received) > expected:
            raise WrongAnswer(f"{len(received) - expected} bytes after the end of the answer")
        self._check_body(bytes(received[end + 4 :]))
        return head.startswith(b"http/1.1") and b"\r\nconnection: close\r\n" not in head

    def _check_head(self, head: bytes) -> int:
        """The declared length of the body."""
        status = head[9:12]
        if status != b"%d" % self._load.status:
            raise WrongAnswer(f"status {status.decode('latin-1')} instead of {self._load.status}")
        for line in self._headers:
            if line not in head:
                raise WrongAnswer(f"no header {line.decode().strip()!r} in {head.decode('latin-1')!r}")
        start = head.find(b"\r\ncontent-length:")
        if start < 0:
            if self._load.length is None and self._load.status == 304:
                return 0
            raise WrongAnswer("no Content-Length")
        length = int(head[start + 17 : head.index(b"\r\n", start + 17)])
        if self._load.length is not None and length != self._load.length:
            raise WrongAnswer(f"{length} bytes instead of {self._load.length}")
        return length

    def _check_body(self, body: bytes) -> None:
        if self._marker not in body:
            raise WrongAnswer(f"a body without {self._load.marker!r}")
        if self._load.sha256 is None or (not self._fresh and body == self._known):
            return
        if hashlib.sha256(body).hexdigest() != self._load.sha256:
            raise WrongAnswer("another body than expected")
        self._known, self._fresh = body, False


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    answered: int = 0
    received: bytearray = field(default_factory=bytearray)
    sent_at: float = 0.0


class _Run:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._request = load.request.encode("latin-1")
        self._reader = AnswerReader(load)
        self._selector = selectors.DefaultSelector()
        self._issued = 0
        self.connects = 0
        self.resent = 0
        self.latencies: list[float] = []

    def run(self, deadline: float) -> None:
        """Until all is answered or the time is up; raises WrongAnswer, OSError."""
        for _ in range(min(self._load.connections, self._load.requests)):
            self._open()
        while len(self.latencies) < self._issued and (left := deadline - time.perf_counter()) > 0:
            for key, _ in self._selector.select(left):
                self._receive(key.data)

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            key.data.socket.close()
        self._selector.close()

    def _open(self) -> None:
        opened = socket.create_connection((self._load.host, self._load.port), timeout=_CONNECT_SECONDS)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setblocking(False)
        self.connects += 1
        connection = _Connection(opened)
        self._selector.register(opened, selectors.EVENT_READ, connection)
        self._send(connection)

    def _send(self, connection: _Connection) -> None:
        connection.received.clear()
        connection.sent_at = time.perf_counter()
        if connection.socket.send(self._request) != len(self._request):
            raise WrongAnswer("the server did not take a whole request")
        self._issued += 1

    def _receive(self, connection: _Connection) -> None:
        try:
            chunk = connection.socket.recv(262_144)
        except ConnectionResetError:
            chunk = b""
        if not chunk:
            self._send_again(connection)
            return
        connection.received += chunk
        kept = self._reader.read(connection.received)
        if kept is None:
            return
        connection.answered += 1
        self.latencies.append(time.perf_counter() - connection.sent_at)
        if kept and self._issued < self._load.requests:
            self._send(connection)
            return
        self._drop(connection)
        if self._issued < self._load.requests:
            self._open()

    def _send_again(self, connection: _Connection) -> None:
        """On a new connection, when the server closed one that was kept before it began to answer."""
        if connection.received or not connection.answered:
            raise WrongAnswer("the server closed the connection before the answer was complete")
        self._drop(connection)
        self._issued -= 1
        self.resent += 1
        self._open()

    def _drop(self, connection: _Connection) -> None:
        self._selector.unregister(connection.socket)
        connection.socket.close()


def generate(load: Load) -> Result:
    """Run it in this process."""
    run = _Run(load)
    began, cpu_began = time.perf_counter(), time.process_time()
    failure = ""
    try:
        run.run(began + load.seconds)
    except (WrongAnswer, OSError) as error:
        failure = f"{type(error).__name__}: {error}"
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
    run.close()
    times = sorted(run.latencies) or [0.0]
    return Result(
        answered=len(run.latencies),
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        connects=run.connects,
        resent=run.resent,
        median_ms=_quantile(times, 0.5) * 1000,
        p99_ms=_quantile(times, 0.99) * 1000,
        failure=failure,
    )


def _quantile(ordered: Sequence[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def main() -> None:
    values = json.load(sys.stdin)
    load = Load(**values | {"headers": tuple(values["headers"])})
    json.dump(asdict(generate(load)), sys.stdout)


if __name__ == "__main__":
    main()
