"""How much processor time it takes to find times: five institutions, sixteen weeks, quarters of an hour.

The term has the clock changes of three of them in it. Everything is counted from what the partners have said
to the ranked list in full: offsets of all zones, the hours laid out in UTC, every wall time of every clock on
every date, the eight best told date by date, and, where it is asked for, the rotating plan.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime

from scheduling.rotation import plan_rotation
from scheduling.search import Search, Wanted
from scheduling.slots import find_slots, shortlist, told
from scheduling.timeline import Hours, Party
from scheduling.weekly_hours import ACCEPTABLE, IMPOSSIBLE, PREFERRED, Stretch, Week, week_of
from tests.benchmarks.figures import figure, table

ZONES = ("Europe/Belgrade", "Asia/Almaty", "Asia/Shanghai", "America/New_York", "Africa/Cairo")
REPETITIONS = 15
TARGET = 25.0
_WORKING = (0, 1, 2, 3, 4)
_METHOD = f"""\
{len(ZONES)} institutions ({", ".join(zone.rpartition("/")[2].replace("_", " ") for zone in ZONES)}),
16 weekly meetings of 60 minutes from 5 October 2026 on; {REPETITIONS} repetitions in one process after a
warm-up, nothing cached; processor time, median (least-most). Target: {TARGET:.0f} ms."""


def report() -> str:
    """Measure and tell."""
    rows = []
    for name, good, possible in (
        ("a day of 8 to 20, 6 to 24 in need", (8, 20), (6, 24)),
        ("a day of 9 to 17, 7 to 22 in need", (9, 17), (7, 22)),
        ("a day of 9 to 17, never impossible", (9, 17), (0, 24)),
    ):
        week = _week(good, possible)
        _finding(week)  # warm-up: zones, code
        times = [_milliseconds(lambda week=week: _finding(week)) for _ in range(REPETITIONS)]
        plans = [_milliseconds(lambda week=week: plan_rotation(_search(week))) for _ in range(REPETITIONS)]
        found = len(find_slots(_search(week)))
        rows.append([name, f"{found:,}", figure(times).text(1), figure(plans).text(1)])
    return f"{_METHOD}\n\n{table(['hours', 'times found', 'ranked times ms', 'rotating plan ms'], rows)}"


def _week(good: tuple[int, int], possible: tuple[int, int]) -> Week:
    wide = Stretch(_WORKING, possible[0] * 4, possible[1] * 4, ACCEPTABLE)
    return week_of([wide, Stretch(_WORKING, good[0] * 4, good[1] * 4, PREFERRED)], IMPOSSIBLE)


def _search(week: Week) -> Search:
    wanted = Wanted(60, 16, 1, date(2026, 10, 5), date(2027, 1, 24), datetime(2026, 9, 1, tzinfo=UTC))
    return Search(wanted, [Party(zone, zone, (Hours(zone, week),)) for zone in ZONES])


def _finding(week: Week) -> object:
    search = _search(week)
    return [told(search, each) for each in shortlist(find_slots(search), 8)]


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000
