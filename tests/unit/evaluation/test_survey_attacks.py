"""Somebody who keeps every result of a survey that was ever shown, and subtracts."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coil_bridge.evaluation.statistics import mean_of
from coil_bridge.evaluation.suppression import FLOOR
from coil_bridge.evaluation.survey_results import ItemResult, change_results, meeting_results
from coil_bridge.evaluation.surveys import Response, SurveyKind, Wave
from tests.unit.evaluation.backsolver import Backsolver
from tests.unit.evaluation.test_survey_results import LISTEN, SPEAK, THRESHOLD, survey

PLACES = ("Belgrade", "Almaty", "Shanghai")
Person = tuple[str, int]


def answered(seed: int) -> list[Response]:
    """People who leave out rounds and statements, and classes of every size."""
    chance = random.Random(seed)  # noqa: S311 - the same every time
    return [
        Response(wave, "pairing", place, None, f"{place}{number}", given)
        for place in PLACES
        for number in range(chance.choice((0, 3, 9, 12, 25)))
        for wave in (Wave.PRE, Wave.POST)
        if chance.random() < 0.93
        and (given := {each.id: chance.randint(1, 5) for each in (SPEAK, LISTEN) if chance.random() < 0.95})
    ]


def terms(some: Iterable[Response], factor: int = 1) -> dict[tuple[str | None, Wave], int]:
    return {(each.code, each.wave): factor for each in some}


def read(solver: Backsolver, key: str | None, line: ItemResult, responses: Sequence[Response]) -> None:
    """What a line tells: sums over people whom the attacker knows."""
    mine = [each for each in responses if line.item.id in each.answers and key in (None, each.institution_id)]
    before, after = ([each for each in mine if each.wave is wave] for wave in (Wave.PRE, Wave.POST))
    twice = {each.code for each in before} & {each.code for each in after}
    pairs = [[each for each in wave if each.code in twice] for wave in (before, after)]
    told = pairs if line.paired_only else [before, after]
    for some, n, mean in ((told[0], line.n_pre, line.mean_pre), (told[1], line.n_post, line.mean_post)):
        if mean is not None:
            assert n == len(some)
            assert mean == pytest.approx(mean_of([each.answers[line.item.id] for each in some]))
            solver.add(terms(some))
    if line.change is not None:
        assert line.n_paired == len(twice)
        solver.add(terms(pairs[1]) | terms(pairs[0], -1))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_nobody_s_answer_follows_from_means_and_changes(seed: int) -> None:
    responses = answered(seed)
    for item in (SPEAK, LISTEN):
        solver = Backsolver()
        for part in change_results(survey(SPEAK, LISTEN), responses, THRESHOLD):
            read(solver, part.key, next(each for each in part.items if each.item is item), responses)
        assert solver.found(FLOOR) == []


def test_a_look_at_the_first_round_alone_would_tell_of_those_who_answered_once() -> None:
    """What rule 5 is against: all who answered before, then only those of them who answered twice."""
    class_ = [
        Response(wave, "p", "Belgrade", None, f"c{n}", {"speak": 1 + n % 5})
        for n in range(12)
        for wave in (Wave.PRE, Wave.POST)
    ]
    responses = [*class_, Response(Wave.PRE, "p", "Belgrade", None, "once", {"speak": 5})]
    solver = Backsolver()
    (whole, *_) = change_results(survey(), responses, THRESHOLD)
    read(solver, None, whole.items[0], responses)
    assert solver.found(FLOOR) == []
    solver.add(terms(each for each in responses if each.wave is Wave.PRE))
    assert solver.found(FLOOR) == [frozenset({"once"})]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_nobody_s_evaluation_follows_from_one_week_to_the_next(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same every time
    sessions = [(f"s{n}", chance.choice(("cities", "food"))) for n in range(6)]
    responses = [
        Response(
            Wave.MEETING, pairing, "Belgrade", session, f"{session}-{n}", {"speak": chance.randint(1, 5)}
        )
        for session, pairing in sessions
        for n in range(chance.choice((0, 2, 5, 9, 14)))
    ]
    told = survey(kind=SurveyKind.MEETING)
    solver = Backsolver()
    for week in range(1, len(sessions) + 1):
        ended = [session for session, _ in sessions[:week]]
        for part in meeting_results(told, responses, THRESHOLD, ended):
            line = part.items[0]
            some = _counted(line.n or 0, part.key, responses, ended)
            if line.mean is not None:
                assert line.mean == pytest.approx(mean_of([each.answers["speak"] for each in some]))
                solver.add(terms(some))
    assert solver.found(FLOOR) == []


def _counted(n: int, key: str | None, responses: Sequence[Response], ended: Sequence[str]) -> list[Response]:
    """The first so many of a pairing in the order of the sessions; of all pairings, what their parts have."""
    told = survey(kind=SurveyKind.MEETING)
    if key is None:
        parts = meeting_results(told, responses, THRESHOLD, ended)[1:]
        return [each for part in parts for each in _counted(part.items[0].n or 0, part.key, responses, ended)]
    mine = [each for each in responses if each.pairing_id == key and each.session_id in ended]
    return sorted(mine, key=lambda each: ended.index(each.session_id or ""))[:n]
