from __future__ import annotations

import pytest

from coil_bridge.domain import Site
from coil_bridge.errors import NotFound
from coil_bridge.lti.claims import ROSTER_TYPE
from coil_bridge.lti.keys import Keys
from coil_bridge.lti.services import ServiceCalls, ServiceFailed
from coil_bridge.services.launching.launches import Launches
from coil_bridge.services.moodles.course_rosters import CourseRosters
from coil_bridge.storage.storage import Storage
from connectors.transport import Transport
from tests.builders import Build, SettableClock
from tests.unit.lti.conftest import register
from tests.unit.lti.launches import Launcher
from tests.unit.lti.moodle import Moodle, Says

ROSTER = "/mod/lti/services.php/CourseSection/2/bindings/1/memberships"


@pytest.fixture
def rosters(sqlite_storage: Storage, transport: Transport, keys: Keys, clock: SettableClock) -> CourseRosters:
    calls = ServiceCalls(transport=transport, keys=keys, clock=clock)
    return CourseRosters(storage=sqlite_storage, calls=calls)


@pytest.fixture
def course_id(launcher: Launcher, sqlite_storage: Storage, clock: SettableClock) -> str:
    """A course from which somebody has launched."""
    scope = Launches(storage=sqlite_storage, clock=clock).enter(launcher.attempt().send()).scope
    assert scope.course_id is not None
    return scope.course_id


def answer(moodle: Moodle) -> None:
    moodle.answers["/mod/lti/token.php"] = Says(body={"access_token": "t", "expires_in": 3600})
    moodle.answers[ROSTER] = lambda asked: (
        Says(body={"members": [{"user_id": "6", "roles": ["Learner"]}]})
        if asked.headers["Accept"] == ROSTER_TYPE
        else Says(400, "No matching services")
    )


def test_a_launch_tells_where_the_roster_is(rosters: CourseRosters, course_id: str, moodle: Moodle) -> None:
    answer(moodle)
    assert rosters.offered(course_id)
    assert [each.user_id for each in rosters.members(course_id)] == ["6"]


def test_a_course_that_nobody_launched_from_has_none(
    rosters: CourseRosters, build: Build, site: Site
) -> None:
    course = build.course(site)
    assert not rosters.offered(course.id)
    with pytest.raises(NotFound):
        rosters.members(course.id)


def test_another_registration_is_asked_when_one_fails(
    *,
    rosters: CourseRosters,
    course_id: str,
    moodle: Moodle,
    launcher: Launcher,
    site: Site,
    sqlite_storage: Storage,
    clock: SettableClock,
) -> None:
    answer(moodle)
    clock.advance(hours=1)
    launcher.platform = register(sqlite_storage, site, site.base_url, clock, client_id="second")
    attempt = launcher.attempt()
    for claim in attempt.claims.values():
        if isinstance(claim, dict) and "context_memberships_url" in claim:
            claim["context_memberships_url"] = f"{moodle.url}/mod/lti/services.php/broken"
    Launches(storage=sqlite_storage, clock=clock).enter(attempt.send())
    assert [each.user_id for each in rosters.members(course_id)] == ["6"]
    moodle.answers[ROSTER] = Says(403, "no")
    with pytest.raises(ServiceFailed) as failed:
        rosters.members(course_id)
    assert failed.value.http_status == 404
