"""The puller of a log, killed with SIGKILL at random moments, ends with exactly the rows all the same."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from coil_bridge.evaluation.log_kinds import kind_of
from coil_bridge.evaluation.records import POSTS, LogRun, RunState
from coil_bridge.services.bundle import Services
from coil_bridge.settings import Settings
from coil_bridge.storage.event_tables import event_day
from coil_bridge.storage.storage import Storage
from connectors.moodle.simulator import Simulator
from tests.builders import Build, SettableClock
from tests.functional.killed import log_puller
from tests.unit.services.pilot import PilotTrial, utc
from tests.waiting import eventually

KILLS = 20
ANSWERS = 6  # that one life gets at most; the first two may be the overlap with what was read before
PAGE_ROWS = 50  # three pages an answer, so that one is killed in the middle of an answer as well
ROWS = (KILLS + 10) * ANSWERS * log_puller.ROWS


@pytest.fixture
def trial(
    services: Services, storage: Storage, build: Build, clock: SettableClock, moodle: Callable[..., Simulator]
) -> PilotTrial:
    return PilotTrial(services, storage, build, clock, moodle, plugin=True)


def test_twenty_kills_lose_and_double_nothing(trial: PilotTrial) -> None:
    run_id = _wanted(trial)
    world = trial.belgrade.moodle.world
    chance = random.Random(20261122)  # noqa: S311 - moments of death, no secret
    moment = threading.Event()
    with _puller(trial, run_id) as (ask, answers):
        for killed in range(KILLS):
            child = _begin(ask, answers, ANSWERS)
            _wait_for(trial, run_id, rows=chance.randint(0, 3) * log_puller.ROWS)
            moment.wait(chance.uniform(0.0, 0.03))
            assert _run(trial, run_id).state is not RunState.DONE, f"at its end after {killed} kills"
            os.kill(child, signal.SIGKILL)
            assert answers.readline() == "ended\n"
        halfway = _run(trial, run_id).tally.read
        _begin(ask, answers, ROWS)
        assert answers.readline() == "ended\n"
    run = _run(trial, run_id)
    assert run.state is RunState.DONE, run
    assert halfway > 10 * log_puller.ROWS, "the killed ones have hardly begun: longer moments are needed"
    assert run.tally.read == run.tally.stored + sum(run.tally.dropped.values())
    columns = world.log.columns
    names = world.log.event_names
    expected = Counter(
        (kind, at // 60)
        for event_no, at in zip(columns["event"], columns["time"], strict=True)
        if (kind := kind_of(names[event_no])) is not None and kind not in POSTS  # those the forums tell
    )
    stored = trial.events()
    assert Counter((row["kind"], row["minute"]) for row in stored) == expected
    assert run.tally.stored == len(stored) == sum(row["n"] for row in trial.rows(event_day))


def _begin(ask: IO[str], answers: IO[str], most: int) -> int:
    """Let a puller begin, which may read so many answers; its process number."""
    ask.write(f"{most}\n")
    ask.flush()
    return int(answers.readline())


def _wanted(trial: PilotTrial) -> str:
    """A log of many rows by two people, and the wish to read it, which nobody has begun."""
    trial.belgrade.enrol(2)
    trial.almaty.enrol(1)
    trial.pull()
    trial.belgrade.moodle.site.plugin.page_rows = PAGE_ROWS
    world = trial.belgrade.moodle.world
    world.log_rows(ROWS, [trial.belgrade.there], start=utc("2026-10-05 00:00"))
    trial.clock.advance(minutes=5)
    with trial.storage.write() as tx:
        trial.services.activity.logs.queue(tx, trial.pilot.id, trial.belgrade.here.site_id)
        return tx.log_runs.latest(trial.pilot.id)[trial.belgrade.here.site_id].id


def _wait_for(trial: PilotTrial, run_id: str, rows: int) -> None:
    """Until so many rows more have been dealt with."""
    before = _run(trial, run_id).tally.read
    eventually(lambda: _run(trial, run_id).tally.read >= before + rows)


def _run(trial: PilotTrial, run_id: str) -> LogRun:
    with trial.storage.read() as tx:
        found = tx.log_runs.get(run_id)
    assert found
    return found


@contextmanager
def _puller(trial: PilotTrial, run_id: str) -> Iterator[tuple[IO[str], IO[str]]]:
    settings = {name: getattr(trial.services.settings, name) for name in Settings.__dataclass_fields__}
    given = json.dumps(settings, default=str)
    process = subprocess.Popen(
        [sys.executable, "-m", log_puller.__name__, given, run_id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    with process:
        assert process.stdin
        assert process.stdout
        yield process.stdin, process.stdout
        process.stdin.close()
    assert process.returncode == 0
