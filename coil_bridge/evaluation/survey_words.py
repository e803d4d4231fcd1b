"""A survey in several languages: the words of each, and what somebody is shown.

The default language has every text. A translation may lack some; then the default's stands in its place, a
statement always with both ends of its scale, and each text knows its language, so that a page can say it to a
screen reader. Answers are numbers, one set whichever language they were asked in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from coil_bridge.evaluation.surveys import Survey


@dataclass(frozen=True, slots=True)
class Told:
    """A text in its language (a code as ``sr_Latn``)."""

    text: str
    language: str

    @property
    def tag(self) -> str:
        """The language as HTML has it (BCP 47)."""
        return self.language.replace("_", "-")


@dataclass(frozen=True, slots=True)
class ToldItem:
    """A statement as somebody sees it."""

    id: str
    points: int
    text: str
    low: str
    high: str
    language: str

    @property
    def tag(self) -> str:
        """The language as HTML has it (BCP 47)."""
        return self.language.replace("_", "-")


@dataclass(frozen=True, slots=True)
class ToldSurvey:
    """The words of a survey for somebody; ``by_id`` has the statements by their ids."""

    title: Told
    introduction: Told
    items: tuple[ToldItem, ...]
    by_id: Mapping[str, ToldItem] = field(repr=False)


def told(survey: Survey, language: str) -> ToldSurvey:
    """A survey in a language, each text that it lacks there in the default one."""
    words = survey.translations.get(language)
    title = Told(words.title, language) if words and words.title else Told(survey.title, survey.language)
    introduction = (
        Told(words.introduction, language)
        if words and words.introduction
        else Told(survey.introduction, survey.language)
    )
    items = tuple(
        ToldItem(item.id, item.points, own.text, own.low, own.high, language)
        if (own := words.items.get(item.id) if words else None)
        else ToldItem(item.id, item.points, item.text, item.low, item.high, survey.language)
        for item in survey.items
    )
    return ToldSurvey(title, introduction, items, {each.id: each for each in items})


def languages(survey: Survey) -> tuple[str, ...]:
    """The default language, then those that it is translated into, by code."""
    return (survey.language, *sorted(survey.translations))


def best_language(survey: Survey, wanted: Iterable[str]) -> str:
    """The first wanted language that the survey has, as named or by its first part; else the default.

    ``wanted`` may be a browser's ("zh-CN"), Moodle's ("zh_cn") or our own codes.
    """
    have = languages(survey)
    for wish in map(_plain, wanted):
        exact = [each for each in have if _plain(each) == wish]
        alike = [each for each in have if _plain(each).partition("_")[0] == wish.partition("_")[0]]
        if exact or alike:
            return (exact or alike)[0]
    return survey.language


def missing(survey: Survey, language: str) -> Sequence[str]:
    """The ids of the statements that a language lacks."""
    words = survey.translations.get(language)
    return [item.id for item in survey.items if words is None or item.id not in words.items]


def _plain(code: str) -> str:
    return code.replace("-", "_").lower()
