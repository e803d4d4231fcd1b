"""``make demo`` as a newcomer meets it: starts, stops, starts again; a taken port is named."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import requests

from coil_bridge.demo.ports import HOST, Ports
from tests.functional.conftest import free_ports

pytestmark = pytest.mark.timeout(180)


def start(ports: Ports) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "coil_bridge.demo", "--port", str(ports.front)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def wait_for_address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if "running:" in line:
            return line.split()[-1]
    raise AssertionError("the demo did not print its address")


def leftovers() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("coil-bridge-demo-*"))


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0


def test_it_starts_stops_and_starts_again() -> None:
    ports, before = free_ports(), leftovers()
    for _ in range(2):
        process = start(ports)
        try:
            page = requests.get(wait_for_address(process), timeout=10)
            assert page.text.count('class="door"') == 8
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=30)
        finally:
            process.kill()
        assert process.returncode == 0
        assert said.strip().endswith("Stopped.")
        assert is_free(ports.front)
        assert is_free(ports.service)
    assert leftovers() <= before


def test_a_taken_port_is_named_with_the_way_out() -> None:
    ports = free_ports()
    with socket.create_server((HOST, ports.service)):
        process = start(ports)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"Port {ports.service} is taken" in said
    assert f"make demo ARGS='--port {ports.front + 100}'" in said
