"""A series of 16 sessions in one request: saved, feeds rebuilt, and queued for six sites.

The request is the form's own POST, with everything between the cookie and the redirect, in this process. Six
universities in six zones pair a course each; people have subscribed in English and in Serbian. What people
are told and what the Moodles' calendars follow is queued in the same transaction and done by the worker.
"""

from __future__ import annotations

import logging
import re
import time
from datetime import datetime, timedelta
from datetime import time as clock_time

import structlog
from flask.testing import FlaskClient

from scheduling import ical
from tests.benchmarks.figures import figure, table
from tests.benchmarks.world import Prepared, World

SITES, SESSIONS = 6, 16
REPETITIONS = 9
TARGET_MS = 150
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


def report(world: World) -> str:
    """Measure and tell."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    _measure(world, "warm-up")
    measured = [_measure(world, f"series-{number}") for number in range(REPETITIONS)]
    rows = [
        [step, *(figure([each[step][kind] for each in measured]).text(1) for kind in ("wall", "cpu"))]
        for step in measured[0]
    ]
    method = (
        f"{REPETITIONS} repetitions, each on a new pairing of {SITES} courses with feeds in two languages;\n"
        f"median (least-most). The target for planning {SESSIONS} sessions is {TARGET_MS} ms."
    )
    return f"{method}\n\n{table(['milliseconds of one request', 'wall', 'processor'], rows)}"


def _measure(world: World, name: str) -> dict[str, dict[str, float]]:
    prepared = world.prepare_wide(SITES)
    for student in prepared.students[:2]:
        world.services.feeds.link(student, prepared.pairing.id)
    client = _browser(world, prepared)
    ical._event_bytes.cache_clear()  # as after a restart
    times = {f"{SESSIONS} sessions planned": _timed(client, *_planned(client, prepared, name))}
    first = world.services.pairings.get(prepared.teacher, prepared.pairing.id).sessions[0]
    edit = f"/sessions/{first.id}/edit"
    plan = _form(client, edit, _typed(prepared, first.starts_local + timedelta(minutes=30), count=1))
    times[f"all {SESSIONS} moved by half an hour"] = _timed(
        client, edit, plan | {"version": str(first.version), "scope": "all"}
    )
    return times


def _planned(client: FlaskClient, prepared: Prepared, key: str) -> tuple[str, dict[str, str]]:
    page = f"/pairings/{prepared.pairing.id}/sessions"
    first = prepared.pairing.starts_on + timedelta(days=14)
    typed = _typed(prepared, datetime.combine(first, clock_time(14)), count=SESSIONS)
    return page, _form(client, f"{page}/new", typed) | {"idempotency_key": key}


def _typed(prepared: Prepared, starts: datetime, *, count: int) -> dict[str, str]:
    return {
        "title": "Cities in six zones",
        "phase": "joint_project",
        "starts_local": starts.isoformat(timespec="minutes"),
        "zone": prepared.pairing.courses[0].course.institution.zone,
        "minutes": "90",
        "repeat": "weekly" if count > 1 else "once",
        "count": str(count),
        "room_url": "https://meet.consortium.example/cities",
        "notes": "Bring one photograph of a street near you.",
    }


def _form(client: FlaskClient, page: str, typed: dict[str, str]) -> dict[str, str]:
    found = _CSRF.search(client.get(page).text)
    if found is None:
        raise AssertionError(f"there is no form on {page}")
    return typed | {"csrf_token": found[1]}


def _timed(client: FlaskClient, address: str, values: dict[str, str]) -> dict[str, float]:
    began, used = time.perf_counter(), time.process_time()
    answer = client.post(address, data=values, headers={"Referer": f"http://localhost{address}"})
    spent = {
        "wall": (time.perf_counter() - began) * 1000,
        "cpu": (time.process_time() - used) * 1000,
    }
    if answer.status_code != 303:
        raise AssertionError(f"{address} answered {answer.status_code}")
    return spent


def _browser(world: World, prepared: Prepared) -> FlaskClient:
    client = world.app.test_client()
    name, _, value = world.cookie(prepared.teacher).partition("=")
    client.set_cookie(name, value)
    return client
