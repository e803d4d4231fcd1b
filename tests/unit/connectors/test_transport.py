"""The doorway against servers that really listen and really misbehave."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.transport import (
    AddressRefused,
    BrokenOff,
    ConnectionFailed,
    Exchange,
    RedirectRefused,
    TimedOut,
    TlsFailed,
    TooLarge,
    Transport,
    TransportError,
    TransportPolicy,
)
from tests.unit.connectors.servers import Server, answer, certificate, says, serve, tls_context

LOCAL = TransportPolicy(
    connect_timeout=1,
    read_timeout=0.4,
    total_timeout=0.8,
    max_bytes=100_000,
    allow_private=True,
    allow_http=True,
)
PATIENT = replace(LOCAL, total_timeout=30)  # time for every pause; the pauses themselves are skipped
SECRET = "f00dfeedf00dfeedf00dfeedf00dfeed"


def transport(
    policy: TransportPolicy = LOCAL, observe: Callable[[Exchange], None] | None = None
) -> Transport:
    return Transport(policy, observe=observe, pause=lambda _: None)


def drip(connection: socket.socket, server: Server, piece: bytes = b"x") -> None:
    """Send a byte well within every read timeout, for ever."""
    while not server.stopped.wait(0.05):
        connection.sendall(piece)


def test_an_answer_comes_back_whole_with_the_times_that_enclose_it() -> None:
    with serve(says(answer(b'{"a": 1}', "200 OK", "Date: Sun, 22 Nov 2026 03:00:00 GMT"))) as server:
        reply = transport().request("POST", f"{server.url}/x?key=1", data=[("wstoken", SECRET)])
    assert (reply.status, reply.body, reply.headers["date"]) == (
        200,
        b'{"a": 1}',
        "Sun, 22 Nov 2026 03:00:00 GMT",
    )
    assert reply.url == f"{server.url}/x"
    assert reply.sent_at <= reply.received_at
    assert server.requests[0].endswith(f"wstoken={SECRET}".encode())


def test_nothing_of_the_body_or_headers_is_in_the_repr() -> None:
    with serve(says(answer(SECRET.encode(), "200 OK", f"X-Key: {SECRET}"))) as server:
        reply = transport().request("GET", f"{server.url}/?token={SECRET}")
    assert SECRET not in repr(reply)


def test_a_compressed_answer_is_limited_by_what_it_unpacks_to() -> None:
    bomb = gzip.compress(b"0" * 5_000_000)
    assert len(bomb) < LOCAL.max_bytes
    with serve(says(answer(bomb, "200 OK", "Content-Encoding: gzip"))) as server, pytest.raises(TooLarge):
        transport().request("GET", server.url)


def test_a_body_announced_as_huge_is_not_read_at_all() -> None:
    with (
        serve(says(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")) as server,
        pytest.raises(TooLarge),
    ):
        transport().request("GET", server.url)


def test_an_endless_body_ends_at_the_limit() -> None:
    def pour(connection: socket.socket, server: Server) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not server.stopped.is_set():
            connection.sendall(b"x" * 65536)

    with serve(pour) as server, pytest.raises(TooLarge):
        transport(replace(LOCAL, total_timeout=20, read_timeout=10)).request("GET", server.url)


def test_a_dripping_body_ends_at_the_total_deadline() -> None:
    def script(connection: socket.socket, server: Server) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        drip(connection, server)

    assert_ends_at_the_deadline(script)


def test_a_dripping_chunked_body_ends_at_the_total_deadline() -> None:
    def script(connection: socket.socket, server: Server) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        drip(connection, server, b"1\r\nx\r\n")

    assert_ends_at_the_deadline(script)


def test_dripping_headers_end_at_the_total_deadline() -> None:
    def script(connection: socket.socket, server: Server) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        drip(connection, server)

    assert_ends_at_the_deadline(script)


def assert_ends_at_the_deadline(script: Callable[[socket.socket, Server], None]) -> None:
    policy = replace(LOCAL, read_timeout=60)  # so that nothing but the total can end it
    started = time.monotonic()
    with serve(script) as server, pytest.raises(TimedOut):
        transport(policy).request("GET", server.url, repeatable=True)
    assert time.monotonic() - started >= LOCAL.total_timeout - 0.1
    assert server.connections == 1


def test_a_dripping_tls_server_ends_at_the_total_deadline(tmp_path: Path) -> None:
    files = certificate(tmp_path)

    def script(connection: socket.socket, server: Server) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        drip(connection, server)

    with serve(script, tls_context(*files)) as server, pytest.raises(TimedOut):
        transport(replace(LOCAL, read_timeout=60, ca_file=str(files[0]))).request("GET", server.url)


def test_silence_ends_at_the_read_timeout_and_is_not_repeated() -> None:
    def hang(_: socket.socket, server: Server) -> None:
        server.stopped.wait(60)

    with serve(hang) as server:
        with pytest.raises(TimedOut):
            transport(PATIENT).request("GET", server.url, repeatable=True)
        assert server.connections == 1


def test_a_server_that_does_not_take_the_request_ends_at_the_deadline() -> None:
    def ignore(_: socket.socket, server: Server) -> None:
        server.stopped.wait(5)

    with serve(ignore, read_request=False) as server, pytest.raises(TimedOut):
        transport().request("POST", server.url, data=b"x" * 30_000_000)


def test_one_request_may_be_given_other_limits() -> None:
    with serve(says(answer(b"x" * 50))) as server, pytest.raises(TooLarge):
        transport().request("GET", server.url, max_bytes=10)


def reset(connection: socket.socket, _: Server) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def close_early(connection: socket.socket, _: Server) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf")


def close_at_once(_: socket.socket, __: Server) -> None:
    """End the connection without a byte."""


@pytest.mark.parametrize("script", [reset, close_early, close_at_once])
def test_a_broken_off_answer_is_asked_for_again_only_when_that_is_harmless(
    script: Callable[[socket.socket, Server], None],
) -> None:
    with serve(script) as server:
        with pytest.raises(BrokenOff):
            transport(PATIENT).request("POST", server.url)
        assert server.connections == 1
        with pytest.raises(BrokenOff):
            transport(PATIENT).request("POST", server.url, repeatable=True)
        assert server.connections == 1 + LOCAL.attempts


def test_an_overloaded_server_is_asked_again_and_the_good_answer_counts() -> None:
    seen: list[Exchange] = []
    with serve(says(answer(b"", "503 Busy"), answer(b"", "502 Bad"), answer(b"ok"))) as server:
        reply = transport(PATIENT, observe=seen.append).request(
            "GET", f"{server.url}/p?token={SECRET}", repeatable=True
        )
    assert reply.body == b"ok"
    assert [(e.attempt, e.status, e.outcome) for e in seen] == [
        (1, 503, "answered"),
        (2, 502, "answered"),
        (3, 200, "answered"),
    ]
    assert SECRET not in repr(seen)
    assert "/p" not in repr(seen)


def test_a_server_that_asks_for_a_long_wait_is_left_alone() -> None:
    with serve(says(answer(b"later", "503 Busy", "Retry-After: 300"))) as server:
        reply = transport().request("GET", server.url, repeatable=True)
        assert (reply.status, server.connections) == (503, 1)


def test_pauses_have_jitter_and_obey_a_short_retry_after() -> None:
    pauses: list[float] = []
    busy = answer(b"", "503 Busy")
    with serve(says(busy, answer(b"", "503 Busy", "Retry-After: 2"), busy)) as server:
        Transport(PATIENT, pause=pauses.append).request("GET", server.url, repeatable=True)
    assert len(pauses) == LOCAL.attempts - 1
    assert 0 <= pauses[0] <= 0.8
    assert pauses[1] == 2


def test_a_refused_connection_is_tried_again_even_for_a_write_because_nothing_was_sent() -> None:
    seen: list[Exchange] = []
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ConnectionFailed) as caught:
        transport(PATIENT, observe=seen.append).request("POST", f"http://127.0.0.1:{port}/?wstoken={SECRET}")
    assert caught.value.reason == "connect"
    assert len(seen) == LOCAL.attempts
    assert SECRET not in str(caught.value) + repr(caught.value)


def test_a_redirect_to_a_metadata_address_is_reported_without_its_query() -> None:
    target = f"http://169.254.169.254/latest/meta-data?wstoken={SECRET}"
    with serve(says(answer(b"", "303 See Other", f"Location: {target}"))) as server:
        with pytest.raises(RedirectRefused) as caught:
            transport().request("GET", server.url)
        assert server.connections == 1
    assert caught.value.location == "http://169.254.169.254/latest/meta-data"
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with serve(says(answer(b"", f"{status} Moved", "Location: http://[broken"))) as server:
        with pytest.raises(RedirectRefused):
            transport().request("POST", server.url, data={"a": "b"})
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://moodle.bg.example/", "http"),
        ("ftp://moodle.bg.example/", "url"),
        ("file:///etc/passwd", "url"),
        ("https://", "url"),
        ("https://user:pw@moodle.bg.example/", "url"),
        ("https://moodle.bg.example:99999/", "url"),
        ("https://[::1", "url"),
        ("https://127.0.0.1/", "network"),
        ("https://[::1]/", "network"),
        ("https://[::ffff:169.254.169.254]/", "network"),
        ("https://169.254.169.254/latest/", "network"),
    ],
)
def test_a_closed_address_is_refused_before_a_byte_is_sent(url: str, reason: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        Transport(TransportPolicy()).request("GET", url)
    assert caught.value.reason == reason
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("spelling", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"])
def test_an_odd_spelling_of_a_closed_address_does_not_help(spelling: str) -> None:
    # The system's resolver reads these as inet_aton does; the tests' own guard keeps them from it.
    odd = Transport(TransportPolicy(), resolve=lambda host, _: [socket.inet_ntoa(socket.inet_aton(host))])
    with pytest.raises(AddressRefused) as caught:
        odd.request("GET", f"https://{spelling}/")
    assert "127.0.0.1" in str(caught.value)


def test_a_name_that_points_inwards_is_refused_and_the_server_sees_nothing() -> None:
    with serve(says(answer())) as server:
        rebinding = Transport(replace(LOCAL, allow_private=False), resolve=lambda *_: ["127.0.0.1"])
        with pytest.raises(AddressRefused):
            rebinding.request("GET", f"http://moodle.bg.example:{server.port}/")
        assert server.connections == 0


def test_one_closed_address_among_open_ones_refuses_the_name() -> None:
    mixed = Transport(LOCAL, resolve=lambda *_: ["127.0.0.1", "169.254.169.254"])
    with serve(says(answer())) as server, pytest.raises(AddressRefused):
        mixed.request("GET", f"http://moodle.bg.example:{server.port}/")


def test_the_address_that_was_judged_is_the_one_connected_to() -> None:
    lookups: list[list[str]] = [["169.254.169.254"], ["127.0.0.1"]]  # the second answer is the attacker's

    with serve(says(answer(b"ours"))) as server:
        rebound = Transport(LOCAL, resolve=lambda *_: lookups.pop())
        assert rebound.request("GET", f"http://moodle.bg.example:{server.port}/").body == b"ours"
        assert len(lookups) == 1
        with pytest.raises(AddressRefused):
            rebound.request("GET", f"http://moodle.bg.example:{server.port}/")


def test_the_next_address_of_a_name_is_tried_when_the_first_does_not_answer() -> None:
    with serve(says(answer(b"second"))) as server:
        double = Transport(LOCAL, resolve=lambda *_: ["127.0.0.2", "127.0.0.1"])
        assert double.request("GET", f"http://moodle.bg.example:{server.port}/").body == b"second"


def test_an_unknown_name_and_a_slow_name_server_have_their_own_errors() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    def slow(host: str, port: int) -> list[str]:
        asked_in_vain.wait(60)
        return []

    asked_in_vain = threading.Event()
    with pytest.raises(ConnectionFailed) as caught:
        Transport(LOCAL, resolve=unknown, pause=lambda _: None).request(
            "GET", "http://moodle.nowhere.example/"
        )
    assert caught.value.reason == "name"
    with pytest.raises(TimedOut):
        Transport(replace(LOCAL, connect_timeout=0.1), resolve=slow).request("GET", "http://moodle.example/")
    assert not asked_in_vain.is_set()
    asked_in_vain.set()


def test_tls_with_the_consortiums_own_authority(tmp_path: Path) -> None:
    files = certificate(tmp_path)
    with serve(says(answer(b"secure")), tls_context(*files)) as server:
        reply = transport(replace(LOCAL, ca_file=str(files[0]))).request("GET", server.url)
    assert reply.body == b"secure"


def test_an_unknown_authority_fails_and_nothing_is_sent(tmp_path: Path) -> None:
    with serve(says(answer()), tls_context(*certificate(tmp_path))) as server:
        with pytest.raises(TlsFailed) as caught:
            transport().request("POST", f"{server.url}/?k={SECRET}", data={"wstoken": SECRET})
        assert server.requests == []
    assert "self-signed" in caught.value.detail
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "expired", "reason"), [("127.0.0.1", True, "expired"), ("10.9.9.9", False, "mismatch")]
)
def test_an_expired_or_foreign_certificate_says_so(
    tmp_path: Path, name: str, expired: bool, reason: str
) -> None:
    files = certificate(tmp_path, name, expired=expired)
    with serve(says(answer()), tls_context(*files)) as server, pytest.raises(TlsFailed) as caught:
        transport(replace(LOCAL, ca_file=str(files[0]))).request("GET", server.url)
    assert reason in caught.value.detail


def test_plain_text_where_tls_is_expected_is_a_tls_failure() -> None:
    with (
        serve(says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), read_request=False) as server,
        pytest.raises(TlsFailed),
    ):
        transport().request("GET", f"https://127.0.0.1:{server.port}/")


def test_cookies_are_neither_kept_nor_sent() -> None:
    with serve(says(answer(b"", "200 OK", "Set-Cookie: MoodleSession=abc; Path=/"))) as server:
        shared = transport()
        shared.request("GET", server.url)
        shared.request("GET", server.url)
    assert b"cookie" not in server.requests[1].lower()


def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serve(says(answer(b"direct"))) as server:
        assert transport().request("GET", server.url).body == b"direct"


def test_a_pooled_connection_obeys_the_deadline_of_the_later_request() -> None:
    def script(connection: socket.socket, server: Server) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        connection.recv(65536)
        drip(connection, server)

    with serve(script) as server:
        shared = transport()
        assert shared.request("GET", server.url).body == b"ok"
        with pytest.raises(TimedOut):
            shared.request("GET", server.url)
        assert server.connections == 1


def test_every_failure_is_of_one_tree() -> None:
    tree = (AddressRefused, BrokenOff, ConnectionFailed, RedirectRefused, TimedOut, TlsFailed, TooLarge)
    assert all(issubclass(error, TransportError) for error in tree)
