"""A load generator that accepts wrong answers would measure how fast a server fails."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import pytest

from tests.benchmarks.load import AnswerReader, Load, WrongAnswer, generate

REQUEST = "GET /calendar/token.ics HTTP/1.1\r\nHost: bridge.example.org\r\n\r\n"
RIGHT = b'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: 5\r\n\r\nhello'
CLOSING = RIGHT.replace(b"ETag", b"Connection: close\r\nETag")


def load(port: int = 0, **changes: object) -> Load:
    values: dict[str, object] = {
        "port": port,
        "request": REQUEST,
        "requests": 20,
        "connections": 2,
        "length": 5,
        "sha256": hashlib.sha256(b"hello").hexdigest(),
        "headers": ('etag: "a"',),
        "seconds": 10.0,
    }
    return Load(**(values | changes))  # type: ignore[arg-type]  # plain values by name


def test_an_answer_is_read_as_it_comes_in_pieces() -> None:
    reader = AnswerReader(load())
    assert [reader.read(RIGHT[:end]) for end in (10, 40, len(RIGHT) - 1)] == [None, None, None]
    assert reader.read(RIGHT) is True
    assert reader.read(CLOSING) is False
    assert reader.read(RIGHT.replace(b"1.1", b"1.0")) is False


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (RIGHT.replace(b"200 OK", b"404 No"), "status 404"),
        (RIGHT.replace(b"hello", b"hullo"), "another body"),
        (RIGHT.replace(b": 5", b": 4"), "4 bytes instead of 5"),
        (RIGHT.replace(b"Content-Length: 5", b"Server: x"), "no Content-Length"),
        (RIGHT.replace(b'"a"', b'"b"'), "no header"),
        (RIGHT + b"!", "1 bytes after"),
    ],
)
def test_a_wrong_answer_is_refused(wrong: bytes, why: str) -> None:
    reader = AnswerReader(load())
    assert reader.read(RIGHT) is True
    with pytest.raises(WrongAnswer, match=why):
        reader.read(wrong)


def test_a_body_needs_its_marker() -> None:
    reader = AnswerReader(load(sha256=None, marker="ell"))
    assert reader.read(RIGHT) is True
    with pytest.raises(WrongAnswer, match="without 'ell'"):
        reader.read(RIGHT.replace(b"hello", b"error"))


def test_not_modified_and_head_have_no_body() -> None:
    unchanged = AnswerReader(load(status=304, length=None, sha256=None))
    empty = b'HTTP/1.1 304 NOT MODIFIED\r\nETag: "a"\r\n\r\n'
    assert unchanged.read(empty) is True
    with pytest.raises(WrongAnswer, match="5 bytes after"):
        unchanged.read(empty + b"hello")
    head = AnswerReader(load(request=REQUEST.replace("GET", "HEAD"), sha256=None))
    assert head.read(RIGHT[:-5]) is True


def test_connections_are_kept_and_every_request_is_answered() -> None:
    with server([RIGHT] * 20) as port:
        result = generate(load(port))
    assert (result.answered, result.connects, result.resent, result.failure) == (20, 2, 0, "")
    assert 0 < result.median_ms <= result.p99_ms <= result.seconds * 1000


def test_a_server_that_closes_after_each_answer_is_asked_on_new_connections() -> None:
    with server([CLOSING]) as port:
        result = generate(load(port))
    assert (result.answered, result.connects, result.failure) == (20, 20, "")


def test_a_request_that_crosses_with_the_end_of_a_kept_connection_is_sent_again() -> None:
    with server([RIGHT] * 7) as port:  # closes after seven without having said so
        result = generate(load(port))
    assert (result.answered, result.failure) == (20, "")
    assert result.resent >= 1


def test_a_wrong_or_broken_off_answer_ends_the_run() -> None:
    with server([RIGHT, RIGHT.replace(b"200", b"500")]) as port:
        assert "status 500" in generate(load(port)).failure
    with server([RIGHT[:-2]]) as port:
        assert "before the answer was complete" in generate(load(port)).failure


def test_the_time_limit_ends_a_run_that_gets_no_answer() -> None:
    with server([b""]) as port:
        result = generate(load(port, seconds=0.2))
    assert result.answered == 0
    assert result.seconds < 5


@contextmanager
def server(answers: Sequence[bytes]) -> Iterator[int]:
    """Gives these answers on every connection, then closes it; an empty one is silence until the end."""
    over = threading.Event()

    def serve(client: socket.socket) -> None:
        with client, suppress(OSError):  # the load generator may hang up at any moment
            for answer in answers:
                if not client.recv(65_536):
                    return
                if not answer:
                    over.wait(10)
                client.sendall(answer)

    def accept() -> None:
        while not over.is_set():
            client, _ = listening.accept()
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        port: int = listening.getsockname()[1]
        try:
            yield port
        finally:
            over.set()
            socket.create_connection(("127.0.0.1", port)).close()
            accepting.join(10)
