from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coil_bridge.i18n import translator
from coil_bridge.web.clocks import ClockRow, Strip, personal_clock, strip_at
from scheduling.availability import Clock
from tests.unit.web.conftest import World

BELGRADE = Clock("ub", "UB", "Europe/Belgrade", "RS", None, time(8), time(20))
ALMATY = Clock("ail", "AIL", "Asia/Almaty", "KZ", None, time(9), time(19))
SHANGHAI = Clock("snc", "SNC", "Asia/Shanghai", "CN", None, time(8), time(21))
KATHMANDU = Clock("tu", "TU", "Asia/Kathmandu", "NP", None, time(9), time(17))
AFTER_THE_CHANGE = datetime(2026, 10, 27, 13, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_a_request(world: World) -> Iterator[None]:
    with world.app.test_request_context("/"):
        yield


def draw(at: datetime, *clocks: Clock, minutes: int = 90) -> Strip:
    return strip_at(at, minutes, clocks, "Europe/Belgrade", translator("en"), own_key="ub")


def row(at: datetime, clock: Clock) -> ClockRow:
    return draw(at, clock).rows[0]


def test_one_moment_on_three_clocks_on_both_sides_of_a_clock_change() -> None:
    after = draw(AFTER_THE_CHANGE, BELGRADE, ALMATY, SHANGHAI).rows
    before = draw(datetime(2026, 10, 20, 12, 0, tzinfo=UTC), BELGRADE, ALMATY, SHANGHAI).rows
    assert [(each.city, each.starts, each.offset) for each in after] == [
        ("Belgrade", "14:00", "UTC+1"),
        ("Almaty", "18:00", "UTC+5"),
        ("Shanghai", "21:00", "UTC+8"),
    ]
    assert [each.starts for each in before] == ["14:00", "17:00", "20:00"]


def test_the_next_day_is_said_in_words() -> None:
    late = row(datetime(2026, 10, 27, 17, 30, tzinfo=UTC), SHANGHAI)
    assert (late.starts, late.day, late.shift) == ("01:30", "Wed 28 Oct", "next day")
    assert row(AFTER_THE_CHANGE, BELGRADE).shift == ""


def test_outside_somebodys_day_is_said_with_a_shape_and_a_sentence() -> None:
    [heed] = row(AFTER_THE_CHANGE, SHANGHAI).heeds
    assert (heed.icon, heed.text) == ("moon", "Outside the day there (08:00–21:00)")


def test_the_moment_stands_in_the_same_place_of_every_ribbon() -> None:
    for each in draw(AFTER_THE_CHANGE, BELGRADE, ALMATY, SHANGHAI).rows:
        assert each.ribbon.session.x == pytest.approx(50 - 100 * 45 / 1440, abs=0.01)
        assert each.ribbon.session.width == pytest.approx(100 * 90 / 1440, abs=0.01)


def test_quarter_hour_zones_have_ticks_at_their_own_full_hours() -> None:
    ribbon = row(AFTER_THE_CHANGE, KATHMANDU).ribbon
    # 13:00Z is 18:45 in Kathmandu; the session's middle is 19:30, so 18:00 lies 90 minutes before it.
    assert {tick.label: tick.x for tick in ribbon.ticks}["18"] == pytest.approx(50 - 100 * 90 / 1440)


def test_a_readers_own_clock_warns_of_nothing() -> None:
    own = row(datetime(2026, 10, 25, 2, 0, tzinfo=UTC), personal_clock("Europe/Lisbon"))
    assert own.whose == "Your clock"
    assert own.heeds == ()


@settings(max_examples=60, deadline=None)
@given(
    hours=st.integers(0, 24 * 400),
    minutes=st.integers(5, 600),
    clock=st.sampled_from([BELGRADE, ALMATY, SHANGHAI, KATHMANDU]),
)
def test_nothing_is_ever_drawn_outside_the_ribbon(hours: int, minutes: int, clock: Clock) -> None:
    at = datetime(2026, 9, 1, tzinfo=UTC) + timedelta(hours=hours)
    ribbon = draw(at, clock, minutes=minutes).rows[0].ribbon
    for band in (*ribbon.working, ribbon.session):
        assert band.x >= 0
        assert 0 < band.width <= 100
        assert band.x + band.width <= 100.02
    assert 3 <= len(ribbon.ticks) <= 5
