"""A conditional GET among 50,000 stored feeds: every subscriber has a feed and an address of the own.

Each request is for another address, drawn with a fixed seed, with the ETag that is stored: what calendar
programs do by the hour. The rows are written straight into the tables; everything that is measured goes over
HTTP to the service as production starts it.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import insert

from coil_bridge.domain import FeedKind
from coil_bridge.i18n import translator
from coil_bridge.services.calendar import feed_content
from coil_bridge.storage.engine import writing
from coil_bridge.storage.feed_tables import calendar_feed, calendar_link
from coil_bridge.storage.tables import person
from coil_bridge.vault import token_hash
from tests.benchmarks.figures import figure, table
from tests.benchmarks.measuring import WrongAnswers
from tests.benchmarks.processes import HOST, cpu_seconds
from tests.benchmarks.service import Service

FEEDS = 50_000
TARGET_MS = 2.0
_SESSIONS = 8
_REQUESTS = 2_000
_ROUNDS = 5
_BATCH = 2_000


def report(of: Service) -> str:
    """Fill the database, ask, and tell."""
    etag, size = _fill(of)
    draw = random.Random(7)  # noqa: S311 - the same addresses in every run
    costs = [_round(of, [draw.randrange(FEEDS) for _ in range(_REQUESTS)], etag) for _ in range(_ROUNDS)]
    found = figure([1000 * cost / _REQUESTS for cost in costs])
    verdict = "met" if found.median < TARGET_MS else "MISSED"
    head = ["304 by ETag", "server CPU ms/request", f"target: under {TARGET_MS:.0f} ms"]
    method = (
        f"{FEEDS:,} feeds of {_SESSIONS} sessions ({size:,} bytes), one a person; {_ROUNDS} rounds of\n"
        f"{_REQUESTS:,} requests, each for another address, one after the other over one connection."
    )
    return f"{method}\n\n{table(head, [[f'one of {FEEDS:,}', found.text(2), verdict]])}"


def _fill(of: Service) -> tuple[str, int]:
    """Write persons, feeds and addresses; the ETag and the size of what each of them gives."""
    prepared = of.prepared
    page = f"{of.world.settings.public_url}/pairings/{prepared.pairing.id}"
    feed = feed_content.build(prepared.pairing, prepared.sessions[:_SESSIONS], page, translator("en"))
    etag = hashlib.sha256(feed.body).hexdigest()
    stored = {
        "kind": FeedKind.PERSON,
        "language": "en",
        "alarm": 0,
        "called_off": True,
        "rooms": True,
        "body": feed.body,
        "body_gzip": gzip.compress(feed.body, mtime=0),
        "etag": etag,
        "last_modified": feed.last_modified,
        "stale": False,
    }
    now = datetime.now(UTC)
    for numbers in _batches():
        with writing(of.world.services.storage._engine) as connection:
            people = [{"id": f"p{each}", "name": "Subscriber", "created_at": now} for each in numbers]
            connection.execute(insert(person), people)
            feeds = [{"id": f"f{each}", "subject_id": f"p{each}", **stored} for each in numbers]
            connection.execute(insert(calendar_feed), feeds)
            connection.execute(insert(calendar_link), [_link(each, now) for each in numbers])
    return etag, len(feed.body)


def _link(number: int, now: datetime) -> dict[str, object]:
    return {
        "id": f"l{number}",
        "token_hash": token_hash(f"token-{number}"),
        "token_encrypted": b"",
        "feed_id": f"f{number}",
        "person_id": f"p{number}",
        "public": False,
        "created_at": now,
        "revoked_at": None,
    }


def _batches() -> Iterator[Sequence[int]]:
    for start in range(0, FEEDS, _BATCH):
        yield range(start, start + _BATCH)


def _round(of: Service, numbers: Sequence[int], etag: str) -> float:
    """Processor seconds of all of the server's processes for these requests."""
    connection = http.client.HTTPConnection(HOST, of.server.port, timeout=30)
    headers = {"If-None-Match": f'"{etag}"', "Accept-Encoding": "gzip", "User-Agent": "Benchmark/1"}
    before = cpu_seconds(of.server.pid)
    for number in numbers:
        connection.request("GET", f"/calendar/token-{number}.ics", headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 304:
            raise WrongAnswers(f"token-{number}: status {answer.status} instead of 304")
    connection.close()
    after = cpu_seconds(of.server.pid)
    return 0.0 if before is None or after is None else after - before
