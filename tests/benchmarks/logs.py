"""A million rows of an activity log, pulled from the simulator over real HTTP by a process of its own.

The share of the service is the processor time of that process apart from waiting: it parses, pseudonymises
and stores. Its peak of memory is what the kernel counted. SQLite always, PostgreSQL where it is installed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from coil_bridge.services.bundle import Services
from coil_bridge.settings import load_settings
from coil_bridge.storage import migrate
from coil_bridge.storage.engine import open_engine
from coil_bridge.wiring.services.installation import build_services
from connectors.moodle.simulator import Simulator
from connectors.moodle.simulator import User as MoodleUser
from tests import postgresql
from tests.benchmarks.figures import table
from tests.benchmarks.pulling import Pulled, pulled_apart
from tests.builders import Build, SettableClock

ROWS = 1_000_000
_STUDENTS = 300
_NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def report(folder: Path, rows: int = ROWS) -> str:
    """Pull on every engine that is there, and the sums over the daily counts of the pilot after it."""
    lines = []
    for name, url in _databases(folder):
        with url as address:
            pulled, sums = _measure(folder, address, rows)
        lines.append(
            [
                name,
                f"{pulled.read:,}",
                f"{pulled.stored:,}",
                f"{pulled.read / pulled.seconds:,.0f}",
                f"{pulled.read / pulled.cpu:,.0f}",
                f"{pulled.peak_mb:.0f} MB",
                f"{1000 * sums:.0f} ms",
            ]
        )
    head = ["", "rows read", "stored", "rows/s", "rows/s of own CPU", "peak memory", "daily counts"]
    return table(head, lines)


def _databases(folder: Path) -> Iterator[tuple[str, Any]]:
    yield "SQLite", _sqlite(folder)
    if postgresql.available():
        yield "PostgreSQL", postgresql.database("coil_bench")


@contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'logs.db'}"


def _measure(folder: Path, url: str, rows: int) -> tuple[Pulled, float]:
    settings = environment(url)
    engine = open_engine(url)
    migrate.upgrade(engine)
    engine.dispose()
    with ExitStack() as stack:
        moodle = stack.enter_context(_moodle(rows))
        services = build_services(load_settings(settings), clock=lambda: _NOW)
        stack.callback(services.close)
        pilot_id, run_id = _prepare(services, moodle)
        pulled = pulled_apart(run_id, settings, _NOW)
        begun = time.perf_counter()
        with services.storage.read() as tx:
            days = sum(1 for _ in tx.events.day_counts(pilot_id))
        assert days >= 0
        return pulled, time.perf_counter() - begun


@contextmanager
def _moodle(rows: int) -> Iterator[Simulator]:
    with Simulator(plugin=True) as moodle:
        world = moodle.world
        courses = [world.add_course(f"C-{number}", f"Course {number}") for number in range(3)]
        for number in range(_STUDENTS):
            user: MoodleUser = world.add_user(f"student{number}", "Student", str(number))
            for course in courses:
                world.enrol(user, course)
        world.log_rows(rows, courses, start=_NOW - timedelta(weeks=6))
        yield moodle


def _prepare(services: Services, moodle: Simulator) -> tuple[str, str]:
    """A pilot whose courses' rosters are known and whose forums could not be read, so posts count too."""
    build = Build(services.storage, services.vault, SettableClock(_NOW))
    pilot = build.pilot()
    phase = build.phase(pilot)
    site = build.site("Belgrade", url=moodle.url, token=moodle.token)
    lead = build.lead()
    for course in [each for each in moodle.world.courses.values() if each.id > 1]:
        here = build.course(site, course.fullname, moodle_id=course.id)
        build.pairing([here, build.course()], proposed_by=lead, phase=phase)
        moodle.world.add_forum(course, "Talk")
    moodle.faults.error_in_200("nopermissions", function="mod_forum_get_forum_discussions")
    services.pulls.request(lead, pilot.id)
    with services.storage.read() as tx:
        waiting = [run.id for run in tx.pulls.latest(pilot.id).values()]
    for run_id in waiting:
        services.pulls.perform({"run_id": run_id})
    with services.storage.read() as tx:
        return pilot.id, tx.log_runs.latest(pilot.id)[site.id].id


def environment(url: str) -> dict[str, str]:
    """The settings of a service on a database of its own."""
    own = {
        "PUBLIC_URL": "http://127.0.0.1:1",
        "DATABASE_URL": url,
        "SECRET_KEY": "benchmark " * 5,
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "MAIL_SENDER": "bench@example.org",
        "ALLOW_PRIVATE_PARTNERS": "true",
    }
    return {f"COIL_BRIDGE_{name}": value for name, value in own.items()}
