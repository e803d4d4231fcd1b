"""Many sites at once: bounds hold, and a dead partner costs the others nothing."""

from __future__ import annotations

import threading
import time
from contextvars import ContextVar

import pytest

from connectors.moodle.errors import SiteTimeout
from connectors.moodle.fleet import Fleet

SITES = ["belgrade", "almaty", "shanghai"]


def test_values_and_errors_come_back_by_site() -> None:
    def fail() -> str:
        raise LookupError("no such course")

    outcomes = Fleet().map({"belgrade": lambda: "Здраво", "almaty": fail}, deadline=5)
    assert (outcomes["belgrade"].ok, outcomes["belgrade"].value) == (True, "Здраво")
    assert isinstance(outcomes["almaty"].error, LookupError)
    assert outcomes["almaty"].value is None


def test_nothing_to_do_is_done_at_once() -> None:
    assert Fleet().map({}, deadline=5) == {}


def test_a_hanging_site_is_late_and_the_others_are_not() -> None:
    released = threading.Event()
    started = time.monotonic()
    calls = {"belgrade": lambda: "ok", "almaty": lambda: str(released.wait(10)), "shanghai": lambda: "ok"}
    outcomes = Fleet().map(calls, deadline=0.3)
    released.set()
    assert time.monotonic() - started < 2
    assert [outcomes[site].value for site in SITES] == ["ok", None, "ok"]
    assert isinstance(outcomes["almaty"].error, SiteTimeout)
    assert outcomes["almaty"].elapsed == pytest.approx(0.3, abs=0.5)


def test_a_dead_site_never_takes_more_than_its_share_whoever_asks() -> None:
    fleet, released, entered = Fleet(per_site=2, workers=4), threading.Event(), threading.Semaphore(0)

    def hang() -> None:
        entered.release()
        released.wait(10)

    for _ in range(5):
        assert not fleet.map({"almaty": hang}, deadline=0.05)["almaty"].ok
    outcome = fleet.map({"almaty": hang, "belgrade": lambda: None}, deadline=0.5)
    entries = sum(entered.acquire(blocking=False) for _ in range(10))
    released.set()
    assert entries == 2  # the others waited and were given up without ever being started
    assert outcome["belgrade"].ok


def test_waiting_work_starts_when_a_place_is_free() -> None:
    fleet = Fleet(per_site=1, workers=1)
    outcomes = fleet.map({site: lambda site=site: site.title() for site in SITES}, deadline=5)  # type: ignore[misc]  # mypy cannot infer a lambda's default
    assert [outcomes[site].value for site in SITES] == ["Belgrade", "Almaty", "Shanghai"]


def test_the_callers_context_reaches_the_work() -> None:
    request_id: ContextVar[str] = ContextVar("request_id", default="none")
    request_id.set("r-17")
    assert Fleet().map({"belgrade": request_id.get}, deadline=5)["belgrade"].value == "r-17"
