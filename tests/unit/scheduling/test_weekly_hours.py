"""Weeks of preferred, acceptable and impossible hours, and the stretches in which people write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.weekly_hours import (
    ACCEPTABLE,
    DAY,
    FARTHEST,
    IMPOSSIBLE,
    PREFERRED,
    WEEK,
    Stretch,
    checked,
    depths,
    distances,
    stretches_of,
    together,
    week_of,
)
from tests.unit.scheduling.weeks import WORKING, hours

levels = st.sampled_from((PREFERRED, ACCEPTABLE, IMPOSSIBLE))


@st.composite
def stretches(draw: st.DrawFn) -> Stretch:
    starts = draw(st.integers(0, DAY - 1))
    days = draw(st.sets(st.integers(0, 6), min_size=1))
    return Stretch(tuple(sorted(days)), starts, draw(st.integers(starts + 1, DAY)), draw(levels))


@given(st.lists(stretches(), max_size=6), levels)
@settings(max_examples=60, deadline=None)
def test_a_week_written_as_stretches_is_the_same_week(written: list[Stretch], otherwise: int) -> None:
    week = week_of(written, otherwise)
    most, again = stretches_of(week)
    assert week_of(again, most) == week


def test_working_hours_become_one_stretch_of_five_days() -> None:
    assert stretches_of(hours(9, 17)) == (IMPOSSIBLE, (Stretch(WORKING, 36, 68, PREFERRED),))


def test_a_later_stretch_holds_over_an_earlier_one() -> None:
    lunch = Stretch((0,), 48, 52, IMPOSSIBLE)
    week = week_of([Stretch(WORKING, 36, 68, PREFERRED), lunch], ACCEPTABLE)
    assert (week[47], week[48], week[52], week[DAY + 48]) == (PREFERRED, IMPOSSIBLE, PREFERRED, PREFERRED)


@pytest.mark.parametrize(
    "wrong", [((), 0, 4, 0), ((7,), 0, 4, 0), ((0,), 4, 4, 0), ((0,), 0, 97, 0), ((0,), 0, 4, 3)]
)
def test_what_is_no_stretch_is_refused(wrong: tuple[tuple[int, ...], int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"stretch|Hours"):
        Stretch(*wrong)


@pytest.mark.parametrize("wrong", [b"", bytes(WEEK - 1), bytes([3]) * WEEK])
def test_what_is_no_week_is_refused(wrong: bytes) -> None:
    with pytest.raises(ValueError, match="672"):
        checked(wrong)


def test_together_the_worst_holds_and_nobody_at_all_prefers_everything() -> None:
    both = together([hours(9, 17), hours(12, 20, otherwise=ACCEPTABLE)])
    assert [both[at] for at in (9 * 4, 12 * 4, 18 * 4)] == [ACCEPTABLE, PREFERRED, IMPOSSIBLE]
    assert together([]) == bytes(WEEK)


@given(st.lists(stretches(), max_size=5), levels)
@settings(max_examples=40, deadline=None)
def test_distances_are_those_counted_one_by_one(written: list[Stretch], otherwise: int) -> None:
    week = week_of(written, otherwise)
    for counted, wanted in ((distances(week), True), (depths(week), False)):
        marked = [at for at, level in enumerate(week) if (level == PREFERRED) is wanted]
        for at in range(0, WEEK, 7):
            ways = [min((at - each) % WEEK, (each - at) % WEEK) for each in marked]
            assert counted[at] == min([*ways, FARTHEST])
