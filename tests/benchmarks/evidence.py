"""All indicators of a pilot with a million events, and its whole evidence pack: seconds and memory.

The measuring runs in a process of its own on one core, so that its memory is the work's and not the
builder's. What counts is processor time: the core may have other work.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet

from coil_bridge.domain import Course, Pairing, SessionState
from coil_bridge.evaluation.attendance import Presence, PresenceSource, minute_of
from coil_bridge.evaluation.definitions.registry import CURRENT, SETS
from coil_bridge.evaluation.evidence_dataset import Made
from coil_bridge.evaluation.facts import Trait
from coil_bridge.evaluation.figures import figures_of
from coil_bridge.evaluation.pack import write_pack
from coil_bridge.evaluation.packed_events import EPOCH, minutes_of, pack
from coil_bridge.evaluation.publication import publish
from coil_bridge.evaluation.records import EventKind, EventSource, Member, Part
from coil_bridge.services.piloting.evidence_reading import stored_of
from coil_bridge.storage import migrate
from coil_bridge.storage.engine import open_engine, writing
from coil_bridge.storage.event_tables import reply
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault, new_id
from tests.benchmarks.measuring import WrongAnswers
from tests.benchmarks.processes import peak_mb
from tests.builders import Build, SettableClock

EVENTS = 1_000_000
PAIRINGS = 20
STUDENTS = 75  # in each of the two courses of each pairing
PAGE = 50_000
MADE_AT = datetime(2026, 12, 22, 9, 0, tzinfo=UTC)
THROUGH = date(2026, 12, 20)
INDICATOR_SECONDS, PACK_SECONDS, MEMORY_MB = 2.0, 15.0, 300
FIRST = date(2026, 10, 5)
KINDS = (EventKind.VIEW, EventKind.FORUM_TOPIC, EventKind.FORUM_REPLY, EventKind.QUIZ, EventKind.ROOM_JOIN)


def report(folder: Path) -> str:
    """Build the pilot, measure, and say what came.

    Raises:
        WrongAnswers: a figure is beyond what the project promises.
    """
    url = f"sqlite:///{folder / 'evidence.db'}"
    pilot_id = build(url, EVENTS)
    best = min((measured(url, pilot_id) for _ in range(2)), key=lambda each: each["indicators"])
    lines = (
        f"{EVENTS:,} events, {PAIRINGS * 2 * STUDENTS:,} students, {PAIRINGS} pairings, one core",
        _seconds("all indicators", best["indicators"], INDICATOR_SECONDS, best["indicators_wall"]),
        _seconds("whole pack", best["pack"], PACK_SECONDS, best["pack_wall"]),
        f"the pack: {best['bytes'] / 1e6:.1f} MB",
        f"memory of the process: {best['memory']:.0f} MB (at most {MEMORY_MB})",
    )
    if best["indicators"] > INDICATOR_SECONDS or best["pack"] > PACK_SECONDS or best["memory"] > MEMORY_MB:
        raise WrongAnswers("; ".join(lines))
    return "\n".join(lines)


def _seconds(what: str, found: float, most: float, by_clock: float) -> str:
    return f"{what}: {found:.2f} s of the processor (at most {most:.0f}), {by_clock:.2f} s by the clock"


def build(
    url: str,
    events: int,
    *,
    pairings: int = PAIRINGS,
    students: int = STUDENTS,
    between: Callable[[Storage], None] = lambda _: None,
) -> str:
    """A pilot with so many events, which come in the order of time as a log does; its id.

    ``between`` is called after each page of them, for others to store theirs.
    """
    engine = open_engine(url)
    migrate.upgrade(engine)
    storage, clock = Storage(engine), SettableClock(datetime(2026, 12, 21, tzinfo=UTC))
    make = Build(storage, vault(), clock)
    chance = random.Random(2026)  # noqa: S311 - the same every time, that is the point
    lead = make.lead()
    pilot = make.pilot("Pilot of a million events")
    phase = make.phase(pilot, starts_on=date(2026, 9, 1), ends_on=date(2027, 1, 31))
    cities = ("Belgrade", "Almaty", "Shanghai", "Kraków")
    sites = {city: make.site(city) for city in cities}
    share = events // (pairings * 2 * students)
    told: list[int] = []
    for number in range(pairings):
        courses = [
            make.course(sites[cities[(number + side) % 4]], f"Course {number}.{side}") for side in (0, 1)
        ]
        pairing = make.pairing(courses, title=f"Pairing {number:02}", proposed_by=lead, phase=phase)
        held = [_session(make, pairing, lead, week) for week in range(4)]
        for course in courses:
            told += _fill(
                storage,
                pilot.id,
                pairing,
                course,
                held=held,
                chance=chance,
                students=students,
                share=share,
            )
    told.sort(key=minutes_of)
    for start in range(0, len(told), PAGE):
        with storage.write() as tx:
            number = tx.events.make_number(pilot.id)
            tx.events.append(number, EventSource.LOG, told[start : start + PAGE])
        between(storage)
    _answer(storage, engine, pilot.id, chance)
    with writing(engine) as connection:
        connection.exec_driver_sql("ANALYZE")
    storage.close()
    return pilot.id


def vault() -> Vault:
    """Seals what the builders make."""
    return Vault([Fernet.generate_key().decode()])


def _session(make: Build, pairing: Pairing, lead: object, week: int) -> tuple[str, int]:
    at = datetime(2026, 10, 13, 12, 0, tzinfo=UTC) + timedelta(weeks=2 * week)
    made = make.session(pairing, lead, starts_at=at, minutes=90, state=SessionState.PLANNED)  # type: ignore[arg-type]
    return made.id, minute_of(at)


def _fill(
    storage: Storage,
    pilot_id: str,
    pairing: Pairing,
    course: Course,
    *,
    held: list[tuple[str, int]],
    chance: random.Random,
    students: int,
    share: int,
) -> list[int]:
    observed = datetime(2026, 12, 20, 4, 0, tzinfo=UTC)
    names = [f"{course.id[:20]}{number:04}" for number in range(students)]
    members = [
        Member(pairing.id, course.id, name, Part.STUDENT, None, n % 3 != 0, observed)
        for n, name in enumerate(names)
    ]
    run = new_id()
    with storage.write() as tx:
        tx.activity.put_members(pilot_id, members)
        tx.pulls.insert(run, pilot_id, pairing.id, course.id, observed)
        tx.pulls.finish(run, observed)
        actors = tx.events.actors(pilot_id, pairing.id, course.id)
        rows = [
            Presence(
                session,
                course.id,
                name,
                start + chance.randrange(20),
                start + 60 + chance.randrange(40),
                PresenceSource.FILE,
            )
            for session, start in held
            for name in names
            if chance.random() < 0.8
        ]
        tx.attendance.put(pilot_id, rows)
        genders = ("female", "male", "female", "male", "undisclosed")
        tx.evidence.put_traits(
            pilot_id,
            {name: Trait(genders[n % 5], course.institution.country) for n, name in enumerate(names)},
        )
    return [row for no in actors.values() for row in _days(no, share, chance)]


def _days(actor: int, share: int, chance: random.Random) -> list[int]:
    rows: list[int] = []
    days = [FIRST.toordinal() + chance.randrange(75) for _ in range(max(share // 8, 1))]
    for position in range(share):
        day = days[position % len(days)]
        minute = (day - EPOCH) * 1440 + 540 + chance.randrange(120)
        kind = chance.choices(KINDS, (88, 3, 4, 4, 1))[0]
        rows.append(pack(actor, minute, day, int(kind)))
    return rows


def _answer(storage: Storage, engine: object, pilot_id: str, chance: random.Random) -> None:
    with storage.read() as tx:
        actors, number = tx.evidence.actors(pilot_id), tx.events.number_of(pilot_id)
    rows = [
        {
            "pilot_no": number,
            "from_actor": chance.choice(actors).no,
            "to_actor": chance.choice(actors).no,
            "day": FIRST.toordinal() + chance.randrange(70),
        }
        for _ in range(20_000)
    ]
    with writing(engine) as connection:  # type: ignore[arg-type]
        connection.execute(reply.insert(), rows)


def measured(url: str, pilot_id: str) -> dict[str, float]:
    """What ``measure`` says in a process of its own on one core."""
    core = min(os.sched_getaffinity(0))
    command = [
        "taskset",
        "-c",
        str(core),
        sys.executable,
        "-m",
        "tests.benchmarks.evidence",
        url,
        pilot_id,
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def measure(url: str, pilot_id: str) -> dict[str, float]:
    """In this process: the indicators (read, counted, decided), then the pack from them."""
    storage = Storage(open_engine(url))
    started, by_clock = time.process_time(), time.perf_counter()
    with storage.read() as tx:
        pilot = tx.pilots.get(pilot_id)
        if pilot is None:
            raise WrongAnswers("there is no such pilot")
        published = publish(figures_of(stored_of(tx, pilot, SETS[CURRENT], THROUGH)))
    counted, counted_by_clock = time.process_time(), time.perf_counter()
    pack = write_pack(published, Made(MADE_AT, SETS[CURRENT], "2026", "COIL Bridge"))
    ended, ended_by_clock = time.process_time(), time.perf_counter()
    return {
        "indicators": counted - started,
        "indicators_wall": counted_by_clock - by_clock,
        "pack": ended - started,
        "pack_wall": ended_by_clock - by_clock,
        "bytes": len(pack),
        "memory": peak_mb(),
        "students": published.whole.enrolled or 0,
    }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2])))  # noqa: T201 - the other process reads it
