"""``make bench``, or ``python -m tests.benchmarks``, with names of what to measure (default: all).

Starts the service as production does, on a database in a temporary folder and on a port that nobody uses,
measures, prints, and takes everything away again, also after Ctrl-C.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from types import FrameType

from click import echo

from tests.benchmarks import building, events, evidence, launching, logs, series, serving, slots, stored
from tests.benchmarks.measuring import WrongAnswers, machine
from tests.benchmarks.processes import ServerFailed, free_port
from tests.benchmarks.radicale_server import CollectionDiffers
from tests.benchmarks.service import Service, service
from tests.benchmarks.world import World

NAMES = (
    "pages",
    "feeds",
    "launches",
    "build",
    "series",
    "slots",
    "memory",
    "evidence",
    "stored",
    "logs",
    "events",
)
_PACKAGES = ("coil-bridge", "Flask", "SQLAlchemy", "gunicorn", "icalendar", "Radicale")


def main() -> int:
    """0 when everything was measured, 1 with a reason when not, 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure COIL Bridge.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of {', '.join(NAMES)} (default: all)")
    names = parser.parse_args().names or list(NAMES)
    if unknown := set(names) - set(NAMES):
        parser.error(f"there is no {', '.join(sorted(unknown))}; choose from {', '.join(NAMES)}")
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _run(names)
    except KeyboardInterrupt:
        echo("Stopped.", err=True)
        return 130
    except (WrongAnswers, ServerFailed, CollectionDiffers) as error:
        echo(error, err=True)
        return 1
    return 0


def _run(names: list[str]) -> None:
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    _section("The machine", f"{machine()}, {versions}")
    with tempfile.TemporaryDirectory(prefix="coil-bridge-bench-") as name:
        folder, port = Path(name), free_port()
        world = World(folder, port)
        try:
            if "build" in names:
                _section("Building and storing feeds", building.report(world))
            if "series" in names:
                _section("A series for six sites, in one request", series.report(world))
            if "slots" in names:
                _section("Finding times", slots.report())
            if "evidence" in names:
                _section("Evidence of a million events", evidence.report(folder))
            if "logs" in names:
                _section("A million rows of activity logs", logs.report(folder))
            if "events" in names:
                _section("Ten million events in six pilots", events.report(folder))
            if set(names) - {"build", "series", "slots", "evidence", "logs", "events"}:
                with service(world, folder, port) as running:
                    _serve(names, running, folder)
        finally:
            world.close()


def _serve(names: list[str], running: Service, folder: Path) -> None:
    workers = f"{running.world.settings.web_workers} gunicorn workers"
    threads = f"{running.world.settings.web_threads} threads each"
    if "pages" in names:
        _section(f"Pages ({workers}, {threads})", serving.pages(running))
    if "feeds" in names:
        _section(f"Feeds ({workers}, {threads}; Radicale beside it)", serving.feeds(running, folder))
    if "launches" in names:
        _section(f"LTI launches ({workers}, {threads})", launching.report(running))
    if "memory" in names:
        _section("Memory of each process", serving.memories(running))
    if "stored" in names:
        _section(f"One of many stored feeds ({workers}, {threads})", stored.report(running))


def _section(title: str, text: str) -> None:
    echo(f"{title}\n{'=' * len(title)}\n\n{text}\n")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
