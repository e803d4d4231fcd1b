"""The service under measurement: as production starts it, with one pairing of forty sessions in it."""

from __future__ import annotations

import gzip
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.benchmarks.load import Load
from tests.benchmarks.measuring import CONNECTIONS, Answer, Case, Request, WrongAnswers, ask
from tests.benchmarks.processes import Server, server
from tests.benchmarks.radicale_server import uids
from tests.benchmarks.world import Prepared, World

EVENTS = 40
FEED_REQUESTS = 3000
PAGE_REQUESTS = 200
FEED_GZIP, FEED_PLAIN, FEED_UNCHANGED = "feed, 200 with gzip", "feed, 200 without gzip", "feed, 304"
_CALENDAR = {"Accept": "text/calendar", "User-Agent": "Benchmark/1"}
_BROWSER = {"Accept": "text/html", "Accept-Encoding": "gzip", "Accept-Language": "en"}


@dataclass(frozen=True, slots=True)
class Service:
    """The running service, and what a subscriber and a teacher know of it."""

    server: Server
    world: World
    prepared: Prepared
    feed_path: str
    cookie: str


@contextmanager
def service(world: World, folder: Path, port: int) -> Iterator[Service]:
    """``coil-bridge serve`` on the world's database until the block ends."""
    prepared = world.prepare(EVENTS)
    link = world.services.feeds.link(prepared.students[0], prepared.pairing.id)
    cookie = world.cookie(prepared.teacher)
    command = [sys.executable, "-m", "coil_bridge.cli", "serve"]
    with server(
        "coil-bridge", command, port=port, ready="/healthz", folder=folder, env=world.environment
    ) as running:
        yield Service(running, world, prepared, f"/calendar/{link.token}.ics", cookie)


def page_cases(of: Service) -> list[Case]:
    """The start page for a stranger, and the pairing's page for its teacher."""
    pairing = f"/pairings/{of.prepared.pairing.id}"
    signed_in = _BROWSER | {"Cookie": of.cookie}
    return [
        _page(of, "start page, signed out", Request("/", _BROWSER), of.world.settings.consortium),
        _page(
            of,
            f"pairing page of {EVENTS} sessions, signed in",
            Request(pairing, signed_in),
            of.prepared.sessions[-1].id,
        ),
    ]


def _page(of: Service, name: str, request: Request, marker: str) -> Case:
    """Every page has secrets of its own in its forms, so what can be told is a text that has to be there."""
    load = Load(
        port=of.server.port,
        request=request.text(),
        requests=PAGE_REQUESTS,
        connections=CONNECTIONS,
        marker=marker,
        headers=("content-type: text/html; charset=utf-8",),
    )
    return Case(name, of.server, load)


def feed_cases(of: Service) -> list[Case]:
    """The stored feed: whole, not modified, and its head; each must be right to the byte."""
    zipped, plain = fetch_feed(of, "gzip"), fetch_feed(of, "identity")
    if gzip.decompress(zipped.body) != plain.body or len(uids(plain.body)) != EVENTS:
        raise WrongAnswers("the feed differs with and without gzip, or has not the events that were planned")
    etag = zipped.headers["etag"]
    whole = Request(of.feed_path, _CALENDAR | {"Accept-Encoding": "gzip"})
    return [
        _feed(of, FEED_GZIP, whole, zipped),
        _feed(of, FEED_PLAIN, Request(of.feed_path, _CALENDAR | {"Accept-Encoding": "identity"}), plain),
        _feed(of, "feed, HEAD", replace(whole, method="HEAD"), replace(zipped, body=b"")),
        _feed(
            of,
            FEED_UNCHANGED,
            replace(whole, headers={**whole.headers, "If-None-Match": etag}),
            Answer(304, {"etag": etag}, b""),
        ),
    ]


def fetch_feed(of: Service, encoding: str) -> Answer:
    """The feed in ``gzip`` or as it is (``identity``)."""
    answer = ask(of.server, Request(of.feed_path, _CALENDAR | {"Accept-Encoding": encoding}))
    encoded = answer.headers.get("content-encoding", "identity")
    if (answer.status, encoded) != (200, encoding) or "etag" not in answer.headers:
        raise WrongAnswers(f"the feed ({encoding}): status {answer.status}, headers {dict(answer.headers)}")
    return answer


def _feed(of: Service, name: str, request: Request, expected: Answer) -> Case:
    length = expected.headers.get("content-length")
    load = Load(
        port=of.server.port,
        request=request.text(),
        requests=FEED_REQUESTS,
        connections=CONNECTIONS,
        status=expected.status,
        length=int(length) if length else None,
        sha256=hashlib.sha256(expected.body).hexdigest(),
        headers=(f"etag: {expected.headers['etag'].lower()}",),
    )
    return Case(name, of.server, load)
