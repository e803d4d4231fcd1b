"""Pages and feeds a second, beside Radicale with the same events, and the memory of each process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from tests.benchmarks.figures import figure, table
from tests.benchmarks.load import Load
from tests.benchmarks.measuring import (
    CONNECTIONS,
    ROUNDS,
    Case,
    Request,
    Run,
    Runs,
    WrongAnswers,
    ask,
    measure,
    median_cost,
    rates_table,
)
from tests.benchmarks.processes import Memory, Server, memory
from tests.benchmarks.radicale_server import BUILT_IN, COLLECTION, GUNICORN, radicale, upload
from tests.benchmarks.service import (
    FEED_GZIP,
    FEED_PLAIN,
    FEED_REQUESTS,
    FEED_UNCHANGED,
    PAGE_REQUESTS,
    Service,
    feed_cases,
    fetch_feed,
    page_cases,
)

TARGET = 10.0
RADICALE_REQUESTS = 300
# Its own server takes a connection a request and keeps a short queue of them: beyond that, clients wait a
# second for each that the system dropped, which would measure the queue and not Radicale.
_CONNECTIONS = {BUILT_IN: 4, GUNICORN: CONNECTIONS}


def pages(of: Service) -> str:
    """Pages a second."""
    runs = measure(page_cases(of))
    return f"{_method(f'{PAGE_REQUESTS} requests')}\n\n{rates_table(runs)}"


def feeds(of: Service, folder: Path) -> str:
    """Feeds a second, ours and Radicale's in the same rounds."""
    settings = of.world.settings
    threads = {"workers": settings.web_workers, "threads": settings.web_threads}
    with radicale(BUILT_IN, folder, **threads) as own, radicale(GUNICORN, folder, **threads) as gunicorn:
        calendar = fetch_feed(of, "identity").body
        theirs = [case for each in (own, gunicorn) for case in _radicale_cases(each, calendar)]
        runs = measure([*feed_cases(of), *theirs])
    method = _method(
        f"{FEED_REQUESTS} requests of ours, {RADICALE_REQUESTS} of Radicale",
        f" ({_CONNECTIONS[BUILT_IN]} to Radicale's own server, a new one a request)",
    )
    return f"{method}\n\n{rates_table(runs)}\n\n{_ratios(runs)}"


def _radicale_cases(server: Server, calendar: bytes) -> list[Case]:
    upload(server, calendar)
    return [_radicale_case(server, encoding, calendar) for encoding in ("gzip", "identity")]


def _radicale_case(server: Server, encoding: str, calendar: bytes) -> Case:
    request = Request(COLLECTION, {"Accept": "text/calendar", "Accept-Encoding": encoding})
    answer = ask(server, request)
    if answer.status != 200 or answer.headers.get("content-encoding", "identity") != encoding:
        raise WrongAnswers(f"{server.name}: status {answer.status}, headers {dict(answer.headers)}")
    load = Load(
        port=server.port,
        request=request.text(),
        requests=RADICALE_REQUESTS,
        connections=_CONNECTIONS[server.name],
        length=len(answer.body),
        headers=(f"etag: {answer.headers['etag'].lower()}",),
    )
    return Case(_radicale_name(server.name, encoding), server, load)


def _radicale_name(kind: str, encoding: str) -> str:
    return f"{kind}, 200 {'with' if encoding == 'gzip' else 'without'} gzip"


def _ratios(runs: Runs) -> str:
    """Ours to the faster of the two Radicales, round by round."""
    rows = []
    for ours, encoding in ((FEED_GZIP, "gzip"), (FEED_PLAIN, "identity"), (FEED_UNCHANGED, "gzip")):
        names = [_radicale_name(kind, encoding) for kind in (BUILT_IN, GUNICORN)]
        best = max(names, key=lambda name: figure([run.result.rate for run in runs[name]]).median)
        rows.append([f"{ours} : {best}", *_ratio(runs[ours], runs[best])])
    note = (
        f"The target is {TARGET:.0f} times Radicale's requests a second for the whole feed. Radicale has no\n"
        "conditional GET for a collection, so a program that polls gets the whole again: the last row."
    )
    return f"{table(['ratio', 'requests/s', '1 / server CPU', 'target'], rows)}\n\n{note}"


def _ratio(ours: Sequence[Run], theirs: Sequence[Run]) -> list[str]:
    ratio = figure([our.result.rate / their.result.rate for our, their in zip(ours, theirs, strict=True)])
    our_cost, their_cost = median_cost(ours), median_cost(theirs)
    by_cost = f"{their_cost / our_cost:.1f}" if our_cost and their_cost else "unknown"
    return [ratio.text(1), by_cost, "met" if ratio.median >= TARGET else "MISSED"]


def memories(of: Service) -> str:
    """Memory of each process, right after whatever was measured before."""
    found = memory(of.server.pid)
    if not found:
        return "Unknown: this system has no /proc."
    rows = [[_part(each, found), _mebibytes(each.resident), _mebibytes(each.proportional)] for each in found]
    shares = [each.proportional for each in found]
    total = None if None in shares else sum(share or 0 for share in shares)
    rows.append(["together", "", _mebibytes(total)])
    note = "RSS counts a page that processes share in each of them, PSS in equal parts: only PSS adds up."
    return f"{table(['process', 'RSS MiB', 'PSS MiB'], rows)}\n\n{note}"


def _part(process: Memory, everybody: Sequence[Memory]) -> str:
    """Which part of the service a process is, by its command line and its parent's."""
    if process.command.endswith(" worker"):
        return "worker (messages, tasks, jobs)"
    if "--web-only" not in process.command:
        return "serve (looks after the two)"
    commands = {each.pid: each.command for each in everybody}
    return (
        "web: gunicorn worker" if "--web-only" in commands.get(process.parent, "") else "web: gunicorn master"
    )


def _mebibytes(size: int | None) -> str:
    return "unknown" if size is None else f"{size / 2**20:.0f}"


def _method(requests: str, besides: str = "") -> str:
    text = (
        f"{ROUNDS} rounds, in each every row once, in turns; a run: {requests}, over {CONNECTIONS} "
        f"persistent connections{besides} from one load generator on the same machine, after a warm-up. "
        "Status, headers and body of every answer are checked. Median (least-most) of the rounds."
    )
    return fill(text, 100)
