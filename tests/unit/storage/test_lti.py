"""The LTI tool's queries, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from coil_bridge.domain import CourseRole, PairingState, Site
from coil_bridge.storage.lti_courses import lti_identity
from coil_bridge.storage.lti_records import (
    Invitation,
    LaunchScope,
    LoginState,
    LtiContext,
    Platform,
    RegisteredBy,
    Resource,
    ResourceKind,
)
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import new_id
from tests.builders import START, Build

LATER = START + timedelta(minutes=10)


@pytest.fixture
def site(build: Build) -> Site:
    return build.site("Belgrade")


@pytest.fixture
def platform(storage: Storage, site: Site) -> Platform:
    value = Platform(
        id=new_id(),
        site_id=site.id,
        issuer=site.base_url,
        client_id="w4Xdy7EJ58Ri0Hu",
        login_url=f"{site.base_url}/mod/lti/auth.php",
        token_url=f"{site.base_url}/mod/lti/token.php",
        jwks_url=f"{site.base_url}/mod/lti/certs.php",
        registered_by=RegisteredBy.DYNAMIC,
        release="5.1",
        created_at=START,
        first_launch_at=None,
        disabled_at=None,
    )
    with storage.write() as tx:
        tx.lti.insert(value)
    return value


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def login(platform: Platform, state: str = "state") -> LoginState:
    return LoginState(state, "nonce", "browser", platform.id, LATER)


def test_a_platform_comes_back_as_stored(storage: Storage, platform: Platform) -> None:
    with storage.write() as tx:
        assert tx.lti.get(platform.id) == tx.lti.locked(platform.id) == platform
        assert tx.lti.of_issuer(platform.issuer) == tx.lti.of_site(platform.site_id) == [platform]
        assert tx.lti.of_issuer(platform.issuer + "/") == []
        tx.lti.set_launched(platform.id, LATER)
        launched = tx.lti.get(platform.id)
    assert launched is not None
    assert launched.first_launch_at == LATER


def test_deployments_are_known_once(storage: Storage, platform: Platform) -> None:
    with storage.write() as tx:
        assert [tx.lti.add_deployment(platform.id, each, START) for each in ("2", "1", "2")] == [
            True,
            True,
            False,
        ]
        assert tx.lti.deployments(platform.id) == ["1", "2"]


def test_of_many_returns_of_one_login_one_is_taken(
    storage: Storage, platform: Platform, pool: ThreadPoolExecutor
) -> None:
    with storage.write() as tx:
        tx.lti.insert_state(login(platform))

    def take(_: int) -> LoginState | None:
        with storage.write() as tx:
            return tx.lti.take_state("state", START)

    taken = list(pool.map(take, range(4)))
    assert taken.count(None) == 3
    assert login(platform) in taken


def test_an_expired_login_is_not_taken_and_is_gone(storage: Storage, platform: Platform) -> None:
    with storage.write() as tx:
        tx.lti.insert_state(login(platform))
        tx.lti.insert_state(login(platform, "other"))
        assert tx.lti.take_state("state", LATER) is None
        assert tx.lti.prune_states(START) == 0
        assert tx.lti.prune_states(LATER) == 1


def test_of_many_workers_one_fetches_the_keys(
    storage: Storage, platform: Platform, pool: ThreadPoolExecutor
) -> None:
    def claim(_: int) -> bool:
        with storage.write() as tx:
            return tx.lti.claim_fetch(platform.id, START, START - timedelta(minutes=1))

    assert list(pool.map(claim, range(4))).count(True) == 1
    with storage.write() as tx:
        tx.lti.store_key_set(platform.id, [{"kid": "a"}], START)
        assert tx.lti.claim_fetch(platform.id, LATER, LATER - timedelta(minutes=1))
        found = tx.lti.key_set(platform.id)
    assert found is not None
    assert (found.keys, found.fetched_at, found.attempted_at) == (({"kid": "a"},), START, LATER)


def test_an_invitation_is_used_once_and_tried_a_few_times(
    storage: Storage, platform: Platform, site: Site
) -> None:
    invitation = Invitation(new_id(), site.id, START, LATER, 0, None, None)
    with storage.write() as tx:
        tx.lti.insert_invitation(invitation, "hash")
        assert tx.lti.invitation("hash") == invitation
        assert [tx.lti.attempt_invitation("hash", START, 2) for _ in range(3)] == [True, True, False]
        assert not tx.lti.attempt_invitation("hash", LATER, 9)
        assert tx.lti.use_invitation("hash", platform.id, START)
        assert not tx.lti.use_invitation("hash", platform.id, START)
        assert not tx.lti.attempt_invitation("hash", START, 9)
        assert tx.lti.prune_invitations(LATER + timedelta(days=1)) == 0
        (used,) = tx.lti.invitations(site.id)
    assert (used.used_at, used.platform_id, used.attempts) == (START, platform.id, 2)


def test_an_identity_is_given_once(storage: Storage, platform: Platform, build: Build) -> None:
    mira, ana = build.person("Mira Jovanović"), build.person("Ana Petrović")
    identity = lti_identity(platform.id, "1", "5")
    with storage.write() as tx:
        assert tx.lti_courses.add_identity(mira.id, identity)
        assert not tx.lti_courses.add_identity(ana.id, identity)
        assert tx.people.by_identity(identity) == mira
        assert tx.people.by_identity(lti_identity(platform.id, "15", "")) is None


def test_the_services_of_a_course_are_those_seen_last(
    storage: Storage, platform: Platform, build: Build, site: Site
) -> None:
    course = build.course(site)
    first = LtiContext(platform.id, "1", "2", course.id, "https://x/a", None, ("score",), START)
    second = LtiContext(platform.id, "2", "2", course.id, None, "https://x/b", (), LATER)
    with storage.write() as tx:
        for value in (second, first, second):
            tx.lti_courses.upsert_context(value)
        assert tx.lti_courses.contexts_of(course.id) == [second, first]
        tx.lti.set_disabled(platform.id, LATER)
        assert tx.lti_courses.contexts_of(course.id) == []


def test_of_many_workers_one_makes_the_column(
    storage: Storage, platform: Platform, pool: ThreadPoolExecutor
) -> None:
    def claim(_: int) -> bool:
        with storage.write() as tx:
            return tx.lti_courses.claim_line_item(platform.id, "2", "pairing", START, LATER)

    assert list(pool.map(claim, range(4))).count(True) == 1
    with storage.write() as tx:
        assert tx.lti_courses.claim_line_item(platform.id, "2", "pairing", LATER, LATER)
        tx.lti_courses.set_line_item(platform.id, "2", "pairing", "https://x/items/1")
        assert not tx.lti_courses.claim_line_item(platform.id, "2", "pairing", LATER, LATER)
        assert tx.lti_courses.line_item_url(platform.id, "2", "pairing") == "https://x/items/1"
        tx.lti_courses.forget_line_item(platform.id, "2", "pairing")
        assert tx.lti_courses.line_item_url(platform.id, "2", "pairing") is None


def test_a_session_keeps_its_scope_and_takes_it_along(
    storage: Storage, platform: Platform, build: Build
) -> None:
    mira, course = build.person("Mira Jovanović"), build.course()
    scope = LaunchScope(mira.id, platform.id, "1", "5", course.id, CourseRole.TEACHER, administers=False)
    with storage.write() as tx:
        tx.people.insert_web_session("session", mira.id, START, LATER)
        tx.lti_courses.bind_session("session", scope)
        assert tx.lti_courses.scope_of_session("session", START) == scope
        assert tx.lti_courses.scope_of_session("session", LATER) is None
        tx.people.end_web_session("session")
        assert tx.lti_courses.scope_of_session("session", START) is None


def test_a_hand_over_is_taken_once(storage: Storage, platform: Platform, build: Build) -> None:
    mira = build.person("Mira Jovanović")
    scope = LaunchScope(mira.id, platform.id, "1", "5", None, None, administers=True)
    with storage.write() as tx:
        for name in ("one", "late", "never"):
            tx.lti_courses.insert_handover(name, scope, "/pairings", LATER)
        assert tx.lti_courses.take_handover("one", START) == (scope, "/pairings")
        assert tx.lti_courses.take_handover("one", START) is None
        assert tx.lti_courses.take_handover("late", LATER) is None
        assert tx.lti_courses.prune_handovers(LATER) == 1


def test_a_placed_link_comes_back(storage: Storage, build: Build, site: Site) -> None:
    course, mira = build.course(site), build.person("Mira Jovanović")
    resource = Resource(new_id(), site.id, ResourceKind.NEXT, course.id, mira.id, START)
    with storage.write() as tx:
        tx.lti_courses.insert_resource(resource)
        assert tx.lti_courses.resource(resource.id) == resource
        assert tx.lti_courses.resource("invented") is None


def test_the_pairings_of_a_course(storage: Storage, build: Build, site: Site) -> None:
    course, mira = build.course(site), build.person("Mira Jovanović")
    partner = build.course(build.site("Almaty"))
    older = build.pairing([course, partner], proposed_by=mira, state=PairingState.ACTIVE)
    newer = build.pairing([course, partner], proposed_by=mira, state=PairingState.PROPOSED, created_at=LATER)
    build.pairing([course, partner], proposed_by=mira, state=PairingState.CANCELLED)
    with storage.read() as tx:
        found = tx.lti_courses.pairings_of(course.id, [PairingState.ACTIVE, PairingState.PROPOSED])
        assert found == [(newer.id, PairingState.PROPOSED), (older.id, PairingState.ACTIVE)]
        assert tx.lti_courses.course_id(site.id, course.moodle_id) == course.id
        assert tx.lti_courses.course_id(site.id, 999) is None
