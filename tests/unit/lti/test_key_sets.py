"""A platform's keys are fetched once, and no stranger can make us fetch them again and again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from coil_bridge.lti.key_sets import KeySets
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.storage.lti_records import Platform
from coil_bridge.storage.storage import Storage
from connectors.transport import Transport
from tests.builders import SettableClock
from tests.unit.lti.launches import Launcher
from tests.unit.lti.moodle import Moodle, Says, SigningKey, make_key

CERTS = "/mod/lti/certs.php"


def test_many_launches_fetch_the_keys_once(launcher: Launcher, moodle: Moodle) -> None:
    for _ in range(5):
        launcher.attempt().send()
    assert len(moodle.to(CERTS)) == 1


def test_another_worker_takes_the_keys_from_the_database(
    launcher: Launcher, moodle: Moodle, another_worker: Callable[[], KeySets], platform_key: SigningKey
) -> None:
    launcher.attempt().send()
    found = another_worker().key(launcher.platform, platform_key.kid)
    assert found == platform_key.private.public_key()
    assert len(moodle.to(CERTS)) == 1


def test_an_unknown_key_is_asked_for_at_most_once_a_minute(
    launcher: Launcher, moodle: Moodle, clock: SettableClock, another_worker: Callable[[], KeySets]
) -> None:
    launcher.attempt().send()
    for _ in range(5):
        forged(launcher)
        with pytest.raises(Refusal):
            another_worker().key(launcher.platform, "invented")
    assert len(moodle.to(CERTS)) == 1
    clock.advance(seconds=60)
    for number in range(5):
        forged(launcher, f"invented-{number}")
    assert len(moodle.to(CERTS)) == 2


def test_a_new_key_of_the_platform_is_found(launcher: Launcher, moodle: Moodle, clock: SettableClock) -> None:
    launcher.attempt().send()
    clock.advance(hours=1)
    fresh = make_key("after-the-rotation")
    moodle.publish(launcher.key, fresh)
    launcher.key = fresh
    launcher.attempt().send()
    launcher.attempt().send()
    assert len(moodle.to(CERTS)) == 2


def test_threads_that_come_together_fetch_once(
    key_sets: KeySets, platform: Platform, platform_key: SigningKey, moodle: Moodle
) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: key_sets.key(platform, platform_key.kid), range(8)))
    assert found == [platform_key.private.public_key()] * 8
    assert len(moodle.to(CERTS)) == 1


def test_a_withdrawn_key_ends_within_a_day(launcher: Launcher, moodle: Moodle, clock: SettableClock) -> None:
    launcher.attempt().send()
    moodle.publish(make_key("the-new-one"))
    clock.advance(hours=23)
    launcher.attempt().send()
    clock.advance(hours=1)
    assert refusal(launcher).code is Reason.KEY_UNKNOWN


def test_a_silent_key_address_does_not_stop_known_keys(
    launcher: Launcher, moodle: Moodle, clock: SettableClock
) -> None:
    launcher.attempt().send()
    moodle.answers[CERTS] = Says(500, "down")
    clock.advance(days=2)
    launcher.attempt().send()
    launcher.attempt().send()
    assert len(moodle.to(CERTS)) == 2


@pytest.mark.parametrize(
    "answer",
    [
        Says(404, "no such page"),
        Says(200, "<html>"),
        Says(200, {"keys": "none"}),
        Says(200, []),
        Says(200, {"keys": []}),
        Says(200, "x" * 100_000),
        Says(302, "", {"Location": "http://169.254.169.254/"}),
    ],
)
def test_an_unusable_key_set_is_said_and_not_asked_for_again(
    answer: Says, launcher: Launcher, moodle: Moodle, clock: SettableClock
) -> None:
    moodle.answers[CERTS] = answer
    assert refusal(launcher).code is Reason.KEYS_UNREACHABLE
    assert refusal(launcher).code is Reason.KEYS_UNREACHABLE
    assert len(moodle.to(CERTS)) == 1
    moodle.publish(launcher.key)
    clock.advance(minutes=1)
    launcher.attempt().send()


def test_keys_can_be_fetched_before_the_first_launch(
    key_sets: KeySets, platform: Platform, launcher: Launcher, moodle: Moodle
) -> None:
    assert key_sets.prefetch(platform)
    launcher.attempt().send()
    assert len(moodle.to(CERTS)) == 1


@pytest.fixture
def another_worker(
    sqlite_storage: Storage, transport: Transport, clock: SettableClock
) -> Callable[[], KeySets]:
    """A process that has only the database in common with ours."""
    return lambda: KeySets(storage=sqlite_storage, transport=transport, clock=clock)


def forged(launcher: Launcher, kid: str = "invented") -> None:
    attempt = launcher.attempt()
    attempt.headers["kid"] = kid
    with pytest.raises(Refusal) as refused:
        attempt.send()
    assert refused.value.code is Reason.KEY_UNKNOWN


def refusal(launcher: Launcher) -> Refusal:
    with pytest.raises(Refusal) as refused:
        launcher.attempt().send()
    return refused.value
