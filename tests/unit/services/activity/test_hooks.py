"""What notifications lead to: whatever their order and number, what the Moodle says in the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from coil_bridge.errors import PartnerUnavailable
from coil_bridge.services.activity.hook_keys import NewKey
from coil_bridge.services.activity.hooks import Delivery, Hint, HookRefused, sign
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import SYSTEM
from coil_bridge.storage.engine import writing
from coil_bridge.storage.hook_tables import hook_delivery, hook_wish
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tables import course, enrolment, pull_run, task
from connectors.moodle.simulator import Simulator
from tests.builders import Build, SettableClock
from tests.unit.services.pilot import PilotTrial

KINDS = ("courses", "people", "pull")


@pytest.fixture
def trial(
    services: Services, storage: Storage, build: Build, clock: SettableClock, moodle: Callable[..., Simulator]
) -> PilotTrial:
    trial = PilotTrial(services, storage, build, clock, moodle)
    trial.belgrade.enrol(2)
    trial.belgrade.teacher()
    trial.almaty.enrol(1)
    trial.belgrade.moodle.world.add_course("C-9", "Another")  # a site that shows nothing is not believed
    return trial


class Sender:
    """Signs and delivers to the service itself."""

    def __init__(self, trial: PilotTrial) -> None:
        self.trial = trial
        self.site_id = trial.belgrade.here.site_id
        with trial.storage.read() as tx:
            site = tx.sites.get(self.site_id)
        assert site
        self.origin = site.base_url
        self.key: NewKey = trial.services.activity.hook_keys.make(SYSTEM, self.site_id)

    def deliver(self, number: str, hints: list[Hint]) -> str:
        """Deliver once; what became of it."""
        at = str(int(self.trial.clock().timestamp()))
        given = Delivery(at, self.key.id, number, sign(self.key.secret, at, b"{}"), b"{}")
        try:
            self.trial.services.activity.hooks.receive(
                self.site_id, given, lambda _body: (self.origin, hints)
            )
        except HookRefused as refusal:
            return refusal.code
        return "taken"


def follow(trial: PilotTrial) -> None:
    """Let the worker do everything that is waiting, until nothing is."""
    trial.clock.advance(minutes=3)
    hooks = trial.services.activity.hooks
    hooks.queue_due()
    for kind in KINDS:
        hooks.perform({"site_id": trial.belgrade.here.site_id, "kind": kind})


def outcome(trial: PilotTrial) -> dict[str, Any]:
    """What is known in the end, without times."""
    return {
        "courses": sorted(
            (row["moodle_id"], row["visible"], row["gone_at"] is not None) for row in trial.rows(course)
        ),
        "people": sorted((row["course_id"], row["role"]) for row in trial.rows(enrolment)),
        "pulls": sorted(row["course_id"] for row in trial.rows(pull_run)),
        "wishes": trial.rows(hook_wish),
    }


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_sequence_of_duplicates_reorderings_and_retries_changes_the_outcome(
    trial: PilotTrial, data: st.DataObject
) -> None:
    _begin_again(trial)
    number = trial.belgrade.there.id
    trial.belgrade.there.visible = False
    sent = {f"delivery-{place}": [Hint(kind, number)] for place, kind in enumerate(KINDS)}
    sender = Sender(trial)
    for name, hints in sent.items():
        assert sender.deliver(name, hints) == "taken"
    follow(trial)
    expected = outcome(trial)
    assert (number, True, True) in expected["courses"]  # hidden from the service account as well
    assert (len(expected["pulls"]), expected["wishes"]) == (1, [])

    _begin_again(trial)
    sender = Sender(trial)
    names = data.draw(st.permutations(sorted(sent)))
    again = data.draw(st.lists(st.sampled_from(sorted(sent)), max_size=6))
    taken = set()
    for place, name in enumerate([*names, *again]):
        if data.draw(st.booleans()):
            # A retry: the same events in another delivery, as the plugin sends what was not answered.
            sender.deliver(f"{name}-again-{place}", sent[name])
        result = sender.deliver(name, sent[name])
        assert result == ("replay" if name in taken else "taken")
        taken.add(name)
    follow(trial)
    assert outcome(trial) == expected


def _begin_again(trial: PilotTrial) -> None:
    with writing(trial.storage._engine) as connection:
        for table in (hook_wish, hook_delivery, pull_run, task, enrolment):
            connection.execute(delete(table))
        connection.execute(update(course).values(visible=True, gone_at=None))
    trial.clock.advance(minutes=30)


def test_a_wish_that_comes_while_it_is_followed_up_is_not_lost(trial: PilotTrial) -> None:
    sender = Sender(trial)
    sender.deliver("first", [Hint("courses", trial.belgrade.there.id)])
    with trial.storage.read() as tx:
        (wish,) = tx.hooks.wishes()
    trial.clock.advance(seconds=5)
    sender.deliver("second", [Hint("courses", trial.belgrade.there.id)])
    with trial.storage.write() as tx:
        tx.hooks.fulfil(wish)
        assert len(tx.hooks.wishes()) == 1


def test_a_course_that_is_deleted_there_is_marked_here(trial: PilotTrial) -> None:
    sender = Sender(trial)
    del trial.belgrade.moodle.world.courses[trial.belgrade.there.id]
    sender.deliver("one", [Hint("courses", trial.belgrade.there.id)])
    follow(trial)
    with trial.storage.read() as tx:
        gone = tx.courses.get(trial.belgrade.here.id)
    assert gone
    assert gone.gone_at == trial.clock()


def test_people_of_a_course_are_read_again(trial: PilotTrial) -> None:
    sender = Sender(trial)
    sender.deliver("one", [Hint("people", trial.belgrade.there.id)])
    follow(trial)
    assert [row["role"] for row in trial.rows(enrolment)] == ["teacher"]


def test_a_moodle_that_does_not_answer_keeps_the_wish(trial: PilotTrial) -> None:
    sender = Sender(trial)
    sender.deliver("one", [Hint("courses", trial.belgrade.there.id)])
    trial.belgrade.moodle.faults.down()
    with pytest.raises(PartnerUnavailable):
        follow(trial)
    assert len(trial.rows(hook_wish)) == 1
    trial.belgrade.moodle.faults.clear()
    trial.clock.advance(hours=1)
    follow(trial)
    assert trial.rows(hook_wish) == []


def test_a_lecture_halls_joins_are_one_pull(trial: PilotTrial) -> None:
    sender = Sender(trial)
    for number in range(40):
        sender.deliver(f"join-{number}", [Hint("pull", trial.belgrade.there.id)] * 3)
        trial.clock.advance(seconds=1)
    waiting = [row for row in trial.rows(task) if row["kind"] == "follow_hooks"]
    assert len(waiting) == 1
    follow(trial)
    assert len(trial.rows(pull_run)) == 1
