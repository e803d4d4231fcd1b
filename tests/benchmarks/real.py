"""A real Moodle's log, pulled through the plugin by the service, against that Moodle's own CSV download.

``python -m tests.benchmarks.real`` with the variables of ``tests/live/README.md``. Both read the same rows of
one course in the same run, in turns. Ours is the whole pull: asked for over HTTP, unpacked, checked,
pseudonymised and stored in SQLite with its cursors, by a process of its own, into a copy of the same database
each time. The download is read to its last byte and thrown away. Each is read once before the rounds,
uncounted. What either told is compared with the table.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import requests
from click import echo

from coil_bridge.services.context import system_clock
from coil_bridge.settings import load_settings
from coil_bridge.storage import migrate
from coil_bridge.storage.engine import open_engine
from coil_bridge.wiring.services.installation import build_services
from tests.benchmarks.figures import figure, table
from tests.benchmarks.logs import environment
from tests.benchmarks.pulling import pulled_apart
from tests.builders import Build, SettableClock
from tests.live.plugin_lab import Lab, from_environment

ROUNDS = 5
PULLED, DOWNLOADED = "pulled and stored", "Moodle's CSV download"
_ACCOUNT = "COIL_BRIDGE_LIVE_SITE1_ADMIN"
_PATIENCE = 900.0  # seconds
_MEANWHILE = 200  # rows that the readings themselves add to the log of the course, at most


@dataclass(frozen=True, slots=True)
class Read:
    """One reading of the log."""

    rows: int
    seconds: float
    stored: int = 0
    peak_mb: float = 0.0
    cpu: float = 0.0  # seconds of the pulling process

    @property
    def speed(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds


def main() -> int:
    """0 when both were measured; 2 when the environment names no Moodle."""
    lab = from_environment()
    if lab is None or not os.environ.get(_ACCOUNT):
        echo("Name a Moodle with the plugin and its administrator: tests/live/README.md says how.", err=True)
        return 2
    course = lab.course_ids[0]
    with tempfile.TemporaryDirectory(prefix="coil-bridge-real-") as name:
        folder = Path(name)
        prepared = environment(f"sqlite:///{folder / 'prepared.db'}")
        run_id = _prepare(lab, course, prepared)
        ways: dict[str, Callable[[], Read]] = {
            PULLED: lambda: _pull(folder, run_id, prepared),
            DOWNLOADED: lambda: _download(lab, course),
        }
        found: dict[str, list[Read]] = {way: [] for way in ways}
        for way in ways.values():
            way()  # Moodle's caches and the database's, after a start
        for number in range(ROUNDS):
            for way in list(ways)[:: 1 if number % 2 == 0 else -1]:
                found[way].append(ways[way]())
                echo(f"{way}: {found[way][-1].speed:,.0f} rows/s, load {os.getloadavg()[0]:.1f}", err=True)
    _compare(lab, found)
    echo(_report(found))
    return 0


def _prepare(lab: Lab, course_id: int, environ: Mapping[str, str]) -> str:
    """A pilot whose course's people are known; the run in which its log is to be read."""
    settings = load_settings(environ)
    engine = open_engine(settings.database_url)
    migrate.upgrade(engine)
    engine.dispose()
    services = build_services(settings)
    now = system_clock()
    build = Build(services.storage, services.vault, SettableClock(now))
    year = {"starts_on": (now - timedelta(days=300)).date(), "ends_on": (now + timedelta(days=60)).date()}
    pilot = build.pilot(**year)
    lead, site = build.lead(), build.site("Belgrade", url=lab.url, token=lab.token)
    here = build.course(site, "Internal Medicine", moodle_id=course_id)
    build.pairing([here, build.course()], proposed_by=lead, phase=build.phase(pilot, **year), **year)
    services.pulls.request(lead, pilot.id)
    with services.storage.read() as tx:
        waiting = [run.id for run in tx.pulls.latest(pilot.id).values()]
    for run_id in waiting:
        services.pulls.perform({"run_id": run_id})
    with services.storage.read() as tx:
        run = tx.log_runs.latest(pilot.id)[site.id]
    services.close()
    return run.id


def _pull(folder: Path, run_id: str, environ: Mapping[str, str]) -> Read:
    copy = shutil.copyfile(folder / "prepared.db", folder / "pulled.db")
    settings = {**os.environ, **environ, "COIL_BRIDGE_DATABASE_URL": f"sqlite:///{copy}"}
    said = pulled_apart(run_id, settings)
    return Read(said.read, said.seconds, said.stored, said.peak_mb, said.cpu)


def _download(lab: Lab, course_id: int) -> Read:
    """Moodle's report on the log, all of the course, as CSV."""
    with requests.Session() as browser:
        _log_in(browser, lab.url)
        wanted = {"chooselog": 1, "id": course_id, "logreader": "logstore_standard", "edulevel": -1}
        address = f"{lab.url}/report/log/index.php"
        begun, lines = time.perf_counter(), 0
        with browser.get(
            address, params=wanted | {"download": "csv"}, stream=True, timeout=_PATIENCE
        ) as answer:
            assert "csv" in answer.headers["Content-Type"], answer.headers
            for part in answer.iter_content(1 << 16):
                lines += part.count(b"\n")
        return Read(lines - 1, time.perf_counter() - begun)


def _log_in(browser: requests.Session, url: str) -> None:
    page = browser.get(f"{url}/login/index.php", timeout=_PATIENCE).text
    token = re.search(r'name="logintoken" value="(\w+)"', page)
    assert token
    account = {"username": os.environ[_ACCOUNT], "password": os.environ[f"{_ACCOUNT}_PASSWORD"]}
    form = account | {"logintoken": token[1]}
    answer = browser.post(f"{url}/login/index.php", data=form, timeout=_PATIENCE)
    assert "/login/" not in answer.url, answer.url


def _compare(lab: Lab, found: Mapping[str, Sequence[Read]]) -> None:
    """Both have to have read what stands in the table; it grows by the signing in for each download."""
    there = lab.count(f"courseid = {lab.course_ids[0]}")
    for way, reads in found.items():
        for each in reads:
            assert there - _MEANWHILE <= each.rows <= there, (way, each.rows, there)


def _report(found: Mapping[str, Sequence[Read]]) -> str:
    lines = []
    for way, reads in found.items():
        spread = figure([each.speed for each in reads])
        lines.append([way, f"{reads[-1].rows:,}", spread.text(), f"{reads[-1].stored:,}"])
    pairs = zip(found[PULLED], found[DOWNLOADED], strict=True)
    ratio = figure([one.speed / other.speed for one, other in pairs])
    peak = max(each.peak_mb for each in found[PULLED])
    own = figure([1e6 * each.cpu / each.rows for each in found[PULLED]])
    return (
        table(["", "rows", "rows/s, median (least-most)", "stored"], lines)
        + f"\n\npulled to downloaded, round by round: {ratio.text(1)} times; peak memory {peak:.0f} MB; "
        + f"own processor time {own.text(2)} µs a row"
    )


if __name__ == "__main__":
    sys.exit(main())
