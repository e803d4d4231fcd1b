"""Sessions of launches and the hand-over into a tab of its own."""

from __future__ import annotations

from typing import Any

import pytest

from coil_bridge.domain import CourseRole
from coil_bridge.errors import Gone, InvalidInput, NotSignedIn
from coil_bridge.lti import claims as names
from coil_bridge.services.identity.web_sessions import WebSessions
from coil_bridge.services.launching.launch_sessions import LaunchSessions
from coil_bridge.services.launching.launches import Launches
from coil_bridge.storage.lti_records import LaunchScope
from coil_bridge.storage.storage import Storage
from tests.builders import SettableClock
from tests.unit.lti.launches import Launcher

LEARNER: dict[str, Any] = {names.ROLES: ["Learner"]}


@pytest.fixture
def sessions(sqlite_storage: Storage, clock: SettableClock) -> LaunchSessions:
    return LaunchSessions(storage=sqlite_storage, clock=clock, hours=12)


@pytest.fixture
def web_sessions(sqlite_storage: Storage, clock: SettableClock) -> WebSessions:
    return WebSessions(storage=sqlite_storage, clock=clock, hours=12)


@pytest.fixture
def scope(launcher: Launcher, sqlite_storage: Storage, clock: SettableClock) -> LaunchScope:
    return Launches(storage=sqlite_storage, clock=clock).enter(launcher.attempt().send()).scope


def test_a_session_knows_the_launch_that_it_began_with(
    sessions: LaunchSessions, web_sessions: WebSessions, scope: LaunchScope, launcher: Launcher
) -> None:
    token = sessions.start(scope)
    person = web_sessions.resolve(token)
    assert person is not None
    assert person.id == scope.person_id
    assert sessions.scope(token) == scope
    assert (scope.platform_id, scope.deployment_id, scope.subject) == (launcher.platform.id, "1", "5")


def test_a_session_of_a_sign_in_link_has_no_scope(
    sessions: LaunchSessions, web_sessions: WebSessions, scope: LaunchScope
) -> None:
    assert sessions.scope(web_sessions.start(scope.person_id)) is None
    assert sessions.scope("invented") is None


def test_the_scope_ends_with_the_session(
    sessions: LaunchSessions, web_sessions: WebSessions, scope: LaunchScope, clock: SettableClock
) -> None:
    ended, expired = sessions.start(scope), sessions.start(scope)
    web_sessions.end(ended)
    assert sessions.scope(ended) is None
    clock.advance(hours=12)
    assert sessions.scope(expired) is None


def test_a_hand_over_works_once_and_as_the_same_launch(sessions: LaunchSessions, scope: LaunchScope) -> None:
    framed = sessions.start(scope)
    handover = sessions.hand_over(framed, "/pairings/abc?x=1")
    taken = sessions.take_over(handover)
    assert taken.path == "/pairings/abc?x=1"
    assert taken.token != framed
    assert sessions.scope(taken.token) == scope
    assert taken.token not in repr(taken)
    with pytest.raises(Gone):
        sessions.take_over(handover)


def test_a_hand_over_lasts_two_minutes(
    sessions: LaunchSessions, scope: LaunchScope, clock: SettableClock
) -> None:
    handover = sessions.hand_over(sessions.start(scope), "/")
    clock.advance(minutes=2)
    with pytest.raises(Gone):
        sessions.take_over(handover)


@pytest.mark.parametrize(
    "path", ["", "pairings", "//evil.example", "/\\evil.example", "https://evil.example", "/a\n", "/" * 600]
)
def test_a_hand_over_leads_to_our_own_pages_only(
    path: str, sessions: LaunchSessions, scope: LaunchScope
) -> None:
    with pytest.raises(InvalidInput):
        sessions.hand_over(sessions.start(scope), path)


def test_only_a_launched_session_can_be_handed_over(
    sessions: LaunchSessions, web_sessions: WebSessions, scope: LaunchScope
) -> None:
    with pytest.raises(NotSignedIn):
        sessions.hand_over(web_sessions.start(scope.person_id), "/")


def test_a_session_opened_as_a_learner_stays_one_although_the_record_says_teacher(
    sessions: LaunchSessions,
    web_sessions: WebSessions,
    launcher: Launcher,
    sqlite_storage: Storage,
    clock: SettableClock,
) -> None:
    launches = Launches(storage=sqlite_storage, clock=clock)
    teaching = launches.enter(launcher.attempt().send()).scope
    switched = launches.enter(launcher.attempt(**LEARNER).send()).scope
    assert teaching.course_id is not None
    as_teacher = web_sessions.resolve(sessions.start(teaching))
    as_learner = web_sessions.resolve(sessions.start(switched))
    assert as_teacher is not None
    assert as_learner is not None
    assert as_teacher.id == as_learner.id
    assert as_teacher.part(teaching.course_id, CourseRole.TEACHER) is CourseRole.TEACHER
    assert as_learner.part(teaching.course_id, CourseRole.TEACHER) is CourseRole.STUDENT
    assert as_learner.part("another course", CourseRole.TEACHER) is CourseRole.TEACHER
    assert as_learner.part(teaching.course_id, None) is None
