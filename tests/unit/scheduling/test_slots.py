"""Weekly times for several institutions: nobody's impossible hours on any date, across clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.search import Search, Wanted
from scheduling.slots import Candidate, FixedSlot, blocking, find_slots, most_dates, shortlist, told
from scheduling.timeline import Hours, Party, Timeline
from scheduling.weekly_hours import ACCEPTABLE, DAY, IMPOSSIBLE, PREFERRED, WEEK, Stretch, week_of
from scheduling.zones import UnresolvableTime, to_instant, to_local
from tests.unit.scheduling.clocks import PUBLISHED, STEADY, utc
from tests.unit.scheduling.weeks import ALMATY, BELGRADE, NEW_YORK, SHANGHAI, hours, party, search

QUARTER = timedelta(minutes=15)
ZONES = [*PUBLISHED, *STEADY]


def found(of: Search, most: int = 5) -> list[FixedSlot]:
    return [told(of, each) for each in shortlist(find_slots(of), most)]


def starts(slot: FixedSlot, zone: str) -> list[str]:
    return [f"{to_local(each.start, zone):%m-%d %H:%M}" for each in slot.meetings]


def level(at: Party, instant: datetime) -> int:
    """The worst that anybody of the party says of an instant; plain, one by one."""
    said = []
    for each in at.hours:
        local = to_local(instant, each.zone)
        said.append(each.week[local.weekday() * DAY + local.hour * 4 + local.minute // 15])
    return max(said, default=PREFERRED)


def suits(at: Party, start: datetime, minutes: int) -> bool:
    quarters = [start + step * QUARTER for step in range(-(-minutes // 15))]
    days = {to_local(each, at.zone).date() for each in quarters}
    end = quarters[-1] + QUARTER
    busy = any(begins < end and start < ends for begins, ends in at.busy)
    return not busy and not days & at.days_off and all(level(at, each) != IMPOSSIBLE for each in quarters)


@pytest.mark.parametrize(
    ("monday", "start", "prefers", "burden"),
    [
        (date(2026, 10, 19), "2026-10-24 23:00", (1, 3), 0),  # 01:00-03:00 takes three hours that night
        (date(2026, 10, 19), "2026-10-17 23:00", (1, 3), 4),  # a week before it ends at 04:00
        (date(2027, 3, 22), "2027-03-28 00:00", (1, 5), 0),  # 01:00-05:00 takes three
        (date(2027, 3, 22), "2027-03-28 00:15", (1, 5), 1),
    ],
)
def test_a_session_across_a_clock_change_meets_the_hours_that_clocks_show(
    monday: date, start: str, prefers: tuple[int, int], burden: int
) -> None:
    week = week_of([Stretch(tuple(range(7)), prefers[0] * 4, prefers[1] * 4, PREFERRED)], ACCEPTABLE)
    line = Timeline(monday - timedelta(weeks=1), 3)
    reach = line.reach(Party("belgrade", BELGRADE, (Hours(BELGRADE, week),)), 12)
    assert reach.burden[(utc(start) - line.origin) // QUARTER] == burden


def test_a_week_left_out_counts_against_a_time() -> None:
    """The break takes Tuesdays a week: Mondays, no better otherwise, stand before them."""
    week = hours(9, 10, days=(0, 1))
    away = frozenset({date(2026, 10, 20)})
    ranked = find_slots(search([party(BELGRADE, week), party(SHANGHAI, hours(0, 24), days_off=away)]))
    assert [(each.local // DAY, each.rank[2]) for each in ranked] == [(0, 0), (1, 1)]


def test_a_fortnight_is_counted_on_each_clock_by_itself() -> None:
    """Sunday night in Almaty is Monday morning in Shanghai, and every second week another one."""
    away = frozenset({date(2026, 11, 8), date(2026, 11, 22), date(2026, 12, 6)})
    night = party(ALMATY, hours(22, 23, days=(6,)), days_off=away)
    of = search(
        [night, party(SHANGHAI, hours(1, 2, days=(0,)))],
        meetings=2,
        every=2,
        first=date(2026, 11, 2),
        last=date(2026, 12, 13),
    )
    [only] = found(of)
    assert (only.anchor, starts(only, SHANGHAI)) == (SHANGHAI, ["11-16 01:00", "11-30 01:00"])


@pytest.mark.parametrize(("now", "first"), [("12:07", "12:15"), ("12:00", "12:15"), ("12:15", "12:30")])
def test_nothing_begins_before_it_is_asked_nor_at_that_moment(now: str, first: str) -> None:
    always = [party(zone, hours(0, 24)) for zone in (BELGRADE, ALMATY)]
    of = search(always, after=utc(f"2026-11-03 {now}"))
    begins = of.line.instant(of.free.index(1))
    assert begins == utc(f"2026-11-03 {first}")


def by_hand(of: Search) -> set[tuple[datetime, ...]]:
    """Every slot found by trying each wall time of each clock on each date, the slow and obvious way."""
    slots = set()
    for zone in {each.zone for each in of.parties}:
        for local in range(WEEK):
            dates = []
            for week in range(0, of.wanted.weeks, of.wanted.every):
                wall = (
                    datetime.combine(of.wanted.monday + timedelta(weeks=week), datetime.min.time())
                    + local * QUARTER
                )
                try:
                    start = to_instant(wall, zone).instant
                except UnresolvableTime:
                    continue
                inside = all(
                    of.wanted.first <= to_local(start, each.zone).date() <= of.wanted.last
                    for each in of.parties
                )
                fits = inside and all(suits(each, start, of.wanted.minutes) for each in of.parties)
                if fits and start > of.wanted.after:
                    dates.append(start)
            if len(dates) >= of.wanted.meetings:
                slots.add(tuple(dates[: of.wanted.meetings]))
    return slots


@st.composite
def weeks(draw: st.DrawFn) -> bytes:
    """A week with long open stretches, so that something is found now and then."""
    opens, closes = draw(st.integers(0, 48)), draw(st.integers(60, DAY))
    days = tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=3))))
    inner = draw(st.integers(opens, closes - 1))
    outer = draw(st.sampled_from((ACCEPTABLE, ACCEPTABLE, IMPOSSIBLE)))
    return week_of(
        [Stretch(days, opens, closes, outer), Stretch(days, inner, closes, PREFERRED)],
        draw(st.sampled_from((ACCEPTABLE, IMPOSSIBLE))),
    )


@st.composite
def parties(draw: st.DrawFn, first: date, last: date) -> list[Party]:
    found = []
    for number in range(draw(st.integers(2, 3))):
        zone = draw(st.sampled_from(ZONES))
        other = draw(st.sampled_from(ZONES))
        said = [Hours(zone, draw(weeks()))] + ([Hours(other, draw(weeks()))] if draw(st.booleans()) else [])
        span = (last - first).days
        off = {first + timedelta(days=day) for day in draw(st.sets(st.integers(0, span), max_size=3))}
        opens = datetime.combine(first, datetime.min.time(), UTC)
        busy = tuple(
            (opens + timedelta(minutes=at), opens + timedelta(minutes=at + length))
            for at, length in draw(
                st.lists(st.tuples(st.integers(0, span * 1440), st.integers(1, 300)), max_size=3)
            )
        )
        found.append(Party(f"{number}", zone, tuple(said), busy, frozenset(off)))
    return found


@st.composite
def searches(draw: st.DrawFn) -> Search:
    around = draw(st.sampled_from((date(2026, 10, 14), date(2027, 3, 10), date(2027, 4, 20))))
    first = around + timedelta(days=draw(st.integers(0, 9)))
    last = first + timedelta(days=draw(st.integers(7, 24)))
    return search(
        draw(parties(first, last)),
        minutes=draw(st.sampled_from((20, 60, 90))),
        meetings=draw(st.integers(1, 3)),
        every=draw(st.sampled_from((1, 2))),
        first=first,
        last=last,
        after=draw(
            st.sampled_from((utc("2026-01-01 00:00"), datetime.combine(first, datetime.min.time(), UTC)))
        ),
    )


@given(searches())
@settings(max_examples=12, deadline=None)
def test_it_finds_what_trying_every_hour_of_every_date_finds(of: Search) -> None:
    assert {tuple(of.line.instant(at) for at in each.quarters) for each in find_slots(of)} == by_hand(of)


@given(searches())
@settings(max_examples=40, deadline=None)
def test_no_date_touches_anybodys_impossible_hours_engagements_or_days_off(of: Search) -> None:
    for candidate in find_slots(of)[:30]:
        for meeting in told(of, candidate).meetings:
            assert all(suits(each, meeting.start, of.wanted.minutes) for each in of.parties)


@given(searches())
@settings(max_examples=25, deadline=None)
def test_the_ranks_are_the_sums_of_burdens_counted_date_by_date(of: Search) -> None:
    ranked = find_slots(of)
    assert [each.rank for each in ranked] == sorted(each.rank for each in ranked)
    for candidate in ranked[:: max(len(ranked) // 10, 1)]:
        slot = told(of, candidate)
        assert candidate.rank[:2] == (max(slot.totals) // 15, sum(slot.totals) // 15)
        assert candidate.rank[3] == len(slot.moved)


@given(searches())
@settings(max_examples=10, deadline=None)
def test_the_same_question_has_the_same_answer(of: Search) -> None:
    again = Search(of.wanted, of.parties)
    assert find_slots(of) == find_slots(again)
    assert found(of) == found(again)


def test_belgrade_almaty_shanghai_and_new_york_have_no_hour_within_everybodys_day() -> None:
    of = search(
        [party(zone, hours(8, 21, days=range(7))) for zone in (BELGRADE, ALMATY, SHANGHAI, NEW_YORK)],
        first=date(2026, 11, 2), last=date(2027, 2, 21), meetings=1,
    )  # fmt: skip
    assert find_slots(of) == []
    assert blocking(of) == (SHANGHAI, NEW_YORK)
    summer = search(of.parties, meetings=3, first=date(2026, 10, 5), last=date(2026, 10, 25))
    assert starts(found(summer)[0], NEW_YORK) == ["10-05 08:00", "10-12 08:00", "10-19 08:00"]


def test_the_hour_stays_on_the_anchors_clock_and_moves_on_the_others() -> None:
    of = search([party(BELGRADE, hours(9, 12, days=(1,))), party(ALMATY, hours(10, 20, days=(1,)))])
    slots = find_slots(of)
    here = next(told(of, each) for each in slots if each.anchor == 0 and each.local == DAY + 40)
    assert starts(here, BELGRADE) == ["10-13 10:00", "10-20 10:00", "10-27 10:00", "11-03 10:00"]
    assert starts(here, ALMATY) == ["10-13 13:00", "10-20 13:00", "10-27 14:00", "11-03 14:00"]
    assert here.moved == (ALMATY,)
    there = next(told(of, each) for each in slots if each.anchor == 1 and each.local == DAY + 56)
    assert starts(there, BELGRADE) == ["10-13 11:00", "10-20 11:00", "10-27 10:00", "11-03 10:00"]


def test_a_clock_change_that_pushes_a_date_into_impossible_hours_leaves_that_date_out() -> None:
    of = search(
        [party(BELGRADE, hours(15, 16, days=(1,))), party(ALMATY, hours(10, 19, days=(1,)))], meetings=2
    )
    [slot] = [each for each in found(of) if each.anchor == BELGRADE]
    assert starts(slot, ALMATY) == ["10-13 18:00", "10-20 18:00"]
    assert most_dates(search(of.parties, meetings=3)) == 2
    assert find_slots(search(of.parties, meetings=3)) == []


def test_days_off_and_engagements_are_left_out_with_the_reason() -> None:
    there = party(
        ALMATY,
        hours(14, 15, days=(3,)),
        days_off=frozenset({date(2026, 10, 29)}),
        busy=((utc("2026-11-05 09:50"), utc("2026-11-05 10:10")),),
    )
    of = search([party(BELGRADE, hours(8, 20)), there], meetings=3, last=date(2026, 11, 22))
    [slot] = [each for each in found(of) if each.anchor == ALMATY]
    assert starts(slot, ALMATY) == ["10-15 14:00", "10-22 14:00", "11-12 14:00"]
    assert [(each.day, each.reasons) for each in slot.left_out] == [
        (date(2026, 10, 29), ((ALMATY, "day_off"),)),
        (date(2026, 11, 5), ((ALMATY, "busy"),)),
    ]


def test_an_hour_that_a_clock_change_skips_or_repeats_is_no_hour_of_that_week() -> None:
    night = hours(2, 4, days=(6,))
    of = search([party(BELGRADE, night), party("Europe/Sarajevo", night)], minutes=60, meetings=4)
    [slot] = [told(of, each) for each in find_slots(of) if each.local == 6 * DAY + 8]
    assert [each.reasons for each in slot.left_out] == [((BELGRADE, "clock_change"),)]


def test_burdens_are_the_minutes_outside_the_preferred_hours() -> None:
    late = week_of([Stretch((0,), 0, DAY, ACCEPTABLE), Stretch((0,), 32, 80, PREFERRED)], IMPOSSIBLE)
    of = search([party(ALMATY, late), party("Asia/Qyzylorda", hours(18, 24, days=(0,)))], meetings=1)
    burdens = {each.local: told(of, each).totals for each in find_slots(of)}
    assert burdens[76] == (0, 0)  # 19:00 to 20:00
    assert burdens[77] == (15, 0)  # a quarter of an hour over
    assert burdens[80] == (60, 0)  # ends an hour after
    assert burdens[92] == (240, 0)


def test_an_hour_inside_everybodys_day_comes_before_one_at_its_edge() -> None:
    of = search([party(ALMATY, hours(8, 18)), party("Asia/Qyzylorda", hours(8, 18))])
    assert found(of, 1)[0].local == 10 * 4


def test_the_shortlist_holds_no_neighbours_and_two_a_day() -> None:
    ranked = find_slots(search([party(ALMATY, hours(8, 18)), party("Asia/Qyzylorda", hours(8, 18))]))
    short = shortlist(ranked, 6)
    assert [each.local // DAY for each in short] == [0, 0, 1, 1, 2, 2]
    assert all(abs(a.local - b.local) >= 4 for a in short for b in short if a is not b)


def test_each_instant_counts_once_whoevers_clock_it_is_on() -> None:
    ranked: list[Candidate] = find_slots(search([party(SHANGHAI, hours(9, 12)), party(ALMATY, hours(6, 20))]))
    assert len({each.quarters for each in ranked}) == len(ranked)
    assert {each.anchor for each in ranked} == {0}


def test_what_cannot_be_searched_is_refused() -> None:
    one = party(BELGRADE, hours(8, 20))
    with pytest.raises(ValueError, match="between two and six"):
        search([one])
    with pytest.raises(ValueError, match="between two and six"):
        search([one] * 7)
    with pytest.raises(ValueError, match="60 weeks"):
        Wanted(60, 1, 1, date(2026, 1, 1), date(2028, 1, 1), utc("2026-01-01 00:00"))
    with pytest.raises(ValueError, match="at least"):
        Wanted(60, 0, 1, date(2026, 1, 1), date(2026, 2, 1), utc("2026-01-01 00:00"))


def test_whoever_says_nothing_can_always_come() -> None:
    of = search([party(BELGRADE, hours(9, 10, days=(2,))), Party("silent", ALMATY, ())])
    assert all(each.rank[:2] == (0, 0) for each in find_slots(of))
    assert found(of, 1)[0].meetings[0].start == utc("2026-10-14 07:00")
