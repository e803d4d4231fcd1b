"""Ten million events in six pilots, on both databases: what storing them and asking one pilot costs.

A pilot of a million, complete with its people and sessions, is asked for all its indicators; a pilot of five
million for what they are made of. The pilots' pages of rows arrive in turns, so that no pilot lies in one
piece. Asking is done by a process of its own. Databases run with their own settings (PostgreSQL with the
32 MB of shared buffers that the tests give it).
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from coil_bridge.evaluation.packed_events import EPOCH, pack
from coil_bridge.evaluation.records import EventSource
from coil_bridge.evaluation.sittings import bulk
from coil_bridge.storage.engine import open_engine, reading
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import new_id
from tests import postgresql
from tests.benchmarks import evidence
from tests.benchmarks.figures import table
from tests.benchmarks.measuring import WrongAnswers
from tests.builders import Build, SettableClock

OTHERS = (5_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000)
INDICATOR_SECONDS = 2.0
_DAYS = 75
_EVENTS_A_PERSON = 333
_ACTIVE = 5  # one in so many people does something on a day
_NO_ACTOR = 10_000_000  # the others' people have numbers from here on, and no rows of their own
_GAP = 30


@dataclass
class _Others:
    """The other pilots, who store their share of pages whenever the one that is asked has stored one."""

    ids: list[str] = field(default_factory=list)
    rows: int = 0
    cpu: float = 0.0
    seconds: float = 0.0
    _pages: Iterator[tuple[int, list[int]]] | None = None
    _each: int = 0

    def __call__(self, storage: Storage) -> None:
        if self._pages is None:
            self._begin(storage)
        assert self._pages is not None
        for _ in range(self._each):
            number, page = next(self._pages)
            cpu, begun = time.process_time(), time.perf_counter()
            with storage.write() as tx:
                tx.events.append(number, EventSource.LOG, page)
            self.cpu += time.process_time() - cpu
            self.seconds += time.perf_counter() - begun
            self.rows += len(page)

    def _begin(self, storage: Storage) -> None:
        make = Build(storage, evidence.vault(), SettableClock(evidence.MADE_AT))
        numbers = []
        for size in OTHERS:
            pilot = make.pilot(f"Another of {size:,} {new_id()}")
            self.ids.append(pilot.id)
            with storage.write() as tx:
                numbers.append(tx.events.make_number(pilot.id))
        self._pages = _pages(numbers)
        self._each = sum(OTHERS) // evidence.EVENTS


def _pages(numbers: list[int]) -> Iterator[tuple[int, list[int]]]:
    """Pages of every pilot in the order of time with its number, the largest pilot's among the others'."""
    chance = random.Random(2027)  # noqa: S311 - the same every time, that is the point
    order = [place for place, size in enumerate(OTHERS) for _ in range(size // evidence.PAGE)]
    chance.shuffle(order)
    done = [0] * len(OTHERS)
    for place in order:
        share = done[place] * evidence.PAGE / OTHERS[place]
        done[place] += 1
        length = evidence.PAGE / OTHERS[place]
        yield numbers[place], _page(numbers[place], OTHERS[place] // _EVENTS_A_PERSON, share, length, chance)


def _page(number: int, people: int, begin: float, length: float, chance: random.Random) -> list[int]:
    """A page of a log that covers a part of the autumn."""
    first = (evidence.FIRST.toordinal() - EPOCH) * 1440
    minutes = sorted(
        first + int(_DAYS * 1440 * (begin + length * chance.random())) for _ in range(evidence.PAGE)
    )
    kinds = chance.choices(evidence.KINDS, (88, 3, 4, 4, 1), k=evidence.PAGE)
    base = _NO_ACTOR * number
    events = []
    for minute, kind in zip(minutes, kinds, strict=True):
        day = minute // 1440 + EPOCH
        actor = base + int(chance.random() * people / _ACTIVE) * _ACTIVE + day % _ACTIVE
        events.append(pack(actor, minute, day, int(kind)))
    return events


def report(folder: Path) -> str:
    """Store, ask, and tell, on every engine that is there.

    Raises:
        WrongAnswers: the indicators take longer than the project promises.
    """
    lines, slow = [], []
    for name, database in _databases(folder):
        with database as url:
            others = _Others()
            pilot_id = evidence.build(url, evidence.EVENTS, between=others)
            lines += [*_stored(name, url, others), *_asked(name, url, pilot_id, others.ids[0])]
            best = min(
                (evidence.measured(url, pilot_id) for _ in range(3)), key=lambda each: each["indicators_wall"]
            )
        lines.append([name, "all indicators, 1 M", _both(best["indicators_wall"], best["indicators"])])
        if best["indicators"] > INDICATOR_SECONDS:
            slow.append(
                f"{name}: {best['indicators']:.2f} s of the processor for the indicators of a million of ten"
            )
    found = table(["", "", "by the clock (processor of the process)"], lines)
    if slow:
        raise WrongAnswers(f"{found}\n" + "; ".join(slow))
    return found


def _databases(folder: Path) -> Iterator[tuple[str, AbstractContextManager[str]]]:
    yield "SQLite", _sqlite(folder)
    if postgresql.available():
        yield "PostgreSQL", postgresql.database("coil_bench_events")


@contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    path = folder / "events.db"
    yield f"sqlite:///{path}"
    path.unlink()


def _stored(name: str, url: str, others: _Others) -> list[list[str]]:
    engine = open_engine(url)
    sizes = {
        "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        "postgresql": "SELECT pg_database_size(current_database())",
    }
    with reading(engine) as connection:
        size = connection.execute(text(sizes[engine.dialect.name])).scalar_one()
    engine.dispose()
    rates = f"{others.rows / others.seconds:,.0f} rows/s ({others.rows / others.cpu:,.0f})"
    return [[name, "storing", rates], [name, "size of all", f"{size / 1e6:,.0f} MB"]]


def _asked(name: str, url: str, small: str, large: str) -> list[list[str]]:
    lines = []
    for size, pilot_id in (("1 M", small), ("5 M", large)):
        best: dict[str, tuple[float, float]] = {}
        for _ in range(3):
            for question, found in _in_a_process(url, pilot_id).items():
                best[question] = min(best.get(question, (1e9, 1e9)), (found[0], found[1]))
        lines += [[name, f"{question}, {size}", _both(*found)] for question, found in best.items()]
    return lines


def _both(seconds: float, cpu: float) -> str:
    return f"{seconds:.2f} s ({cpu:.2f})"


def _in_a_process(url: str, pilot_id: str) -> dict[str, list[float]]:
    command = [sys.executable, "-m", "tests.benchmarks.events", url, pilot_id]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def ask(url: str, pilot_id: str) -> dict[str, tuple[float, float]]:
    """Ask one pilot, in this process: seconds by the clock and of the processor, by question."""
    storage = Storage(open_engine(url))
    with storage.read() as tx:
        questions: dict[str, Callable[[], int]] = {
            "events by person and day": lambda: sum(1 for _ in tx.evidence.days(pilot_id)),
            "time on task": lambda: len(bulk(tx.evidence.packed(pilot_id), {}, _GAP).minutes),
        }
        found = {}
        for name, question in questions.items():
            begun, cpu = time.perf_counter(), time.process_time()
            question()
            found[name] = (time.perf_counter() - begun, time.process_time() - cpu)
    storage.close()
    return found


if __name__ == "__main__":
    print(json.dumps(ask(sys.argv[1], sys.argv[2])))  # noqa: T201 - the other process reads it
