"""Radicale 3 serving the same collection, set up so that it does as well as it can.

- No accounts and no access rules to look up, warnings only in the log, and its quicker check of cached
  items (``use_mtime_and_size_for_item_cache``).
- Both ways to run it are measured, its own threaded server and two gunicorn workers with as many threads as
  ours; the faster of the two counts.
- The events arrive as from a calendar program: a MKCALENDAR, then one PUT an event. Reading the collection
  is what a subscriber does, a GET of the whole; the first one fills Radicale's cache of items.

It knows no conditional GET for a collection: a program that asks with If-None-Match gets the whole again.
"""

from __future__ import annotations

import http.client
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.processes import HOST, Server, free_port, server

_PRINCIPAL = "/coil/"
COLLECTION = f"{_PRINCIPAL}pairing/"
BUILT_IN = "radicale-own-server"
GUNICORN = "radicale-gunicorn"

_CONFIG = """\
[server]
hosts = {host}:{port}
max_connections = 64
[auth]
type = none
[rights]
type = authenticated
[storage]
filesystem_folder = {folder}
use_mtime_and_size_for_item_cache = True
[web]
type = none
[logging]
level = warning
"""
_EVENT = re.compile(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", re.DOTALL)
_UID = re.compile(rb"^UID:(.*?)\r\n", re.MULTILINE)
_HEAD = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//COIL Bridge//Benchmark//EN\r\n"


class CollectionDiffers(Exception):
    """Radicale gives back other events than were put in."""


@contextmanager
def radicale(kind: str, folder: Path, *, workers: int, threads: int) -> Iterator[Server]:
    """Run Radicale on an empty storage of its own: ``BUILT_IN`` or ``GUNICORN``."""
    home = folder / kind
    home.mkdir()
    port, config = free_port(), home / "config"
    config.write_text(_CONFIG.format(host=HOST, port=port, folder=home / "collections"))
    if kind == BUILT_IN:
        command = ["-m", "radicale", "--config", str(config)]
    else:
        options = f"--workers={workers} --threads={threads} --worker-class=gthread --bind={HOST}:{port}"
        command = ["-m", "gunicorn", *options.split(), "radicale:application"]
    with server(
        kind,
        [sys.executable, *command],
        port=port,
        ready="/",
        folder=home,
        env={"RADICALE_CONFIG": str(config)},
    ) as running:
        yield running


def upload(to: Server, feed: bytes) -> None:
    """Make the collection and put every event of a feed into it.

    Raises:
        CollectionDiffers: what comes back are not the same events.
    """
    events = _EVENT.findall(feed)
    _request(to, "MKCOL", _PRINCIPAL, b"")
    _request(to, "MKCALENDAR", COLLECTION, b"")
    for number, event in enumerate(events):
        item = _HEAD + event + b"END:VCALENDAR\r\n"
        _request(to, "PUT", f"{COLLECTION}{number}.ics", item)
    if uids(_request(to, "GET", COLLECTION, b"")) != uids(feed):
        raise CollectionDiffers(f"{to.name} does not give back the {len(events)} events of the feed")


def uids(calendar: bytes) -> list[bytes]:
    """The UIDs in a calendar, in order of the alphabet."""
    return sorted(_UID.findall(calendar.replace(b"\r\n ", b"")))


def _request(to: Server, method: str, path: str, body: bytes) -> bytes:
    connection = http.client.HTTPConnection(HOST, to.port, timeout=30)
    try:
        connection.request(method, path, body, {"Content-Type": "text/calendar; charset=utf-8"})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise CollectionDiffers(f"{to.name} answers {method} with {answer.status}")
        return content
    finally:
        connection.close()
