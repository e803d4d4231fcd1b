"""How long it takes to build a feed and to store it, as the services do it.

Cold: none of the pairing's events is in the cache of built events, as after a restart. Warm: all of them are,
but for the one that has changed. The rows with a database are whole service calls, from ``BEGIN IMMEDIATE``
to ``COMMIT``: who may do it, what changes, the audit trail, the messages to the others, and the feed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from coil_bridge.domain import JointSession
from coil_bridge.i18n import translator
from coil_bridge.services.agreed.session_plans import PlanInput
from coil_bridge.services.calendar import feed_content
from coil_bridge.storage.feeds import StoredFeed
from scheduling import ical
from tests.benchmarks.figures import figure, table
from tests.benchmarks.world import Prepared, World

SIZES = (40, 400)
REPETITIONS = 7

_METHOD = (
    f"{REPETITIONS} repetitions, each on a new pairing of three courses, in one process after a warm-up;\n"
    "median (least-most). Stored: one write transaction on SQLite (WAL, synchronous=NORMAL)."
)


def report(world: World) -> str:
    """Measure every size and tell."""
    _measure(world, SIZES[0])  # warm-up: locales, compiled statements
    measured = {size: [_measure(world, size) for _ in range(REPETITIONS)] for size in SIZES}
    steps = list(measured[SIZES[0]][0])
    rows = [
        [step, *(figure([each[step] for each in measured[size]]).text(1) for size in SIZES)] for step in steps
    ]
    sizes = [f"{len(feed.body):,} ({len(feed.body_gzip):,})" for feed in _feeds(world)]
    rows.append(["bytes of the feed (with gzip)", *sizes])
    return f"{_METHOD}\n\n{table(['milliseconds', *(f'{size} events' for size in SIZES)], rows)}"


def _measure(world: World, size: int) -> dict[str, float]:
    """Milliseconds of every step, in the order in which they are told."""
    prepared = world.prepare(size)
    student, pairing = prepared.students[0], prepared.pairing
    times: dict[str, float] = {}

    def step(name: str, work: Callable[[], object]) -> None:
        began = time.perf_counter()
        work()
        times[name] = (time.perf_counter() - began) * 1000

    _forget_events()
    step("first subscription: build and store, cold", lambda: world.services.feeds.link(student, pairing.id))
    _forget_events()
    step("build alone, cold", lambda: _built(world, prepared))
    step("build alone, warm", lambda: _built(world, prepared))
    session = _edit(world, prepared, prepared.sessions[0])  # so that the next edit finds its events built
    step("a session edited: rebuild and store, warm", lambda: _edit(world, prepared, session))
    other = prepared.sessions[1]
    _forget_events()
    step("a session edited: rebuild and store, cold", lambda: _edit(world, prepared, other))
    return times


def _built(world: World, prepared: Prepared) -> StoredFeed:
    page = f"{world.settings.public_url}/pairings/{prepared.pairing.id}"
    return feed_content.build(prepared.pairing, prepared.sessions, page, translator("en"))


def _feeds(world: World) -> list[StoredFeed]:
    return [_built(world, world.prepare(size)) for size in SIZES]


def _edit(world: World, prepared: Prepared, session: JointSession) -> JointSession:
    """Make the session a quarter of an hour longer, as its teacher would."""
    plan = PlanInput(
        title=session.title,
        phase=session.phase,
        starts_local=session.starts_local,
        zone=session.zone,
        minutes=session.minutes + 15,
        room_url=session.room_url,
        notes=session.notes,
    )
    after = world.services.sessions.edit(prepared.teacher, session.id, plan, session.version)
    if after == session:
        raise AssertionError("the edit changed nothing")
    return after


def _forget_events() -> None:
    ical._event_bytes.cache_clear()  # the state after a restart, which nothing public brings about
