from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coil_bridge.evaluation.statistics import Change, paired_change
from coil_bridge.evaluation.survey_results import change_results, meeting_results
from coil_bridge.evaluation.surveys import (
    Item,
    Response,
    Survey,
    SurveyKind,
    SurveyState,
    Wave,
    Window,
    normal_code,
)

THRESHOLD = 10
SPEAK = Item("speak", "I can speak up in a mixed team.", 5, "not at all", "fully")
LISTEN = Item("listen", "I ask before I judge.", 5, "not at all", "fully")


def survey(*items: Item, kind: SurveyKind = SurveyKind.CHANGE) -> Survey:
    autumn, winter = (
        Window(date(2026, 10, 5), date(2026, 10, 12)),
        Window(date(2027, 1, 11), date(2027, 1, 18)),
    )
    return Survey(
        "s",
        "p",
        kind,
        "Working together",
        "",
        "en",
        items or (SPEAK,),
        autumn,
        winter,
        SurveyState.PUBLISHED,
        1,
    )


def answer(wave: Wave, value: int, code: str | None, place: str = "Belgrade") -> Response:
    return Response(wave, "pairing", place, None, code, {"speak": value})


def twice(count: int, place: str = "Belgrade", before: int = 2, after: int = 4) -> list[Response]:
    return [
        each
        for number in range(count)
        for each in (
            answer(Wave.PRE, before, f"{place}{number}", place),
            answer(Wave.POST, after - number % 2, f"{place}{number}", place),
        )
    ]


def test_the_interval_is_the_one_of_the_textbook() -> None:
    # Ten changes (Cushny and Peebles, 1905): mean 0.75, s = 1.78901; t(9; 0.975) = 2.26216.
    changes = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    found = paired_change([(0.0, each) for each in changes])
    assert found is not None
    assert found.n == 10
    assert found.mean == pytest.approx(0.75)
    assert found.low == pytest.approx(0.75 - 1.27987, abs=1e-4)
    assert found.high == pytest.approx(0.75 + 1.27987, abs=1e-4)


def test_one_person_has_a_change_but_no_interval() -> None:
    found = paired_change([(2, 5)])
    assert found is not None
    assert (found.mean, found.low, found.high) == (3, None, None)
    assert paired_change([]) is None


@pytest.mark.parametrize("typed", ["Ma 07 ko", "MA-07-KO", "  ma07ko ", "Má07kó"])
def test_a_code_is_the_same_however_it_is_typed(typed: str) -> None:
    assert normal_code(typed) == "ma07ko"


def test_twelve_who_answered_twice() -> None:
    whole, place = change_results(survey(), twice(12), THRESHOLD)
    assert (whole.key, place.key) == (None, "Belgrade")
    found = whole.items[0]
    assert (found.n_pre, found.n_post, found.n_paired) == (12, 12, 12)
    assert (found.mean_pre, found.mean_post) == (2, 3.5)
    assert found.change is not None
    assert found.change.mean == pytest.approx(1.5)
    assert not found.paired_only


def test_below_the_threshold_nothing_is_said() -> None:
    (whole,) = change_results(survey(), twice(9), THRESHOLD)
    found = whole.items[0]
    assert (whole.n_pre, whole.n_post, whole.n_paired) == (None, None, None)
    assert (found.n_pre, found.mean_pre, found.mean_post, found.change) == (None, None, None, None)


def test_few_who_answered_once_cannot_be_had_by_subtraction() -> None:
    (whole, *_) = change_results(survey(), [*twice(12), answer(Wave.PRE, 5, "alone")], THRESHOLD)
    found = whole.items[0]
    assert found.paired_only
    assert (found.n_pre, found.mean_pre) == (12, 2)


def test_a_small_institution_takes_the_smallest_other_one_with_it() -> None:
    answers = [*twice(12), *twice(20, "Almaty"), *twice(3, "Shanghai")]
    parts = change_results(survey(), answers, THRESHOLD)
    assert [part.key for part in parts] == [None, "Almaty"]


def test_a_code_that_two_people_chose_pairs_nobody() -> None:
    answers = [
        *twice(12),
        answer(Wave.PRE, 1, "same"),
        answer(Wave.PRE, 5, "same"),
        answer(Wave.POST, 3, "same"),
    ]
    (whole, *_) = change_results(survey(), answers, THRESHOLD)
    assert whole.n_paired == 12


def test_a_mean_at_the_end_of_its_scale_is_everybody_s_answer() -> None:
    nearly = [answer(Wave.PRE, 5, f"a{number}") for number in range(16)]
    nearly += [answer(Wave.PRE, 4, f"b{number}") for number in range(4)]
    (whole, *_) = change_results(survey(), nearly, THRESHOLD)
    assert (whole.items[0].n_pre, whole.items[0].mean_pre) == (20, None)
    (whole, *_) = change_results(survey(), [*nearly, answer(Wave.PRE, 4, "c")], THRESHOLD)
    assert whole.items[0].mean_pre == pytest.approx((16 * 5 + 5 * 4) / 21)


def test_an_interval_needs_changes_that_differ() -> None:
    steady = [
        answer(wave, 2 + number % 2, f"a{number}") for number in range(12) for wave in (Wave.PRE, Wave.POST)
    ]
    (whole, *places) = change_results(survey(), steady, THRESHOLD)
    assert whole.items[0].change == Change(12, 0, None, None)
    assert places[0].items[0].n_pre is None


def evaluations(session: str, count: int, pairing: str = "cities") -> list[Response]:
    return [
        Response(Wave.MEETING, pairing, "Belgrade", session, None, {"speak": 2 + number % 3})
        for number in range(count)
    ]


def test_meetings_are_told_by_pairing_in_batches_of_whole_sessions() -> None:
    answers = [
        *evaluations("one", 6),
        *evaluations("two", 9),
        *evaluations("three", 9),
        *evaluations("food", 4, "food"),
    ]
    told = survey(kind=SurveyKind.MEETING)
    parts = meeting_results(told, answers, THRESHOLD, ["one", "two", "food"])
    assert [(part.key, part.n) for part in parts] == [(None, 15), ("cities", 15)]
    assert parts[1].items[0].mean == 3
    assert meeting_results(told, answers, THRESHOLD, ["one", "two", "food", "three"]) == parts  # nine wait


def test_a_meeting_of_one_mind_waits() -> None:
    answers = [Response(Wave.MEETING, "cities", "Belgrade", "one", None, {"speak": 5}) for _ in range(12)]
    (whole, _cities) = meeting_results(survey(kind=SurveyKind.MEETING), answers, THRESHOLD, ["one"])
    assert (whole.n, whole.items[0].n, whole.items[0].mean) == (12, None, None)


@st.composite
def people(draw: st.DrawFn) -> list[Response]:
    """Up to 25 people of each of three places, who leave out statements and rounds."""
    chance = draw(st.randoms(use_true_random=False))
    return [
        Response(wave, "pairing", place, None, f"{place}{number}", answered)
        for place in ("Belgrade", "Almaty", "Shanghai")
        for number in range(chance.choice((0, 2, 9, 10, 12, 25)))
        for wave in (Wave.PRE, Wave.POST)
        if chance.random() < 0.9
        and (answered := {item.id: chance.randint(1, 5) for item in (SPEAK, LISTEN) if chance.random() < 0.9})
    ]


@settings(max_examples=60, deadline=None)
@given(people(), st.sampled_from(["speak", "listen"]))
def test_nothing_shown_depends_on_few_people(answers: list[Response], statement: str) -> None:
    """Every sum that can be had by adding and subtracting shown sums is over nobody or over many.

    Parts are disjoint, so all that can be combined are: the whole, each shown part, and of both the
    people of the first round, of the second, and of both rounds.
    """
    parts = change_results(survey(SPEAK, LISTEN), answers, THRESHOLD)
    whole, *places = [next(each for each in part.items if each.item.id == statement) for part in parts]
    for n in ("n_pre", "n_post", "n_paired"):
        told = [getattr(each, n) for each in places if getattr(each, n)]
        left = (getattr(whole, n) or 0) - sum(told)
        assert left == 0 or left >= THRESHOLD or not told
    changes = [each for each in (whole, *places) if each.change is not None]
    for each in changes:
        once = {(n or 0) - (each.n_paired or 0) for n in (each.n_pre, each.n_post)}
        assert all(count == 0 or count >= THRESHOLD for count in once)
    assert len({each.paired_only for each in changes}) <= 1
