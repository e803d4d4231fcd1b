from __future__ import annotations

import pytest

from coil_bridge.evaluation.survey_words import Told, best_language, languages, missing, told
from coil_bridge.evaluation.surveys import Item, ItemWords, Survey, SurveyKind, SurveyState, Words

SURVEY = Survey(
    id="s",
    pilot_id="p",
    kind=SurveyKind.MEETING,
    title="After a session",
    introduction="Two minutes.",
    language="en",
    items=(
        Item("q1", "The aim was clear.", 5, "not at all", "fully"),
        Item("q2", "I took part.", 5, "no", "all"),
    ),
    pre=None,
    post=None,
    state=SurveyState.DRAFT,
    version=1,
    translations={
        "sr_Latn": Words("Posle susreta", "", {"q1": ItemWords("Cilj je bio jasan.", "nikako", "potpuno")}),
        "zh": Words("", "两分钟。", {}),
    },
)


def test_what_a_language_lacks_is_told_in_the_default_one_and_says_so() -> None:
    words = told(SURVEY, "sr_Latn")
    assert (words.title, words.introduction) == (Told("Posle susreta", "sr_Latn"), Told("Two minutes.", "en"))
    assert [(each.text, each.low, each.tag) for each in words.items] == [
        ("Cilj je bio jasan.", "nikako", "sr-Latn"),
        ("I took part.", "no", "en"),
    ]
    assert words.by_id["q2"].points == 5
    assert told(SURVEY, "zh").introduction.text == "两分钟。"
    assert {each.language for each in told(SURVEY, "fr").items} == {"en"}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["sr-Latn-RS", "en"], "sr_Latn"),
        (["sr_lt"], "sr_Latn"),  # Moodle's
        (["", "zh-CN"], "zh"),
        (["kk", "zh-Hant-TW", "en"], "zh"),
        (["kk", "ru"], "en"),
        ([], "en"),
        (["en-GB", "zh"], "en"),
    ],
)
def test_the_first_language_that_somebody_wants_and_the_survey_has(wanted: list[str], expected: str) -> None:
    assert best_language(SURVEY, wanted) == expected


def test_what_is_still_to_be_translated() -> None:
    assert languages(SURVEY) == ("en", "sr_Latn", "zh")
    assert [missing(SURVEY, each) for each in ("sr_Latn", "zh", "kk")] == [["q2"], ["q1", "q2"], ["q1", "q2"]]
