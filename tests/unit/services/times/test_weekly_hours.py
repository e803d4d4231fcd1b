"""Hours of universities and teachers: who may change them, what stands where nobody has said anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from coil_bridge.errors import Forbidden, InvalidInput, NotFound
from coil_bridge.services.times.weekly_hours import WeeklyHours, usual_week
from scheduling.weekly_hours import ACCEPTABLE, DAY, IMPOSSIBLE, PREFERRED, Stretch, stretches_of, week_of
from tests.builders import UNIVERSITIES
from tests.unit.services.consortium import Consortium

MORNINGS = week_of([Stretch((0, 1, 2, 3, 4), 32, 48, PREFERRED)], IMPOSSIBLE)


@pytest.fixture
def hours(consortium: Consortium) -> WeeklyHours:
    return WeeklyHours(storage=consortium.storage, clock=consortium.clock)


def test_a_university_that_says_nothing_has_its_usual_day(hours: WeeklyHours, consortium: Consortium) -> None:
    found = hours.of_institution(consortium.mira, consortium.ail.institution.id)
    assert (found.view.said, found.may_edit) == (False, False)
    assert stretches_of(found.view.week) == (
        IMPOSSIBLE,
        (
            Stretch((0, 1, 2, 3, 4), 28, 36, ACCEPTABLE),
            Stretch((0, 1, 2, 3, 4), 36, 76, PREFERRED),
            Stretch((0, 1, 2, 3, 4), 76, 88, ACCEPTABLE),
        ),
    )


def test_the_usual_week_knows_a_countrys_weekend_and_a_day_until_midnight() -> None:
    cairo = replace(UNIVERSITIES["Belgrade"], country="EG", zone="Africa/Cairo", day_ends=time(0))
    week = usual_week(cairo)
    assert [week[day * DAY + 40] for day in range(7)] == [0, 0, 0, 0, 2, 2, 0]
    assert week[DAY - 1] == PREFERRED


def test_a_teacher_changes_the_own_universitys_hours_and_it_is_on_record(
    hours: WeeklyHours, consortium: Consortium
) -> None:
    danube = consortium.ub.institution.id
    hours.set_institution(consortium.mira, danube, MORNINGS)
    hours.set_institution(consortium.mira, danube, MORNINGS)
    found = hours.of_institution(consortium.mira, danube)
    assert (found.view.week, found.view.said, found.may_edit) == (MORNINGS, True, True)
    with consortium.storage.read() as tx:
        [entry] = tx.audit.of("institution", danube)
    assert (entry.actor_id, entry.action, entry.detail["preferred"]) == (consortium.mira.id, "hours_set", 80)
    hours.set_institution(consortium.mira, danube, None)
    assert not hours.of_institution(consortium.mira, danube).view.said


def test_nobody_elses_university_and_no_students(hours: WeeklyHours, consortium: Consortium) -> None:
    for somebody in (consortium.aigerim, consortium.jelena):
        with pytest.raises(Forbidden):
            hours.set_institution(somebody, consortium.ub.institution.id, MORNINGS)
    with pytest.raises(NotFound):
        hours.of_institution(consortium.mira, "nowhere")
    hours.set_institution(consortium.build.administrator(), consortium.ub.institution.id, MORNINGS)


def test_own_hours_are_kept_with_their_clock_and_forgotten(
    hours: WeeklyHours, consortium: Consortium
) -> None:
    mira = consortium.mira
    assert not hours.own(mira, "Europe/Belgrade").said
    hours.set_own(mira, "Asia/Tokyo", MORNINGS)
    view = hours.own(mira, "Europe/Belgrade")
    assert (view.zone, view.week, view.said) == ("Asia/Tokyo", MORNINGS, True)
    hours.set_own(mira, "Asia/Tokyo", None)
    assert not hours.own(mira, "Europe/Belgrade").said
    with consortium.storage.read() as tx:
        assert [each.action for each in tx.audit.of("person", mira.id)] == ["hours_set", "hours_forgotten"]


def test_a_week_without_any_possible_hour_or_a_zone_that_is_none_is_refused(
    hours: WeeklyHours, consortium: Consortium
) -> None:
    with pytest.raises(InvalidInput, match="Leave some hours"):
        hours.set_own(consortium.mira, "Europe/Belgrade", week_of([], IMPOSSIBLE))
    with pytest.raises(InvalidInput, match="time zones offered"):
        hours.set_own(consortium.mira, "Belgrade", MORNINGS)
