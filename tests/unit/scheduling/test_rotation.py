"""The rotating plan: fair by its worst sum, then by the sum of all; held against an exact solver."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.rotation import Vector, greedy, plan_rotation, spread, unbeaten, worth
from scheduling.search import Search
from scheduling.slots import find_slots, told
from scheduling.weekly_hours import ACCEPTABLE, IMPOSSIBLE, PREFERRED, Stretch, Week, week_of
from scheduling.zones import to_local
from tests.unit.scheduling.test_slots import searches, suits
from tests.unit.scheduling.weeks import ALMATY, BELGRADE, NEW_YORK, SHANGHAI, hours, party, search

FOUR = (BELGRADE, ALMATY, SHANGHAI, NEW_YORK)


def plus(one: Vector, other: Vector) -> Vector:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def exact(weeks: Sequence[Sequence[Vector]]) -> tuple[int, int]:
    """The exact optimum: a dynamic programme over all sums that can be reached, none of them left out."""
    sums = {(0,) * len(weeks[0][0])}
    for options in weeks:
        sums = {plus(each, vector) for each in sums for vector in options}
    return min((max(each), sum(each)) for each in sums)


def day_and_edges(starts: int = 8, ends: int = 21) -> Week:
    """From ``starts`` to ``ends`` o'clock preferred, 5 to 24 in need."""
    every = tuple(range(7))
    wide, day = Stretch(every, 20, 96, ACCEPTABLE), Stretch(every, 4 * starts, 4 * ends, PREFERRED)
    return week_of([wide, day], IMPOSSIBLE)


vectors = st.integers(2, 4).flatmap(
    lambda size: st.lists(
        st.lists(st.tuples(*[st.integers(0, 6)] * size), min_size=1, max_size=5), min_size=1, max_size=5
    )
)


@given(vectors)
@settings(max_examples=150, deadline=None)
def test_on_any_small_case_the_plan_is_the_optimum_of_the_exact_programme(
    weeks: list[list[Vector]],
) -> None:
    options = [unbeaten(each) for each in weeks]
    chosen = spread(options)
    assert chosen.exact
    assert worth(chosen.vectors) == exact(weeks)
    assert all(vector in each for vector, each in zip(chosen.vectors, weeks, strict=True))


@given(vectors, st.integers(0, 30))
@settings(max_examples=80, deadline=None)
def test_with_less_effort_it_is_never_worse_than_greedy_and_says_whether_it_is_proven(
    weeks: list[list[Vector]], effort: int
) -> None:
    chosen = spread(weeks, effort)
    assert worth(chosen.vectors) <= worth(greedy(weeks))
    assert worth(chosen.vectors) >= exact(weeks)
    if chosen.exact:
        assert worth(chosen.vectors) == exact(weeks)


def test_what_little_effort_misses_is_not_called_proven() -> None:
    weeks = [[(1, 2), (4, 1)], [(0, 3), (4, 2)], [(0, 0)]]
    assert worth(spread(weeks, 1).vectors) > exact(weeks)
    assert not spread(weeks, 1).exact
    assert spread(weeks).exact


def test_greedy_takes_turns() -> None:
    assert greedy([[(0, 2), (2, 0)]] * 4) == [(0, 2), (2, 0), (0, 2), (2, 0)]


def test_greedy_alone_is_not_always_the_best() -> None:
    weeks: list[list[Vector]] = [[(0, 3), (3, 1)], [(0, 3)]]
    assert worth(greedy(weeks)) > exact(weeks)
    assert worth(spread(weeks).vectors) == exact(weeks)


@pytest.mark.parametrize("zones", [FOUR, (BELGRADE, SHANGHAI, NEW_YORK), (ALMATY, NEW_YORK)])
@pytest.mark.parametrize("first", [date(2026, 11, 2), date(2027, 3, 1)])
def test_real_terms_reach_the_optimum(zones: tuple[str, ...], first: date) -> None:
    last = date.fromordinal(first.toordinal() + 6 * 7 - 1)
    of = search([party(zone, day_and_edges()) for zone in zones], first=first, last=last, meetings=6)
    plan = plan_rotation(of)
    free = [
        [tuple(15 * reach.burden[at] for reach in of.reaches) for local, at in enumerate(row.quarters)
         if at is not None and row.usable[local]]
        for row in of.rows(of.parties[0].zone)
    ]  # fmt: skip
    optimum = exact([unbeaten(each) for each in free])
    assert (max(plan.totals), sum(plan.totals)) == optimum


def test_the_burden_goes_round_where_a_fixed_hour_would_always_burden_the_same() -> None:
    last = date(2026, 12, 27)
    there = [party(zone, day_and_edges(9, 17)) for zone in FOUR]
    of = search(there, first=date(2026, 11, 2), last=last, meetings=8)
    fixed = told(of, find_slots(of)[0])
    plan = plan_rotation(of)
    assert max(fixed.totals) > max(plan.totals)
    hours_in_new_york = {to_local(each.start, NEW_YORK).hour for each in plan.meetings}
    assert len(hours_in_new_york) > 1


@given(searches())
@settings(max_examples=40, deadline=None)
def test_no_meeting_of_a_plan_touches_anybodys_impossible_hours(of: Search) -> None:
    plan = plan_rotation(of)
    for meeting in plan.meetings:
        assert all(suits(each, meeting.start, of.wanted.minutes) for each in of.parties)
    assert plan == plan_rotation(Search(of.wanted, of.parties))
    assert [each.start for each in plan.meetings] == sorted(each.start for each in plan.meetings)


def test_weeks_without_any_hour_are_named() -> None:
    off = frozenset(date(2026, 10, day) for day in range(19, 26))
    here = party(BELGRADE, hours(8, 20), days_off=off)
    plan = plan_rotation(search([here, party(ALMATY, hours(8, 20))], meetings=3))
    assert plan.missing == (date(2026, 10, 19),)
    assert len(plan.meetings) == 3


def test_where_no_week_has_an_hour_there_is_no_plan() -> None:
    never = party(ALMATY, week_of([], IMPOSSIBLE))
    plan = plan_rotation(search([party(BELGRADE, hours(8, 20)), never]))
    assert plan.meetings == ()
    assert plan.totals == ()
    assert len(plan.missing) == 5


def test_unbeaten_vectors_are_nowhere_higher_and_somewhere_lower_than_any_other() -> None:
    assert unbeaten([(1, 1), (0, 3), (2, 2), (3, 0), (1, 1), (0, 4)]) == [(1, 1), (0, 3), (3, 0)]
