"""``serve`` and ``worker`` as processes: they start, work, and end as whoever supervises them expects."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from coil_bridge.storage.engine import open_engine
from coil_bridge.storage.storage import Storage
from tests.conftest import ENCRYPTION_KEY, SECRET_KEY
from tests.waiting import eventually


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        listen = f"127.0.0.1:{found.getsockname()[1]}"
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("COIL_BRIDGE_")},
        "COIL_BRIDGE_DATABASE_URL": f"sqlite:///{tmp_path}/coil-bridge.db",
        "COIL_BRIDGE_SECRET_KEY": SECRET_KEY,
        "COIL_BRIDGE_ENCRYPTION_KEYS": ENCRYPTION_KEY,
        "COIL_BRIDGE_LISTEN": listen,
        "COIL_BRIDGE_PUBLIC_URL": f"http://{listen}",
        "COIL_BRIDGE_WEB_WORKERS": "1",
    }


@contextmanager
def running(command: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "coil_bridge.cli", command],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def answers(environment: dict[str, str]) -> bool:
    try:
        with urllib.request.urlopen(f"{environment['COIL_BRIDGE_PUBLIC_URL']}/healthz", timeout=5) as reply:  # noqa: S310 - our own address
            return bool(reply.status == 200)
    except OSError:
        return False


def beats(environment: dict[str, str]) -> bool:
    storage = Storage(open_engine(environment["COIL_BRIDGE_DATABASE_URL"]))
    try:
        with storage.read() as tx:
            return tx.jobs.last_beat() is not None
    finally:
        storage.close()


@pytest.mark.parametrize("asked_by", [signal.SIGTERM, signal.SIGINT])
def test_serve_runs_pages_and_worker_and_ends_both_when_asked(
    environment: dict[str, str], asked_by: signal.Signals
) -> None:
    with running("serve", environment) as process:
        eventually(lambda: answers(environment) and beats(environment), 60)
        process.send_signal(asked_by)
        assert process.wait(30) == 0
    assert not answers(environment)


def test_a_port_that_is_taken_is_told_with_the_way_out(environment: dict[str, str]) -> None:
    host, port = environment["COIL_BRIDGE_LISTEN"].split(":")
    with socket.create_server((host, int(port))), running("serve", environment) as process:
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 8
    assert "COIL_BRIDGE_LISTEN" in output


def test_when_one_process_dies_the_other_is_stopped_and_the_exit_code_says_so(
    environment: dict[str, str],
) -> None:
    with running("serve", environment) as process:
        eventually(lambda: answers(environment) and beats(environment), 60)
        worker = next(pid for pid, line in children(process.pid) if line.endswith("worker"))
        os.kill(worker, signal.SIGKILL)
        assert process.wait(30) != 0
    assert not answers(environment)


def children(of: int) -> Iterator[tuple[int, str]]:
    """The processes that a process has started, with their command lines."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        pid, parent, arguments = line.split(maxsplit=2)
        if int(parent) == of:
            yield int(pid), arguments.strip()


def test_slow_clients_keep_nobody_out(environment: dict[str, str]) -> None:
    """More of them than there are threads: some send nothing, some half a head, some half a form."""
    environment |= {"COIL_BRIDGE_WEB_THREADS": "2"}
    host, _, port = environment["COIL_BRIDGE_LISTEN"].partition(":")
    halves = [
        b"",
        b"GET / HTTP/1.1\r\nHo",
        b"POST /signin HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\nhalf",
        b"POST /signin HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    ]
    with running("serve", environment) as process, ExitStack() as slow:
        eventually(lambda: answers(environment), 60)
        for half in halves * 3:
            client = slow.enter_context(socket.create_connection((host, int(port))))
            client.sendall(half)
        assert all(answers(environment) for _ in range(5))
        process.terminate()
        process.wait(60)


def test_a_request_in_pieces_and_two_at_once_are_answered(environment: dict[str, str]) -> None:
    host, _, port = environment["COIL_BRIDGE_LISTEN"].partition(":")
    request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with running("serve", environment) as process:
        eventually(lambda: answers(environment), 60)
        with socket.create_connection((host, int(port)), timeout=10) as client:
            for letter in request[:20]:
                client.sendall(bytes([letter]))
            client.sendall(request[20:] + request)
            received = b""
            while received.count(b"200 OK") < 2:
                piece = client.recv(65536)
                assert piece, received
                received += piece
        process.terminate()
        process.wait(60)
