"""One story on SQLite and on PostgreSQL: launch, replay, many at once, hand-over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from coil_bridge.lti.messages import Message
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.services.identity.web_sessions import WebSessions
from coil_bridge.services.launching.launch_sessions import LaunchSessions
from coil_bridge.services.launching.launches import Launches
from coil_bridge.storage.storage import Storage
from tests.builders import SettableClock
from tests.unit.lti.launches import Launcher


@pytest.fixture
def sqlite_storage(storage: Storage) -> Storage:
    """Everything else in this folder is tested on SQLite alone; here both engines have their turn."""
    return storage


@pytest.fixture
def launches(storage: Storage, clock: SettableClock) -> Launches:
    return Launches(storage=storage, clock=clock)


def test_from_launch_to_a_tab_of_its_own(
    launches: Launches, launcher: Launcher, storage: Storage, clock: SettableClock
) -> None:
    sessions = LaunchSessions(storage=storage, clock=clock, hours=12)
    arrival = launches.enter(launcher.attempt().send())
    taken = sessions.take_over(sessions.hand_over(sessions.start(arrival.scope), "/pairings"))
    person = WebSessions(storage=storage, clock=clock, hours=12).resolve(taken.token)
    assert person == arrival.person


def test_of_many_replays_at_once_one_gets_through(launcher: Launcher) -> None:
    attempt = launcher.attempt()
    attempt.token = attempt.key.sign(attempt.claims)

    def send(_: int) -> Message | Reason:
        try:
            return attempt.send()
        except Refusal as refused:
            return refused.code

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(send, range(8)))
    assert outcomes.count(Reason.STATE_UNKNOWN) == 7


def test_first_launches_of_one_person_at_once_find_each_other(launches: Launches, launcher: Launcher) -> None:
    messages = [launcher.attempt().send() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        people = {arrival.person.id for arrival in pool.map(launches.enter, messages)}
    assert len(people) == 1
