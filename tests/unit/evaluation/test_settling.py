"""Between two editions only what enough people have done changes; threshold 5, one phase of two units."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from coil_bridge.evaluation.counted import Counted, Edition, Who, counted_from, plain
from coil_bridge.evaluation.records import GroupKey
from coil_bridge.evaluation.settling import begun, settled

MONDAY = date(2026, 10, 19).toordinal()
BUSY = Counted(enrolled=True, active=True, days=3, weeks=frozenset({MONDAY}), contact=60)
IDLE = Counted(enrolled=True)
RUNS = {GroupKey("v", place): "autumn" for place in ("ub", "ail")}


def people(count: int, like: Counted, place: str = "ub", first: int = 0) -> dict[Who, Counted]:
    return {Who("v", place, f"{place}{number:02}"): like for number in range(first, first + count)}


def edition(*some: dict[Who, Counted], through: date = date(2026, 10, 25)) -> Edition:
    return Edition(through, {who: each for group in some for who, each in group.items()})


def active(found: Edition) -> int:
    return sum(each.active for each in found.people.values())


def test_a_few_who_become_active_wait_until_enough_have() -> None:
    before = edition(people(10, BUSY), people(10, IDLE, "ail"))
    few = edition(people(10, BUSY), people(4, BUSY, "ail"), people(6, IDLE, "ail", 4))
    held = settled(before, few, RUNS, 5)
    assert (active(held), held.people) == (10, before.people)
    enough = edition(people(10, BUSY), people(5, BUSY, "ail"), people(5, IDLE, "ail", 5))
    assert active(settled(held, enough, RUNS, 5)) == 15


def test_a_phase_waits_together_and_a_unit_by_itself_when_all_is_over() -> None:
    before = edition(
        *(people(10, BUSY, place) for place in ("ub", "ail")),
        *(people(10, IDLE, place, 10) for place in ("ub", "ail")),
    )
    now = edition(
        people(13, BUSY), people(7, IDLE, "ub", 13), people(13, BUSY, "ail"), people(7, IDLE, "ail", 13)
    )
    assert active(settled(before, now, RUNS, 5)) == 26
    assert active(settled(before, now, {}, 5)) == 20


def test_the_first_few_of_a_phase_that_runs_wait_and_those_of_one_that_is_over_do_not() -> None:
    now = edition(people(3, BUSY), people(20, IDLE, "ub", 3))
    assert active(begun(now, RUNS, 5)) == 0
    assert active(begun(now, {}, 5)) == 3


def test_whoever_enrols_late_is_on_the_roster_and_not_yet_active() -> None:
    before = edition(people(10, BUSY))
    found = settled(before, edition(people(11, BUSY)), RUNS, 5)
    assert found.people[Who("v", "ub", "ub10")] == IDLE
    assert settled(before, edition(people(11, BUSY)), {}, 5).people == before.people


def test_one_who_leaves_the_course_still_counts() -> None:
    before = edition(people(10, BUSY))
    assert settled(before, edition(people(9, BUSY)), RUNS, 5).people == before.people


def test_a_sum_waits_while_one_person_s_change_is_nearly_all_of_it() -> None:
    before = edition(people(10, BUSY))
    little, much = replace(BUSY, contact=61), replace(BUSY, contact=500)
    found = settled(before, edition(people(9, little), people(1, much, "ub", 9)), RUNS, 5)
    assert {each.contact for each in found.people.values()} == {60}
    more = replace(BUSY, contact=90)
    found = settled(before, edition(people(9, more), people(1, much, "ub", 9)), RUNS, 5)
    assert {each.contact for each in found.people.values()} == {90, 500}


def test_a_sum_changes_when_enough_people_have_changed_it() -> None:
    before = edition(people(10, BUSY))
    more = replace(BUSY, contact=150)
    few = settled(before, edition(people(4, more), people(6, BUSY, "ub", 4)), RUNS, 5)
    assert {each.contact for each in few.people.values()} == {60}
    enough = settled(before, edition(people(5, more), people(5, BUSY, "ub", 5)), RUNS, 5)
    assert sum(each.contact for each in enough.people.values()) == 5 * 150 + 5 * 60


def test_a_week_that_was_published_does_not_move_for_a_few() -> None:
    before = edition(people(10, replace(BUSY, weeks=frozenset())))
    few = settled(
        before, edition(people(2, BUSY), people(8, replace(BUSY, weeks=frozenset()), "ub", 2)), RUNS, 5
    )
    assert not any(each.weeks for each in few.people.values())


def test_what_is_counted_survives_storage() -> None:
    value = replace(BUSY, answered=(("ail", 2),), gender="female")
    assert counted_from(plain(value)) == value
    assert plain(Counted()) == {}
