"""Common teaching weeks: held against a count of every quarter of an hour, and against known terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.common_weeks import WAKING, common_weeks, week_start
from scheduling.terms import AcademicCalendar, DayChange, Holidays, Span, each_day
from scheduling.zones import to_local

ZONES = {
    "Europe/Belgrade": "RS",
    "Asia/Almaty": "KZ",
    "Asia/Shanghai": "CN",
    "America/New_York": "US",
    "Africa/Cairo": "EG",
    "Asia/Kathmandu": None,
    "Australia/Lord_Howe": "AU",
    "Pacific/Auckland": "NZ",
    "Pacific/Honolulu": "US",
}
TERM_START = date(2026, 10, 1)


def calendar(zone: str, *spans: Span, **changes: DayChange) -> AcademicCalendar:
    """A calendar with weekends and holidays of the zone's country; ``d2026_10_08=DayChange(...)``."""
    days = {date.fromisoformat(name[1:].replace("_", "-")): value for name, value in changes.items()}
    return AcademicCalendar.of(zone, spans, Holidays(ZONES[zone], None, days))


def term(first: str, last: str) -> Span:
    return Span("term", "Term", date.fromisoformat(first), date.fromisoformat(last))


def days_shared_by_quarter_hours(
    calendars: Mapping[str, AcademicCalendar], first: date, last: date
) -> dict[str, set[date]]:
    """Every partner's dates with a quarter of an hour in which all teach and are up: the slow way."""
    shared: dict[str, set[date]] = {key: set() for key in calendars}
    moment = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(hours=15)
    while moment < datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(hours=39):
        local = {key: to_local(moment, each.zone) for key, each in calendars.items()}
        if all(
            first <= here.date() <= last
            and WAKING[0] <= here.hour < WAKING[1]
            and calendars[key].on(here.date()).teaches
            for key, here in local.items()
        ):
            for key, here in local.items():
                shared[key].add(here.date())
        moment += timedelta(minutes=15)
    return shared


@st.composite
def some_calendars(draw: st.DrawFn) -> dict[str, AcademicCalendar]:
    zones = draw(st.lists(st.sampled_from(sorted(ZONES)), min_size=1, max_size=3, unique=True))
    day = st.integers(-3, 24).map(lambda count: TERM_START + timedelta(days=count))
    found = {}
    for zone in zones:
        spans = []
        for kind in draw(st.lists(st.sampled_from(["term", "term", "break", "exams"]), max_size=3)):
            first, last = sorted((draw(day), draw(day)))
            spans.append(Span(kind, kind, first, last))
        changes = draw(
            st.dictionaries(
                day,
                st.sampled_from([DayChange("holiday", "Day"), DayChange("ordinary"), DayChange("workday")]),
            )
        )
        found[zone] = AcademicCalendar.of(zone, spans, Holidays(ZONES[zone], None, changes))
    return found


@settings(max_examples=60, deadline=None)
@given(some_calendars(), st.integers(0, 6), st.integers(0, 15))
def test_weeks_equal_a_count_of_every_quarter_of_an_hour(
    calendars: dict[str, AcademicCalendar], starts: int, length: int
) -> None:
    last = TERM_START + timedelta(days=length)
    weeks = common_weeks(calendars, TERM_START, last, starts=starts)
    assert [day for week in weeks for day in each_day(week.first, week.last)] == list(
        each_day(TERM_START, last)
    )
    for week in weeks:
        assert week.first == TERM_START or week.first.weekday() == starts
        expected = days_shared_by_quarter_hours(calendars, week.first, week.last)
        assert {key: set(each.shared) for key, each in week.partners.items()} == expected
        assert week.common == all(expected.values())
        for key, each in week.partners.items():
            missed = {day for lost in each.lost for day in lost.days}
            rest = {day for day, what in each.days.items() if what.kind == "weekend"}
            assert set(each.days) == missed | rest | set(each.teaching)
            assert not missed & set(each.teaching)
            assert all(calendars[key].on(day) == lost.why for lost in each.lost for day in lost.days)


BELGRADE = calendar(
    "Europe/Belgrade",
    term("2026-10-01", "2027-01-15"),
    Span("break", "Winter break", date(2026, 12, 31), date(2027, 1, 8)),
    Span("exams", "January examinations", date(2027, 1, 18), date(2027, 2, 12)),
)
SHANGHAI = calendar("Asia/Shanghai", term("2026-09-07", "2027-01-15"))


def test_each_lost_week_says_whose_doing_it_is_and_why() -> None:
    weeks = common_weeks({"UB": BELGRADE, "SNC": SHANGHAI}, date(2026, 9, 28), date(2027, 1, 24))
    by_start = {week.first.isoformat(): week for week in weeks}
    assert [week.first.isoformat() for week in weeks if not week.common] == [
        "2026-09-28",  # Belgrade begins on the Thursday on which Shanghai's days off begin
        "2027-01-04",
        "2027-01-18",
    ]
    exams = by_start["2027-01-18"]
    assert exams.partners["UB"].state == "exams"
    assert exams.partners["SNC"].state == "not_entered"
    assert exams.away == ("UB", "SNC")
    christmas = by_start["2027-01-04"]
    assert christmas.partners["UB"].state == "break"
    assert [(lost.why.name, len(lost.days)) for lost in christmas.partners["UB"].lost] == [
        ("Winter break", 5)
    ]
    assert christmas.partners["SNC"].state == "teaching"
    assert christmas.away == ("UB",)


def test_a_date_is_not_enough_new_york_meets_shanghais_next_day() -> None:
    thursday, friday = date(2026, 11, 5), date(2026, 11, 6)
    new_york = calendar("America/New_York", term("2026-11-05", "2026-11-05"))
    shanghai = calendar("Asia/Shanghai", term("2026-11-06", "2026-11-06"))
    (week,) = common_weeks({"NY": new_york, "SNC": shanghai}, date(2026, 11, 2), date(2026, 11, 8))
    assert week.common
    assert (week.partners["NY"].shared, week.partners["SNC"].shared) == ((thursday,), (friday,))
    belgrade = calendar("Europe/Belgrade", term("2026-11-05", "2026-11-05"))
    (week,) = common_weeks({"UB": belgrade, "SNC": shanghai}, date(2026, 11, 2), date(2026, 11, 8))
    assert not week.common  # Belgrade's Thursday evening is Shanghai's Friday night
    assert week.away == ()


def test_egypts_sunday_belongs_to_the_week_that_the_grid_says() -> None:
    cairo = calendar("Africa/Cairo", term("2026-10-11", "2026-10-11"))
    monday_first = common_weeks({"CU": cairo}, date(2026, 10, 5), date(2026, 10, 18))
    assert [week.common for week in monday_first] == [True, False]
    sunday_first = common_weeks({"CU": cairo}, date(2026, 10, 4), date(2026, 10, 17), starts=6)
    assert [week.common for week in sunday_first] == [False, True]
    belgrade = calendar("Europe/Belgrade", term("2026-10-05", "2026-10-30"))
    (week,) = common_weeks(
        {"CU": calendar("Africa/Cairo"), "UB": belgrade}, date(2026, 10, 12), date(2026, 10, 18)
    )
    assert week.days == 4  # Monday to Thursday: Friday is Egypt's weekend, Sunday Serbia's
    assert (week.partners["CU"].state, week.partners["UB"].state) == ("teaching", "teaching")


def test_where_nobody_is_ever_up_together_whole_days_count() -> None:
    spread = {zone: AcademicCalendar(zone) for zone in ("Etc/GMT+6", "Etc/UTC", "Etc/GMT-6", "Etc/GMT-12")}
    (week,) = common_weeks(spread, date(2026, 11, 2), date(2026, 11, 8))
    assert week.common


@pytest.mark.parametrize(
    ("countries", "weekday"),
    [(["RS", "KZ", "CN"], 0), (["EG"], 5), (["US", "IL"], 6), (["EG", "RS"], 0), ([None], 0), (["QQ"], 0)],
)
def test_weeks_begin_where_all_agree_that_they_do(countries: list[str | None], weekday: int) -> None:
    assert week_start(countries) == weekday


def test_no_partner_no_week() -> None:
    with pytest.raises(ValueError, match="somebody"):
        common_weeks({}, TERM_START, TERM_START)
    assert common_weeks({"UB": BELGRADE}, TERM_START, TERM_START - timedelta(days=1)) == ()
