"""What the people of one course see of its pairings, and of no other's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from coil_bridge.domain import CourseRole, PairingState, SessionState
from coil_bridge.errors import NotFound
from coil_bridge.services.launching.course_views import CourseViews
from tests.unit.services.consortium import Consortium


@pytest.fixture
def views(consortium: Consortium) -> CourseViews:
    return CourseViews(storage=consortium.storage, clock=consortium.clock)


def test_a_course_shows_the_sessions_of_all_its_pairings_in_order(
    views: CourseViews, consortium: Consortium
) -> None:
    mira, build = consortium.mira, consortium.build
    first = build.pairing([consortium.belgrade, consortium.almaty], proposed_by=mira)
    second = build.pairing([consortium.belgrade, consortium.shanghai], proposed_by=mira)
    elsewhere = build.pairing([consortium.almaty, consortium.shanghai], proposed_by=consortium.aigerim)
    early = build.session(first, mira)
    late = build.session(first, mira, starts_at=early.starts_at + timedelta(days=14))
    between = build.session(second, mira, starts_at=early.starts_at + timedelta(days=7))
    build.session(elsewhere, consortium.aigerim)
    for person, part in ((mira, CourseRole.TEACHER), (consortium.jelena, CourseRole.STUDENT)):
        view = views.sessions(person, consortium.belgrade.id)
        assert (view.course.id, view.part) == (consortium.belgrade.id, part)
        assert [each.session.id for each in view.sessions] == [early.id, between.id, late.id]
        assert {each.id for each in view.pairings} == {first.id, second.id}


def test_a_proposal_is_between_the_teachers(views: CourseViews, consortium: Consortium) -> None:
    proposed = consortium.agreed(PairingState.PROPOSED)
    assert [each.id for each in views.sessions(consortium.mira, consortium.belgrade.id).pairings] == [
        proposed.id
    ]
    assert views.sessions(consortium.jelena, consortium.belgrade.id).pairings == ()
    assert views.teams(consortium.mira, consortium.belgrade.id)[1] == ()


def test_students_do_not_read_what_the_proposal_said(views: CourseViews, consortium: Consortium) -> None:
    consortium.build.session(consortium.agreed(), consortium.mira)
    view = views.sessions(consortium.jelena, consortium.belgrade.id)
    _, teams = views.teams(consortium.jelena, consortium.belgrade.id)
    shown = [*view.pairings, *(each.pairing for each in view.sessions), *(each.pairing for each in teams)]
    assert [each.message for each in shown] == ["", "", ""]


@pytest.mark.parametrize("state", [PairingState.DECLINED, PairingState.WITHDRAWN])
def test_what_came_to_nothing_is_not_shown(
    state: PairingState, views: CourseViews, consortium: Consortium
) -> None:
    consortium.agreed(state)
    assert views.sessions(consortium.mira, consortium.belgrade.id).pairings == ()


def test_only_the_courses_own_people_see_it(views: CourseViews, consortium: Consortium) -> None:
    consortium.agreed()
    phonetics = consortium.build.course(consortium.ub, "Phonetics", students=[consortium.jelena])
    elsewhere = replace(consortium.jelena, attends_only=frozenset({phonetics.id}))
    outsiders = [consortium.dana, consortium.aigerim, consortium.build.administrator(), elsewhere]
    for person in outsiders:
        for look in (views.sessions, views.next, views.teams):
            with pytest.raises(NotFound):
                look(person, consortium.belgrade.id)
    assert views.sessions(elsewhere, phonetics.id).pairings == ()
    with pytest.raises(NotFound):
        views.sessions(consortium.mira, "no-such-course")


def test_the_next_session_is_the_one_that_is_on(views: CourseViews, consortium: Consortium) -> None:
    pairing, clock = consortium.agreed(), consortium.clock
    first = consortium.build.session(pairing, consortium.mira)
    off = consortium.build.session(
        pairing,
        consortium.mira,
        starts_at=first.starts_at + timedelta(days=1),
        state=SessionState.CANCELLED,
    )
    last = consortium.build.session(pairing, consortium.mira, starts_at=off.starts_at + timedelta(days=1))
    found = []
    for moment in (
        first.starts_at - timedelta(days=3),
        first.starts_at + timedelta(minutes=59),
        first.starts_at + timedelta(minutes=60),
        last.starts_at + timedelta(hours=1),
    ):
        clock.set(moment)
        upcoming = views.next(consortium.jelena, consortium.belgrade.id)
        found.append(upcoming.session.id if upcoming else None)
    assert found == [first.id, first.id, last.id, None]


def test_a_team_names_teachers_and_no_student(views: CourseViews, consortium: Consortium) -> None:
    consortium.build.enrol(consortium.build.person("Ivana Savić", site=consortium.ub), consortium.belgrade)
    consortium.agreed()
    course, (team,) = views.teams(consortium.dana, consortium.almaty.id)
    assert course.id == consortium.almaty.id
    assert {each.course.institution.short_name: each.teachers for each in team.courses} == {
        "UB": ("Ivana Savić", "Mira Jovanović"),
        "AIL": ("Aigerim Sadykova",),
        "SNC": ("Wei Zhang",),
    }
