"""Servers as child processes, and what the system says about them.

Each server leads a process group of its own, so that Ctrl-C reaches the benchmark alone, which then stops
them in order. Memory and processor times come from Linux' /proc; elsewhere they are left out.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
_PROC = Path("/proc")
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0


class ServerFailed(Exception):
    """A server did not come up, or did not stay; carries the end of its log."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and the first of its processes."""

    name: str
    port: int
    pid: int


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, in bytes: RSS, and PSS, in which a page shared by three counts as a third."""

    pid: int
    parent: int
    command: str
    resident: int
    proportional: int | None


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def server(
    name: str, command: Sequence[str], *, port: int, ready: str, folder: Path, env: Mapping[str, str]
) -> Iterator[Server]:
    """Run a command until the block ends; the block begins when a GET of ``ready`` is not refused.

    Raises:
        ServerFailed: it ended or did not answer.
    """
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, **env},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        if not _comes_up(process, port, ready):
            raise ServerFailed(f"{name} did not start. The end of its log:\n{_tail(log)}")
        yield Server(name, port, process.pid)
    finally:
        _stop(process)


def _comes_up(process: subprocess.Popen[bytes], port: int, path: str) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(port, path):
            return True
        time.sleep(0.1)
    return False


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    members = family(process.pid)
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        for member in [*members, process.pid]:
            with suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
        process.wait()


def _tail(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-20:])


def family(pid: int) -> list[int]:
    """A process and its descendants, parents first; empty where there is no /proc."""
    parents = {int(path.name): _stat(path) for path in _PROC.glob("[0-9]*")}
    found = [pid] if pid in parents else []
    for member in found:  # grows while it is read
        found += sorted(child for child, stat in parents.items() if stat and int(stat[1]) == member)
    return found


def cpu_seconds(pid: int) -> float | None:
    """Processor time of a process and its descendants, ended ones too; None where there is no /proc."""
    stats = [stat for member in family(pid) if (stat := _stat(_PROC / str(member)))]
    if not stats:
        return None
    ticks = sum(int(field) for stat in stats for field in stat[11:15])  # own and waited-for children's
    return ticks / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> list[Memory]:
    """Of a process and its descendants, parents first."""
    found = []
    for member in family(pid):
        folder = _PROC / str(member)
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
            sizes = _sizes(folder)
        except OSError:
            continue  # it has just ended
        stat = _stat(folder)
        found.append(Memory(member, int(stat[1]) if stat else 0, command, sizes["Rss"], sizes.get("Pss")))
    return found


def _sizes(folder: Path) -> dict[str, int]:
    """Rss and Pss in bytes; only Rss where the kernel does not say more."""
    try:
        lines = (folder / "smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        pages = int((folder / "statm").read_text().split()[1])
        return {"Rss": pages * os.sysconf("SC_PAGE_SIZE")}
    fields = (line.split() for line in lines)
    return {name.rstrip(":"): int(size) * 1024 for name, size, *_ in fields if name in ("Rss:", "Pss:")}


def _stat(folder: Path) -> list[str]:
    """Fields of /proc/<pid>/stat from the third on (proc(5)); empty when the process is gone."""
    try:
        return (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def peak_mb() -> float:
    """The most that this process had in memory. Not getrusage: that begins with what the parent had."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(each.split()[1]) for each in lines if each.startswith("VmHWM")) / 1024
