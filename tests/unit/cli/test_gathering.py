"""When a request is handed to a thread: not before it is there, and never for a client that only says so."""

from __future__ import annotations

import pytest

from coil_bridge.commands.gathering import WHOLE, is_whole

GET = b"GET / HTTP/1.1\r\nHost: bridge.example.org\r\n\r\n"
POST = b"POST /signin HTTP/1.1\r\nHost: bridge.example.org\r\ncontent-LENGTH : 5\r\n\r\nhello"
CHUNKS = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"


@pytest.mark.parametrize("request_", [GET, POST, CHUNKS], ids=["get", "post", "chunks"])
def test_a_request_is_whole_with_its_last_byte(request_: bytes) -> None:
    assert [is_whole(request_[:end]) for end in range(len(request_))] == [False] * len(request_)
    assert is_whole(request_)
    assert is_whole(request_ + GET)  # the next one may follow


@pytest.mark.parametrize(
    "request_",
    [
        b"X" * 70_000,
        POST.replace(b": 5", f": {WHOLE + 1}".encode()),
        CHUNKS[:-7] + b"x" * (WHOLE + 10),
    ],
    ids=["endless head", "upload", "endless chunks"],
)
def test_what_is_too_large_to_gather_goes_on_at_once(request_: bytes) -> None:
    assert is_whole(request_)


def test_the_largest_of_several_lengths_counts() -> None:
    """gunicorn refuses such a request; it must not be handed over early for it."""
    twice = POST.replace(b"\r\n\r\nhello", b"\r\nContent-Length: 9\r\n\r\nhello")
    assert not is_whole(twice)
    assert is_whole(twice + b"...." * 2)
