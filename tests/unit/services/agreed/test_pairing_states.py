from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coil_bridge.domain import Answer, Course, Institution, PairedCourse, PairingState
from coil_bridge.errors import Conflict, Forbidden
from coil_bridge.services.agreed.pairing_states import (
    MOVES,
    OPEN,
    PLANNING,
    Action,
    Who,
    check_state,
    check_who,
    due,
    move_of,
    possible,
    settle,
    standing,
)

KRAKOW = Institution(
    "i1", "Kraków School of Trade", "KST", "Kraków", "PL", None, "Europe/Warsaw", time(8), time(20)
)
SEEN = datetime(2026, 10, 20, 8, tzinfo=UTC)
COURSE = Course(
    id="c0",
    site_id="s1",
    site_name="KST Moodle",
    institution=KRAKOW,
    moodle_id=7,
    fullname="Trade Law",
    shortname="TL",
    summary="",
    starts_on=None,
    ends_on=None,
    language=None,
    visible=True,
    synced_at=SEEN,
    gone_at=None,
    url="https://moodle.example.org/course/view.php?id=7",
)
EXPECTED = {
    PairingState.PROPOSED: {Action.ACCEPT, Action.DECLINE, Action.WITHDRAW},
    PairingState.ACCEPTED: {Action.START, Action.CANCEL},
    PairingState.ACTIVE: {Action.COMPLETE, Action.CANCEL},
    PairingState.COMPLETED: set(),
    PairingState.DECLINED: set(),
    PairingState.WITHDRAWN: set(),
    PairingState.CANCELLED: set(),
}


def courses(answers: list[Answer]) -> list[PairedCourse]:
    own = PairedCourse(COURSE, True, Answer.ACCEPTED, "p1", SEEN)
    invited = [
        PairedCourse(replace(COURSE, id=f"c{number}"), False, answer, None, None)
        for number, answer in enumerate(answers, start=1)
    ]
    return [own, *invited]


def test_every_action_stands_in_the_table_once() -> None:
    assert sorted(move.action for move in MOVES) == sorted(Action)


@pytest.mark.parametrize("state", list(PairingState))
@pytest.mark.parametrize("action", list(Action))
def test_only_the_moves_of_the_table_are_let_pass(state: PairingState, action: Action) -> None:
    if action in EXPECTED[state]:
        check_state(action, state)
        return
    with pytest.raises(Conflict) as refusal:
        check_state(action, state)
    assert refusal.value.message == standing(state)


@pytest.mark.parametrize("state", list(PairingState))
def test_the_sentence_about_a_state_names_exactly_what_is_possible(state: PairingState) -> None:
    sentence = standing(state).replace("call it off", "cancel")
    named = re.findall(r"\b(?:accept|decline|withdraw|start|complete|cancel)\b", sentence)
    assert {Action(word) for word in named} == set(possible(state))


def test_a_pairing_that_can_still_move_is_open() -> None:
    assert {state for state in PairingState if possible(state)} == OPEN
    assert PLANNING < OPEN


@pytest.mark.parametrize("action", list(Action))
def test_each_move_is_for_those_whom_the_table_names(action: Action) -> None:
    expected = {
        Action.ACCEPT: Who.INVITED,
        Action.DECLINE: Who.INVITED,
        Action.WITHDRAW: Who.INITIATING,
    }.get(action, Who.TEACHER)
    check_who(action, frozenset({expected}))
    with pytest.raises(Forbidden):
        check_who(action, frozenset(Who) - {expected})


def test_calling_off_needs_a_reason_and_nothing_else_does() -> None:
    assert {move.action for move in MOVES if move.needs_reason} == {Action.CANCEL}


@settings(max_examples=60)
@given(st.lists(st.sampled_from(Answer), min_size=1, max_size=6))
def test_answers_settle_a_proposal(answers: list[Answer]) -> None:
    remain = [answer for answer in answers if answer is not Answer.DECLINED]
    state = settle(courses(answers))
    if not remain:
        assert state is PairingState.DECLINED
    elif all(answer is Answer.ACCEPTED for answer in remain):
        assert state is PairingState.ACCEPTED
    else:
        assert state is PairingState.PROPOSED


@settings(max_examples=60)
@given(st.lists(st.sampled_from(Answer), max_size=4), st.sampled_from([Action.ACCEPT, Action.DECLINE]))
def test_an_answer_leads_only_where_the_table_says(others: list[Answer], action: Action) -> None:
    answer = Answer.ACCEPTED if action is Action.ACCEPT else Answer.DECLINED
    assert settle(courses([*others, answer])) in move_of(action).target


@settings(max_examples=40)
@given(st.integers(-5, 100), st.sampled_from(PairingState))
def test_dates_start_on_the_first_day_and_complete_after_the_last(days: int, state: PairingState) -> None:
    first, last = date(2026, 10, 1), date(2026, 12, 18)
    today = first + timedelta(days=days)
    action = due(state, first, last, today)
    assert (action is Action.START) == (state is PairingState.ACCEPTED and today >= first)
    assert (action is Action.COMPLETE) == (state is PairingState.ACTIVE and today > last)
    if action:
        assert move_of(action).by_date
