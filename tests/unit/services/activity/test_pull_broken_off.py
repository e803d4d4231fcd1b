"""A pull that is broken off before any of its writes, and begun anew, ends with exactly the same rows.

Breaking off is an exception that nothing catches, thrown from inside the database driver's call: like a
killed process it leaves the open transaction unwritten and everything after it undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import Engine, event

from coil_bridge.evaluation.records import RunState
from coil_bridge.services.bundle import Services
from coil_bridge.storage.fact_tables import moodle_stay
from coil_bridge.storage.storage import Storage
from connectors.moodle.simulator import Simulator
from tests.builders import Build, SettableClock
from tests.unit.services.pilot import PilotTrial, balanced, utc

WRITES = ("INSERT", "UPDATE", "DELETE")


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed_before_write(engine: Engine, number: int) -> Iterator[list[str]]:
    """Let so many writes pass, and break off at the next."""
    passed: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(WRITES):
            if len(passed) == number:
                raise Killed
            passed.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield passed
    finally:
        event.remove(engine, "before_cursor_execute", count)


@pytest.mark.parametrize("plugin", [False, True])
@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_broken_off_anywhere_it_ends_with_the_same_rows(
    services: Services,
    storage: Storage,
    build: Build,
    clock: SettableClock,
    moodle: Callable[..., Simulator],
    *,
    plugin: bool,
) -> None:
    trial = PilotTrial(services, storage, build, clock, moodle, plugin=plugin)
    world, course = trial.belgrade.moodle.world, trial.belgrade.there
    jelena, marko = trial.belgrade.enrol(2, last_access=utc("2026-10-20 09:00"))
    world.complete(jelena, world.add_activity(course, "Report", counts_for_course=True))
    talk = world.post(jelena, world.add_forum(course, "Cities"), "Streets", at=utc("2026-10-06 09:00"))
    world.post(marko, talk, "Re: Streets", at=utc("2026-10-07 09:00"))
    room = world.add_activity(course, "Room", "bigbluebuttonbn")
    world.enter_room(jelena, room, utc("2026-10-08 09:00"), minutes=50)
    world.mark(marko, world.add_activity(course, "Attendance", "attendance"), utc("2026-10-08 09:00"), 60)
    services.pulls.request(trial.lead, trial.pilot.id)
    (run,) = [run for run in trial.runs().values() if run.course_id == trial.belgrade.here.id]
    deaths = 0
    while trial.runs()[trial.belgrade.here.fullname].state is not RunState.DONE:
        with suppress(Killed), killed_before_write(services.storage._engine, deaths):
            services.pulls.perform({"run_id": run.id})
        assert balanced(trial.runs()[trial.belgrade.here.fullname])
        deaths += 1
    assert deaths > 5
    people, events = trial.stored()
    assert (len(people), len(events), len(trial.rows(moodle_stay))) == (2, 2, 3 if plugin else 0)
    finished = trial.runs()[trial.belgrade.here.fullname]
    # The last attempt found everything there: it read as much as a first one, and stored nothing twice.
    assert finished.tally.read == 2 + 2 + 2 + (3 if plugin else 0)
    assert balanced(finished)
