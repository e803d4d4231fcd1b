"""Events as integers, and the local days that go into them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coil_bridge.evaluation import packed_events as packed
from coil_bridge.evaluation.log_rows import LocalDays
from coil_bridge.evaluation.records import EventKind

# At midnight clocks change in Beirut and Santiago, once to the day before; the last is furthest from UTC.
ZONES = (
    "Europe/Belgrade",
    "Asia/Beirut",
    "America/Santiago",
    "America/Havana",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
)
FIRST, LAST = date(2026, 9, 1), date(2027, 5, 31)

events = st.tuples(
    st.integers(0, (1 << 30) - 1), st.integers(0, 60_000_000), st.integers(-1, 1), st.sampled_from(EventKind)
)


@settings(max_examples=25, deadline=None)
@given(st.lists(events, min_size=1, max_size=20))
def test_an_event_comes_back_and_keeps_its_order_one_by_one_and_many_at_once(
    given_events: list[tuple[int, int, int, EventKind]],
) -> None:
    rows = [(actor, at, at // 1440 + packed.EPOCH + off, int(kind)) for actor, at, off, kind in given_events]
    singles = [packed.pack(*row) for row in rows]
    together = packed.pack(*(np.array(column) for column in zip(*rows, strict=True)))
    assert together.tolist() == singles
    for of in (packed.actors_of, packed.minutes_of, packed.days_of, packed.kinds_of, packed.likeness):
        assert of(together).tolist() == [of(each) for each in singles]
    parts = (packed.actors_of, packed.minutes_of, packed.days_of, packed.kinds_of)
    assert [tuple(of(each) for of in parts) for each in singles] == rows
    assert [each[:2] for each in sorted(rows)] == [
        row[:2] for _, row in sorted(zip(singles, rows, strict=True))
    ]
    assert [packed.opened_day_key(packed.day_key(each)) for each in singles] == [
        (actor, day, kind) for actor, _, day, kind in rows
    ]


@pytest.mark.parametrize("off", [-2, 2])
def test_a_day_that_is_nowhere_at_that_minute_is_refused(off: int) -> None:
    day = packed.EPOCH + 1 + off
    with pytest.raises(ValueError, match="more than one off"):
        packed.pack(7, 1440, day, 0)
    with pytest.raises(ValueError, match="more than one off"):
        packed.pack(*(np.array([part]) for part in (7, 1440, day, 0)))


@pytest.mark.parametrize("zone", ZONES)
def test_local_days_are_those_of_the_clock_on_the_wall(zone: str) -> None:
    days, here = LocalDays(zone, FIRST, LAST), ZoneInfo(zone)
    for day, start in enumerate(days.starts[:-1], days.first):
        for second in (start - 1, start, start + 5400):
            at = datetime.fromtimestamp(second, UTC).astimezone(here).date()
            assert days.day_of(second) == (at.toordinal() if FIRST <= at <= LAST else None), (zone, second)
        assert datetime.fromtimestamp(start, UTC).astimezone(here).date() == date.fromordinal(day)
    assert days.day_of(days.starts[-1]) is None
    after = datetime.fromtimestamp(days.starts[-1], UTC).astimezone(here)
    assert after.date() == LAST + timedelta(days=1)
