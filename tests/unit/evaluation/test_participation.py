from __future__ import annotations

from datetime import date

import pytest

from coil_bridge.evaluation.participation import Completed, GroupStatus
from coil_bridge.evaluation.records import Part
from tests.unit.evaluation.pilots import ALMATY, BELGRADE, SHANGHAI, course, member, students, table, wrote


def test_one_row_a_person_and_week_with_zeros_where_nothing_was_seen() -> None:
    voices = course(BELGRADE)
    people = students(voices, 10)
    mira, jelena = people[0], people[1]
    days = [
        wrote(mira, date(2026, 10, 1), posts=2, replies=1),
        wrote(mira, date(2026, 10, 4)),  # Sunday of the same week
        wrote(mira, date(2026, 10, 5), posts=3, replies=3),  # Monday of the next
        wrote(jelena, date(2026, 11, 2)),
    ]
    (group,) = table([voices], people, days)
    assert group.status is GroupStatus.SHOWN
    weeks = {(week.pseudonym, week.week): week for week in group.weeks}
    assert len(weeks) == len(group.weeks) == 10 * 6  # weeks from 28 September to 2 November
    first, second = (weeks[mira.pseudonym, date(2026, *day)] for day in ((9, 28), (10, 5)))
    assert (first.posts, first.replies, first.active_days) == (3, 1, 2)
    assert (second.posts, second.replies, second.active_days) == (3, 3, 1)
    silent = weeks[jelena.pseudonym, date(2026, 9, 28)]
    assert (silent.posts, silent.replies, silent.active_days) == (0, 0, 0)
    summary = group.people[0]
    assert (summary.posts, summary.replies, summary.active_days, summary.active_weeks) == (6, 4, 3, 2)


def test_weeks_end_with_the_pairing_or_with_what_the_pull_can_know() -> None:
    voices = course(BELGRADE)
    (known,) = table([voices], students(voices, 10), covered={("voices", "ub-voices"): date(2026, 10, 11)})
    assert {week.week for week in known.weeks} == {date(2026, 9, 28), date(2026, 10, 5)}
    (over,) = table([voices], students(voices, 10), covered={("voices", "ub-voices"): date(2027, 3, 1)})
    assert max(week.week for week in over.weeks) == date(2026, 12, 14)


def test_somebody_in_two_courses_of_an_institution_is_one_person() -> None:
    first, second = course(BELGRADE), course(BELGRADE, course_id="seminar")
    people = students(first, 10)
    mira = people[0]
    also = member(second, mira.pseudonym, completed=True, last_access_week=date(2026, 10, 5))
    people[0] = member(first, mira.pseudonym, completed=True, last_access_week=date(2026, 10, 12))
    days = [wrote(mira, date(2026, 10, 6)), wrote(also, date(2026, 10, 6), replies=1)]
    (group,) = table([first, second], [*people, also], days)
    assert group.count(Part.STUDENT) == 10
    summary = next(each for each in group.people if each.pseudonym == mira.pseudonym)
    assert (summary.posts, summary.replies, summary.active_days) == (2, 1, 1)
    assert summary.completed is Completed.YES
    assert summary.last_access_week == date(2026, 10, 12)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((True, True), Completed.YES),
        ((True, False), Completed.NO),
        ((None, False), Completed.NO),
        ((True, None), Completed.UNKNOWN),
        ((None, None), Completed.UNKNOWN),
    ],
)
def test_completion_over_two_courses(answers: tuple[bool | None, bool | None], expected: Completed) -> None:
    first, second = course(BELGRADE), course(BELGRADE, course_id="seminar")
    members = students(first, 10)
    members += [
        member(first, "mira", completed=answers[0]),
        member(second, "mira", completed=answers[1]),
    ]
    (group,) = table([first, second], members)
    assert {each.pseudonym: each.completed for each in group.people}["mira"] is expected


def test_staff_are_in_the_table_and_do_not_make_a_group_large() -> None:
    voices = course(BELGRADE)
    staff = [member(voices, f"staff-{number}", Part.STAFF) for number in range(5)]
    (small,) = table([voices], [*students(voices, 9), *staff])
    assert (small.status, small.people, small.weeks) == (GroupStatus.WITHHELD, (), ())
    (large,) = table([voices], [*students(voices, 10), *staff])
    assert (large.count(Part.STUDENT), large.count(Part.STAFF)) == (10, 5)


def test_who_teaches_one_course_and_attends_another_is_staff() -> None:
    first, second = course(BELGRADE), course(BELGRADE, course_id="seminar")
    members = [*students(first, 10), member(second, "ub-voices-00", Part.STAFF)]
    (group,) = table([first, second], members)
    assert group.status is GroupStatus.WITHHELD  # nine students are left


def test_a_group_counts_within_its_pairing_only() -> None:
    voices, streets = course(BELGRADE, "voices"), course(BELGRADE, "streets")
    almaty = course(ALMATY, "voices")
    members = [*students(voices, 10), *students(streets, 9), *students(almaty, 10)]
    groups = table([voices, streets, almaty], members)
    found = {(group.course.pairing_id, group.course.institution.id): group.status for group in groups}
    assert found == {
        ("streets", "ub"): GroupStatus.WITHHELD,
        ("voices", "ub"): GroupStatus.SHOWN,
        ("voices", "ail"): GroupStatus.SHOWN,
    }


def test_a_group_is_shown_when_every_course_of_it_has_been_pulled() -> None:
    first, second = course(SHANGHAI), course(SHANGHAI, course_id="seminar")
    members = students(first, 12)
    (group,) = table([first, second], members, covered={("voices", first.course_id): date(2026, 11, 8)})
    assert (group.status, group.people, group.count(Part.STUDENT)) == (GroupStatus.NOT_PULLED, (), None)


def test_posts_outside_the_pairings_weeks_are_not_lost() -> None:
    """The pairing's dates were moved after the pull."""
    voices = course(BELGRADE, starts_on=date(2026, 10, 12))
    people = students(voices, 10)
    (group,) = table([voices], people, [wrote(people[0], date(2026, 10, 2))])
    assert sum(week.posts for week in group.weeks) == group.people[0].posts == 1


def test_the_order_of_what_comes_in_changes_nothing() -> None:
    courses = [course(BELGRADE), course(ALMATY), course(SHANGHAI, "streets")]
    members = [each for of in courses for each in students(of, 10)]
    days = [wrote(each, date(2026, 10, 6)) for each in members]
    assert table(courses, members, days) == table(courses[::-1], members[::-1], days[::-1])
