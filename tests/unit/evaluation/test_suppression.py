"""A withheld group cannot be back-solved: nothing that is shown depends on what is inside it.

Whoever holds the files has only the files. If two pilots that differ in their withheld groups alone give
the same bytes, then no sum, difference or comparison of anything in them can tell the two apart. Files are
written from two values: where those are equal the bytes are (a few examples are written out all the same).
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coil_bridge.evaluation.dataset import Dataset, Table
from coil_bridge.evaluation.participation import GroupStatus
from coil_bridge.evaluation.participation_dataset import flat_table, participation_dataset
from coil_bridge.evaluation.records import DayCount, Member, Part, PilotCourse
from coil_bridge.evaluation.suppression import courses_with_accounts, shown_groups, students_by_group
from coil_bridge.evaluation.writers.comma_separated import write_csv
from coil_bridge.evaluation.writers.database import write_database
from coil_bridge.evaluation.writers.workbook import write_xlsx
from tests.unit.evaluation.pilots import ALMATY, BELGRADE, MADE_AT, PILOT, SHANGHAI, course, students, table

THRESHOLD = PILOT.suppression_threshold
COURSES = [course(BELGRADE), course(ALMATY), course(SHANGHAI), course(BELGRADE, "streets")]
PSEUDONYMS = [f"p{number:02}" for number in range(14)]  # shared by the groups: one person, two pairings

Inside = tuple[list[Member], list[DayCount]]


@st.composite
def insides(draw: st.DrawFn, of: PilotCourse, least: int, most: int) -> Inside:
    """What can be inside a group: so many students, some staff, and what they did."""
    who = draw(st.lists(st.sampled_from(PSEUDONYMS), min_size=least, max_size=most, unique=True))
    staff = draw(st.lists(st.sampled_from(["s1", "s2"]), max_size=2, unique=True))
    completed = draw(st.sampled_from([True, False, None]))
    week = draw(st.sampled_from([None, date(2026, 10, 5), date(2026, 11, 2)]))
    members = [
        Member(of.pairing_id, of.course_id, name, part, week, completed, MADE_AT)
        for part, names in ((Part.STUDENT, who), (Part.STAFF, staff))
        for name in names
    ]
    active = draw(st.lists(st.sampled_from(members), max_size=4, unique=True)) if members else []
    days = [
        DayCount(of.pairing_id, of.course_id, each.pseudonym, date(2026, 10, 1) + timedelta(offset), posts, 1)
        for each in active
        for offset, posts in draw(
            st.lists(
                st.tuples(st.integers(-9, 60), st.integers(1, 9)), max_size=2, unique_by=lambda it: it[0]
            )
        )
    ]
    return members, days


@st.composite
def twins(draw: st.DrawFn) -> tuple[Inside, Inside]:
    """Two pilots with the same shown groups and different withheld ones."""
    one: Inside = ([], [])
    other: Inside = ([], [])
    for each in COURSES:
        if draw(st.booleans()):
            inside = draw(insides(each, THRESHOLD, len(PSEUDONYMS)))
            pair = (inside, inside)
        else:
            pair = (draw(insides(each, 0, THRESHOLD - 1)), draw(insides(each, 0, THRESHOLD - 1)))
        for pilot, (members, days) in zip((one, other), pair, strict=True):
            pilot[0].extend(members)
            pilot[1].extend(days)
    return one, other


def told(inside: Inside) -> tuple[Table, Dataset]:
    """All that the writers of files are given."""
    groups = table(COURSES, *inside)
    return flat_table(groups, THRESHOLD), participation_dataset(PILOT, groups, MADE_AT)


def files(inside: Inside) -> list[bytes]:
    """Everything that anybody can download."""
    flat, dataset = told(inside)
    return [write_csv(flat), write_xlsx(dataset), write_database(dataset, "participation")]


@settings(max_examples=50, deadline=None)
@given(twins())
def test_nothing_told_depends_on_what_is_inside_a_withheld_group(pair: tuple[Inside, Inside]) -> None:
    one, other = pair
    assert told(one) == told(other)
    accounts = courses_with_accounts(COURSES, one[0], THRESHOLD)  # the account of a pull
    assert courses_with_accounts(COURSES, other[0], THRESHOLD) == accounts
    shown = shown_groups(students_by_group(COURSES, one[0]), THRESHOLD)
    assert {each.group for each in COURSES if (each.pairing_id, each.course_id) in accounts} <= shown


@settings(max_examples=4, deadline=None)
@given(twins())
def test_no_file_tells_what_is_inside_a_withheld_group(pair: tuple[Inside, Inside]) -> None:
    one, other = pair
    assert files(one) == files(other)


def test_a_shown_group_does_change_the_files() -> None:
    """The property above would hold for files in which nothing stands at all."""
    inside = (students(COURSES[0], THRESHOLD), [])
    more = (students(COURSES[0], THRESHOLD + 1), [])
    assert all(one != other for one, other in zip(files(inside), files(more), strict=True))


def test_a_withheld_group_is_named_with_the_reason_and_no_number_of_its_own() -> None:
    groups = table(COURSES[:2], [*students(COURSES[0], 7), *students(COURSES[1], 12)])
    text = write_csv(flat_table(groups, THRESHOLD)).decode("utf-8-sig")
    (line,) = [line for line in text.splitlines() if "University of Belgrade" in line]
    assert line.endswith("withheld: fewer than 10 students")
    assert not re.search(r"\b7\b", line)


def test_the_sizes_of_an_institutions_other_courses_would_tell_a_small_ones() -> None:
    large, small = course(BELGRADE), course(BELGRADE, course_id="seminar")
    members = [*students(large, 12), *students(small, 3)]
    (group,) = table([large, small], members)
    assert group.status is GroupStatus.SHOWN
    assert courses_with_accounts([large, small], members, THRESHOLD) == frozenset()
    assert len(courses_with_accounts([large, small], [*members, *students(small, 10)], THRESHOLD)) == 2


def test_no_threshold_below_the_floor() -> None:
    with pytest.raises(ValueError, match="floor of 5"):
        shown_groups({}, 4)
