from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.services.health import Health, HealthReport
from coil_bridge.storage.engine import open_engine
from coil_bridge.storage.storage import Storage
from scheduling.zones import use_packaged_zone_data
from tests.builders import START, SettableClock


@dataclass
class Schema:
    current: str | None = "0001"
    head: str = "0001"


def look(storage: Storage, clock: SettableClock, schema: Schema | None = None) -> HealthReport:
    use_packaged_zone_data()
    return Health(storage=storage, clock=clock, schema=lambda: schema or Schema()).ready()


def faults(report: HealthReport) -> list[str]:
    return [check.name for check in report.checks if not check.ok]


def test_everything_is_well_while_the_worker_beats(storage: Storage, clock: SettableClock) -> None:
    with storage.write() as tx:
        tx.jobs.beat("w1", START, START)
    clock.advance(seconds=60)
    report = look(storage, clock)
    assert report.ready
    assert report.well
    assert report.worker_seen_at == START


def test_a_silent_worker_is_told_but_pages_go_on(storage: Storage, clock: SettableClock) -> None:
    assert faults(look(storage, clock)) == ["worker"]
    with storage.write() as tx:
        tx.jobs.beat("w1", START, START)
    clock.advance(seconds=61)
    report = look(storage, clock)
    assert faults(report) == ["worker"]
    assert report.ready
    assert not report.well


def test_an_old_schema_is_not_ready_and_says_what_to_do(storage: Storage, clock: SettableClock) -> None:
    report = look(storage, clock, Schema(current=None))
    assert not report.ready
    assert report.checks[0].detail == "schema –, needed 0001: run coil-bridge db upgrade"


def test_a_database_that_is_not_there_is_an_answer_and_not_an_error(clock: SettableClock) -> None:
    gone = Storage(open_engine("sqlite:////nowhere/at/all.db"))
    report = look(gone, clock)
    assert not report.ready
    assert faults(report) == ["storage", "worker"]
