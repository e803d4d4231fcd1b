"""``make demo`` as a newcomer meets it: starts, stops, starts again; a taken port is named."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from coil_bridge.demo.ports import HOST
from tests.functional.conftest import free_ports, is_free
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(180)


@contextmanager
def demo(port: int, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The demo as a process of its own, with its own place for temporary files."""
    process = subprocess.Popen(
        [sys.executable, "-m", "coil_bridge.demo", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"TMPDIR": str(folder)},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


def address(process: subprocess.Popen[str]) -> str:
    """What it prints once everything runs."""
    assert process.stdout is not None
    for line in process.stdout:
        if "running:" in line:
            return line.split()[-1]
    raise AssertionError("the demo did not print its address")


def processes_of(folder: Path) -> set[str]:
    """The processes that were started with that place for temporary files: the demo and all it started."""
    mark = f"TMPDIR={folder}\0".encode()
    return {each.parent.name for each in Path("/proc").glob("[0-9]*/environ") if mark in _environment(each)}


def _environment(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended, or is somebody else's
        return b""


@pytest.mark.parametrize("way_out", [signal.SIGINT, signal.SIGHUP], ids=["ctrl-c", "closed-window"])
def test_it_starts_stops_and_leaves_nothing(tmp_path: Path, way_out: signal.Signals) -> None:
    ports = free_ports()
    with demo(ports.front, tmp_path) as process:
        url = address(process)
        assert url == f"http://{HOST}:{ports.front}"
        assert requests.get(url, timeout=10).text.count("<button class=") == 8
        assert len(processes_of(tmp_path)) > 3
        assert [each.name[:17] for each in tmp_path.iterdir()] == ["coil-bridge-demo-"]
        process.send_signal(way_out)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said.strip().endswith("Stopped.")
    assert list(tmp_path.iterdir()) == []
    eventually(lambda: not processes_of(tmp_path))
    assert all(is_free(port) for port in ports.all(3))


def test_a_second_run_starts_again_on_the_same_ports(tmp_path: Path) -> None:
    ports = free_ports()
    for _ in range(2):
        with demo(ports.front, tmp_path) as process:
            assert requests.get(address(process), timeout=10).ok
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=60)  # wait() would leave its output unread
            assert process.returncode == 0, said


@pytest.mark.parametrize("which", ["front", "service", "mail"])
def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path, which: str) -> None:
    ports = free_ports()
    taken: int = getattr(ports, which)
    with socket.create_server((HOST, taken)), demo(ports.front, tmp_path) as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"Port {taken} is taken" in said
    assert f"make demo ARGS='--port {ports.front + 100}'" in said
    assert "Traceback" not in said
