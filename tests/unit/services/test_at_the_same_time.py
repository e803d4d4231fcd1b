"""Two people, two threads, one pairing: on both engines exactly one wins and the other is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from coil_bridge.domain import Pairing, PairingState
from coil_bridge.errors import CoilBridgeError, Conflict, EditConflict
from coil_bridge.services.agreed.pairing_states import Action
from tests.unit.services.consortium import Consortium

PATIENCE = 30


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run all of them from the same moment on; what each gave or the product's error it raised."""
    outcomes: list[Any] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(number: int) -> None:
        gate.wait(PATIENCE)
        try:
            outcomes[number] = acts[number]()
        except CoilBridgeError as error:
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return outcomes


def test_the_same_form_sent_twice_at_once_makes_one_pairing(consortium: Consortium) -> None:
    def propose() -> Pairing:
        return consortium.pairings.propose(consortium.mira, consortium.form(), "key-1")

    first, second = at_once(propose, propose)
    assert first == second
    assert isinstance(first, Pairing)
    assert len(first.courses) == 2
    counts = consortium.counts()
    assert (counts["pairing"], counts["audit_entry"], counts["task"]) == (1, 1, 1)


def test_the_same_key_with_other_courses_makes_one_pairing_too(consortium: Consortium) -> None:
    """These share no partner's course, so only the unique constraint can stop the second."""
    second_course = consortium.build.course(consortium.ub, "Rhetoric", teachers=[consortium.mira])
    forms = (
        consortium.form(),
        consortium.form(consortium.shanghai.id, own_course_id=second_course.id),
    )
    outcomes = at_once(
        *(lambda form=form: consortium.pairings.propose(consortium.mira, form, "key-1") for form in forms)
    )
    assert outcomes[0] == outcomes[1]
    assert consortium.counts()["pairing"] == 1


def test_both_sides_propose_to_each_other_at_once(consortium: Consortium) -> None:
    other_way = consortium.form(consortium.belgrade.id, own_course_id=consortium.almaty.id)
    outcomes = at_once(
        lambda: consortium.pairings.propose(consortium.mira, consortium.form(), "key-1"),
        lambda: consortium.pairings.propose(consortium.aigerim, other_way, "key-2"),
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict", "Pairing"]
    assert consortium.counts()["pairing"] == 1


def test_the_last_two_partners_accept_at_once(consortium: Consortium) -> None:
    """Each alone would leave the pairing proposed: neither may miss the other's answer."""
    pairing = consortium.proposed(consortium.almaty.id, consortium.shanghai.id)
    at_once(
        lambda: consortium.pairings.accept(consortium.aigerim, pairing.id),
        lambda: consortium.pairings.accept(consortium.wei, pairing.id),
    )
    assert consortium.pairings.get(consortium.mira, pairing.id).pairing.state is PairingState.ACCEPTED


def test_one_accepts_while_the_other_withdraws(consortium: Consortium) -> None:
    pairing = consortium.proposed()
    outcomes = at_once(
        lambda: consortium.pairings.accept(consortium.aigerim, pairing.id),
        lambda: consortium.pairings.withdraw(consortium.mira, pairing.id),
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict", "Pairing"]
    state = consortium.pairings.get(consortium.mira, pairing.id).pairing.state
    trail = [each.action for each in consortium.pairings.get(consortium.mira, pairing.id).audit]
    expected = {PairingState.ACCEPTED: Action.ACCEPT, PairingState.WITHDRAWN: Action.WITHDRAW}[state]
    assert trail == ["proposed", expected]


def test_two_teachers_edit_the_same_session_at_once(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    outcomes = at_once(
        lambda: consortium.sessions.edit(consortium.mira, session.id, consortium.plan(minutes=90), 1),
        lambda: consortium.sessions.edit(consortium.wei, session.id, consortium.plan(minutes=45), 1),
    )
    lost = [each for each in outcomes if isinstance(each, EditConflict)]
    [won] = [each for each in outcomes if each not in lost]
    assert [each.current_version for each in lost] == [2]
    assert consortium.sessions.get(consortium.mira, session.id) == won


def test_a_session_is_planned_while_the_pairing_is_called_off(consortium: Consortium) -> None:
    """No planned session is left behind in a pairing that was called off."""
    pairing = consortium.agreed()
    link = consortium.feeds.link(consortium.dana, pairing.id)
    planned, called_off = at_once(
        lambda: consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1"),
        lambda: consortium.pairings.cancel(consortium.wei, pairing.id, "Our term was shortened."),
    )
    assert called_off.state is PairingState.CANCELLED
    body = consortium.feeds.serve(link.token).body
    sessions = consortium.pairings.get(consortium.mira, pairing.id).sessions
    if isinstance(planned, Conflict):
        assert sessions == ()
    assert {each.state.value for each in sessions} <= {"cancelled"}
    assert body.count(b"STATUS:CANCELLED") == len(sessions)
    assert b"STATUS:CONFIRMED" not in body


def test_two_plans_at_once_are_both_in_the_feed(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    link = consortium.feeds.link(consortium.dana, pairing.id)
    at_once(
        lambda: consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1"),
        lambda: consortium.sessions.plan(consortium.wei, pairing.id, consortium.plan(), "key-2"),
    )
    assert consortium.feeds.serve(link.token).body.count(b"BEGIN:VEVENT") == 2


def test_two_tabs_ask_for_an_address_at_once(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    first, second = at_once(
        lambda: consortium.feeds.link(consortium.dana, pairing.id),
        lambda: consortium.feeds.link(consortium.dana, pairing.id),
    )
    assert first == second
    assert consortium.feeds.links(consortium.dana, pairing.id) == [first]
