"""Phases over common weeks: whole weeks, in order, never over a week that another phase has."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.common_weeks import Week, common_weeks
from scheduling.phases import PhaseSpan, common_weeks_in, laid_over, shared_out
from scheduling.terms import AcademicCalendar, Holidays, Span

SHARES = {"team": 2, "compare": 3, "project": 5, "present": 2}


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [
        (0, [0, 0, 0, 0]),
        (1, [1, 0, 0, 0]),
        (4, [1, 1, 1, 1]),
        (6, [1, 2, 2, 1]),
        (10, [2, 2, 4, 2]),
        (12, [2, 3, 5, 2]),
        (15, [3, 4, 6, 2]),
    ],
)
def test_weeks_are_shared_out(weeks: int, expected: list[int]) -> None:
    assert list(shared_out(weeks, SHARES).values()) == expected


def belgrade_and_shanghai() -> tuple[Week, ...]:
    """14 weeks from 5 October; a break takes the week of 9 November, another that of 28 December."""
    pauses = [
        Span("break", "Reading week", date(2026, 11, 9), date(2026, 11, 15)),
        Span("break", "New Year", date(2026, 12, 28), date(2027, 1, 3)),
    ]
    term = Span("term", "Term", date(2026, 9, 28), date(2027, 1, 15))
    calendars = {
        "UB": AcademicCalendar.of("Europe/Belgrade", [term, *pauses], Holidays("RS")),
        "SNC": AcademicCalendar.of("Asia/Shanghai", [term], Holidays("CN")),
    }
    return common_weeks(calendars, date(2026, 10, 5), date(2027, 1, 10))


def test_a_lost_week_lies_inside_a_phase_and_does_not_count() -> None:
    weeks = belgrade_and_shanghai()
    plan = laid_over(weeks, {"team": 2, "compare": 4, "project": 4, "present": 2})
    assert plan == [
        PhaseSpan("team", date(2026, 10, 5), date(2026, 10, 18)),
        PhaseSpan("compare", date(2026, 10, 19), date(2026, 11, 22)),
        PhaseSpan("project", date(2026, 11, 23), date(2026, 12, 20)),
        PhaseSpan("present", date(2026, 12, 21), date(2027, 1, 10)),
    ]
    assert [common_weeks_in(weeks, each) for each in plan] == [2, 4, 4, 2]


def test_what_no_week_is_left_for_is_left_out() -> None:
    weeks = belgrade_and_shanghai()
    assert laid_over(weeks, {"team": 0, "compare": 11, "project": 5, "present": 1}, starts=1) == [
        PhaseSpan("compare", date(2026, 10, 12), date(2027, 1, 10))
    ]
    assert laid_over(weeks, {}) == []
    assert laid_over((), SHARES) == []


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=5),
    st.lists(st.integers(0, 13), max_size=6, unique=True),
    st.integers(0, 3),
)
def test_any_plan_is_in_order_without_overlap_and_has_the_weeks_asked_for(
    lengths: list[int], lost: list[int], starts: int
) -> None:
    monday = date(2026, 10, 5)
    pauses = [
        Span("break", "Pause", monday + timedelta(weeks=week), monday + timedelta(weeks=week, days=6))
        for week in lost
    ]
    term = Span("term", "Term", monday, monday + timedelta(weeks=14))
    calendar = AcademicCalendar.of("Asia/Almaty", [term, *pauses], Holidays(None))
    weeks = common_weeks({"AIL": calendar}, monday, monday + timedelta(weeks=14, days=-1))
    asked = {f"phase {number}": length for number, length in enumerate(lengths)}
    plan = laid_over(weeks, asked, starts)
    left = 14 - len(lost) - starts
    for phase, length in asked.items():
        span = next((each for each in plan if each.phase == phase), None)
        got = min(length, max(left, 0))
        left -= length
        assert (common_weeks_in(weeks, span) if span else 0) == got
    days = [day for each in plan for day in (each.first, each.last)]
    assert days == sorted(days)
    assert len({each.first for each in plan}) == len(plan)


@given(st.integers(0, 60))
def test_every_week_is_given_and_none_twice(weeks: int) -> None:
    given_weeks = shared_out(weeks, SHARES)
    assert sum(given_weeks.values()) == weeks
    assert all(length >= (weeks >= 4) for length in given_weeks.values())
