"""What an academic calendar says of a day, and make-up workdays."""

from __future__ import annotations

from datetime import date

import pytest

from scheduling.public_holidays import make_up_announced, make_up_workdays
from scheduling.terms import AcademicCalendar, Day, DayChange, Holidays, Span, each_day, teaches_on


def span(kind: str, name: str, first: str, last: str) -> Span:
    return Span(kind, name, date.fromisoformat(first), date.fromisoformat(last))  # type: ignore[arg-type]  # a test's shorthand


BELGRADE = AcademicCalendar.of(
    "Europe/Belgrade",
    [
        span("exams", "January examinations", "2027-01-18", "2027-02-12"),
        span("break", "Winter break", "2026-12-31", "2027-01-08"),
        span("term", "Summer term", "2027-02-22", "2027-06-04"),
        span("term", "Winter term", "2026-10-01", "2027-01-15"),
    ],
    Holidays("RS", None, {date(2026, 10, 31): DayChange("workday"), date(2027, 3, 1): DayChange("ordinary")}),
)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-09-30", Day("not_entered")),
        ("2026-10-01", Day("teaching", "Winter term")),
        ("2026-10-03", Day("weekend")),
        ("2026-10-31", Day("teaching", "Winter term")),  # a Saturday that the university works
        ("2026-11-11", Day("holiday", "Armistice Day")),
        ("2026-12-30", Day("teaching", "Winter term")),
        ("2026-12-31", Day("break", "Winter break")),
        ("2027-01-07", Day("break", "Winter break")),  # Orthodox Christmas inside the break
        ("2027-01-15", Day("teaching", "Winter term")),
        ("2027-01-18", Day("exams", "January examinations")),
        ("2027-02-15", Day("no_term")),
        ("2027-06-04", Day("teaching", "Summer term")),
        ("2027-06-07", Day("not_entered")),
    ],
)
def test_a_day_is_what_is_entered_for_it(day: str, expected: Day) -> None:
    assert BELGRADE.on(date.fromisoformat(day)) == expected
    assert teaches_on(BELGRADE, date.fromisoformat(day)) is (expected.kind == "teaching")


def test_where_nothing_is_entered_working_days_count_as_taught_and_it_is_known() -> None:
    almaty = AcademicCalendar("Asia/Almaty", holidays=Holidays("KZ"))
    assert not almaty.entered
    assert BELGRADE.entered
    assert almaty.on(date(2026, 8, 4)) == Day("teaching")
    assert almaty.on(date(2026, 12, 16)) == Day("holiday", "Independence Day")


def test_an_institution_keeps_holidays_of_its_own() -> None:
    changes = {
        date(2027, 5, 17): DayChange("holiday", "Kurban Ait"),
        date(2027, 5, 16): DayChange("ordinary"),
        date(2026, 12, 16): DayChange("workday"),
    }
    almaty = AcademicCalendar("Asia/Almaty", holidays=Holidays("KZ", None, changes))
    assert almaty.holidays.on(date(2027, 5, 16)) is None
    assert almaty.on(date(2027, 5, 17)) == Day("holiday", "Kurban Ait", estimated=False)
    assert almaty.on(date(2026, 12, 16)).teaches
    assert Holidays(None).on(date(2027, 1, 1)) is None


def test_an_estimated_date_says_so_until_the_institution_confirms_it() -> None:
    cairo = AcademicCalendar("Africa/Cairo", holidays=Holidays("EG"))
    assert cairo.on(date(2027, 3, 9)) == Day("holiday", "Eid al-Fitr", estimated=True)
    certain = Holidays("EG", None, {date(2027, 3, 9): DayChange("holiday", "Eid al-Fitr")})
    assert AcademicCalendar("Africa/Cairo", holidays=certain).on(date(2027, 3, 9)).estimated is False


def test_spans_are_the_right_way_round_and_days_are_counted_to_the_last() -> None:
    with pytest.raises(ValueError, match="Winter term"):
        span("term", "Winter term", "2027-01-15", "2026-10-01")
    assert list(each_day(date(2026, 12, 31), date(2027, 1, 1))) == [date(2026, 12, 31), date(2027, 1, 1)]
    assert list(each_day(date(2027, 1, 1), date(2026, 12, 31))) == []


def test_make_up_workdays_are_known_or_not_yet_announced() -> None:
    assert date(2026, 10, 10) in make_up_workdays("CN", 2026)
    assert make_up_announced("cn", 2026)
    assert make_up_workdays("CN", 2027) == ()
    assert not make_up_announced("CN", 2027)
    assert make_up_announced("RS", 2027)
    assert make_up_workdays(None, 2027) == make_up_workdays("ZZ", 2027) == ()
    assert make_up_announced(None, 2027)
