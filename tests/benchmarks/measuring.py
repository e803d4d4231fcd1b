"""Runs loads against servers, in turns, and keeps what came of every run.

In turns: in every round each case runs once, every other round in the opposite order. What disturbs the
machine for a while then disturbs all cases alike, and a ratio is taken within a round.
"""

from __future__ import annotations

import http.client
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from tests.benchmarks.figures import figure, table
from tests.benchmarks.load import Load, Result
from tests.benchmarks.processes import HOST, Server, cpu_seconds

ROUNDS = 7
CONNECTIONS = 8
_WARM_UP_PART = 10  # of the requests of a run
_GRACE_SECONDS = 30.0


class WrongAnswers(Exception):
    """A server did not answer as it has to; what was measured means nothing."""


@dataclass(frozen=True, slots=True)
class Case:
    """A load against a server, under the name of its row."""

    name: str
    server: Server
    load: Load


@dataclass(frozen=True, slots=True)
class Run:
    """One run; ``server_cpu`` is the processor time of all of the server's processes in seconds."""

    result: Result
    server_cpu: float | None


Runs = Mapping[str, Sequence[Run]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A single answer, to learn from it what all the others have to be."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What a browser or a calendar program asks."""

    path: str
    headers: Mapping[str, str]
    method: str = "GET"

    def text(self) -> str:
        """As it goes over the wire."""
        first = f"{self.method} {self.path} HTTP/1.1"
        fields = [f"{name}: {value}" for name, value in {"Host": HOST, **self.headers}.items()]
        return "\r\n".join([first, *fields, "", ""])


def ask(server: Server, request: Request) -> Answer:
    """Send one request outside any measurement."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=30)
    try:
        connection.request(request.method, request.path, headers=dict(request.headers))
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, names, answer.read())
    finally:
        connection.close()


def measure(cases: Sequence[Case]) -> Runs:
    """A warm-up of every case, then the rounds.

    Raises:
        WrongAnswers: an answer was not the one that the case demands.
    """
    for case in cases:
        _run(replace(case, load=replace(case.load, requests=max(50, case.load.requests // _WARM_UP_PART))))
    runs: dict[str, list[Run]] = {case.name: [] for case in cases}
    for number in range(ROUNDS):
        for case in cases if number % 2 == 0 else reversed(cases):
            runs[case.name].append(_run(case))
    return runs


def _run(case: Case) -> Run:
    before = cpu_seconds(case.server.pid)
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.load"],
        input=json.dumps(asdict(case.load)),
        capture_output=True,
        text=True,
        check=False,
        timeout=case.load.seconds + _GRACE_SECONDS,
    )
    after = cpu_seconds(case.server.pid)
    if done.returncode != 0:
        raise WrongAnswers(f"{case.name}: the load generator failed:\n{done.stderr}")
    result = Result(**json.loads(done.stdout))
    if result.failure or not result.answered:
        raise WrongAnswers(f"{case.name}: {result.failure or 'no answer in time'}")
    return Run(result, None if before is None or after is None else after - before)


def rates_table(runs: Runs) -> str:
    """A row a case: answers a second, latencies, who used how much processor time."""
    head = ["", "requests/s", "median ms", "99 % ms", "server CPU ms/request", "client CPU share"]
    return table(head, [_row(name, every) for name, every in runs.items()])


def _row(name: str, runs: Sequence[Run]) -> list[str]:
    results = [run.result for run in runs]
    return [
        name,
        figure([result.rate for result in results]).text(),
        figure([result.median_ms for result in results]).text(1),
        figure([result.p99_ms for result in results]).text(1),
        server_cost(runs),
        f"{100 * figure([result.cpu_share for result in results]).median:.0f} %",
    ]


def server_cost(runs: Sequence[Run]) -> str:
    """The server's processor time for one request, in milliseconds, as text."""
    costs = [1000 * run.server_cpu / run.result.answered for run in runs if run.server_cpu is not None]
    return figure(costs).text(2) if costs else "unknown"


def median_cost(runs: Sequence[Run]) -> float | None:
    """The same as a number, the median."""
    costs = [run.server_cpu / run.result.answered for run in runs if run.server_cpu is not None]
    return figure(costs).median if costs else None


def machine() -> str:
    """What it ran on, in one paragraph."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = "/".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{platform.system()} {platform.machine()}, {_processor()}, {cores} cores for servers and clients "
        f"together; load before: {load}.\nPython {platform.python_version()}"
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123 - no path of ours
            names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or "unknown processor"
