"""The checks of a survey's words in another language."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from coil_bridge.errors import Conflict
from coil_bridge.evaluation.surveys import Survey, SurveyState, Words
from coil_bridge.i18n import mark
from coil_bridge.services.checks import Problems, check_line, check_text

LONGEST_STATEMENT, LONGEST_END = 1000, 100


def check_words(survey: Survey, language: str, words: Words) -> None:
    """Check a translation.

    Raises:
        InvalidInput: reasons by field; a statement's are named ``items.q1.text`` and so on.
        Conflict: the survey is withdrawn, or a text that people read would change.
    """
    problems = Problems()
    if language == survey.language or not language:
        problems.add("language", mark("Choose a language that the survey is not written in."))
    if words.title:
        check_line(problems, "title", words.title, 200)
    check_text(problems, "introduction", words.introduction, 4000)
    if words.introduction and not survey.introduction:
        problems.add("introduction", mark("There is no such text to translate."))
    for name, item in words.items.items():
        for part, text, longest in (
            ("text", item.text, LONGEST_STATEMENT),
            ("low", item.low, LONGEST_END),
            ("high", item.high, LONGEST_END),
        ):
            check_line(problems, f"items.{name}.{part}", text, longest)
    problems.raise_any()
    if survey.state is SurveyState.WITHDRAWN:
        raise Conflict(mark("This survey is withdrawn."))
    if survey.state is SurveyState.PUBLISHED and _changes(survey.translations.get(language, Words()), words):
        raise Conflict(mark("People have read these words: only what is still missing can be added."))


def still_translated(survey: Survey, kept: Collection[str]) -> Mapping[str, Words]:
    """The translations of what a draft still holds: of the statements that were ``kept``.

    The number of a statement that went can be a new one's.
    """
    return {
        language: replace(
            words,
            introduction=words.introduction if survey.introduction else "",
            items={item: own for item, own in words.items.items() if item in kept},
        )
        for language, words in survey.translations.items()
    }


def _changes(before: Words, after: Words) -> bool:
    return (
        before.title not in ("", after.title)
        or before.introduction not in ("", after.introduction)
        or any(after.items.get(item) != own for item, own in before.items.items())
    )
