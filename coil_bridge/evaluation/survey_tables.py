"""What surveys add to the evidence pack: three tables, and a section of the report.

Words are in English as in the other tables; a statement that was not asked in English is in the survey's
default language, which is named. A third table has every statement in every language in which it was asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from coil_bridge.evaluation.dataset import Cell, Column, ForeignKey, Row, Table
from coil_bridge.evaluation.evidence_columns import WITHHELD, count, derived, text
from coil_bridge.evaluation.report_parts import LANGUAGE, Grid, Heading, Part, Text
from coil_bridge.evaluation.statistics import LEVEL
from coil_bridge.evaluation.survey_results import ItemResult, MeetingItem, MeetingPart
from coil_bridge.evaluation.survey_results import Part as ChangePart
from coil_bridge.evaluation.survey_words import ToldSurvey, best_language, languages, told
from coil_bridge.evaluation.surveys import Survey

_PERCENT = round(LEVEL * 100)
_METHOD = (
    "Answers carry no name. Those of one person before and after meet by a code that the person made up. "
    f"The change is the mean over people who answered twice, with its {_PERCENT} per cent interval by "
    "Student's t, which is approximate for answers on a scale. Numbers below the threshold are withheld, "
    "and so is what would give them away."
)
_CHANGES = (
    "Statement",
    "Mean before",
    "n before",
    "Mean after",
    "n after",
    "Mean change",
    f"{_PERCENT} % from",
    "to",
    "n twice",
)
_WORDING = ("survey_id", "statement_id", "language")
_WORDED = ForeignKey(_WORDING, "survey_wording", _WORDING)
_WHOSE: Sequence[Column] = (
    text("survey_id", "The survey, as COIL Bridge numbers it."),
    text("survey", "Its title."),
    text("about", "Everybody, or whose answers the row counts."),
    text("statement_id", "The statement within its survey."),
    text("statement", "Its words: in English where the survey has them, else in its default language."),
    text("language", "The language of these words (BCP 47)."),
    count("points", "The highest point of the scale, whose lowest is 1.", "points"),
)


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What one survey came to; ``names`` by the keys of the parts."""

    survey: Survey
    changes: Sequence[ChangePart]
    meetings: Sequence[MeetingPart]
    names: Mapping[str, str]

    @property
    def words(self) -> ToldSurvey:
        """As the report says it: in English as far as the survey has it."""
        return told(self.survey, best_language(self.survey, [LANGUAGE]))

    def about(self, key: str | None) -> str:
        """Whose answers a part holds."""
        return "everybody" if key is None else self.names.get(key, key)


def survey_tables(found: Sequence[Surveyed]) -> list[Table]:
    """The tables; none without surveys."""
    return [_changes(found), _meetings(found), _wordings(found)] if found else []


def survey_sections(found: Sequence[Surveyed]) -> list[Part]:
    """The section of the report; none without surveys."""
    if not found:
        return []
    return [Heading("Surveys"), Text(_METHOD), *(part for each in found for part in _section(each))]


def _changes(found: Iterable[Surveyed]) -> Table:
    return Table(
        name="survey_change",
        title="Surveys before and after",
        description="Means of each statement before and after, and the mean change of who answered twice.",
        columns=(
            *_WHOSE,
            count("n_pre", "Who answered before.", "people"),
            derived("mean_pre", "Their mean.", "points"),
            count("n_post", "Who answered after.", "people"),
            derived("mean_post", "Their mean.", "points"),
            count("n_paired", "Who answered twice.", "people"),
            derived("change", "The mean change of those who answered twice.", "points"),
            derived("change_low", f"Its {_PERCENT} per cent interval, from.", "points"),
            derived("change_high", f"Its {_PERCENT} per cent interval, to.", "points"),
            text("means_of", "'paired' where the means are over those who answered twice only, else 'all'."),
            text("note", "Why values are missing; empty where none is."),
        ),
        rows=tuple(
            (*_whose(each, part.key, line), *_change(line))
            for each in found
            for part in each.changes
            for line in part.items
        ),
        primary_key=("survey_id", "about", "statement_id"),
        foreign_keys=(_WORDED,),
    )


def _meetings(found: Iterable[Surveyed]) -> Table:
    return Table(
        name="survey_meeting",
        title="Evaluations of joint sessions",
        description="Means of each statement about joint sessions.",
        columns=(
            *_WHOSE,
            count("n", "How many answers there are.", "answers"),
            derived("mean", "Their mean.", "points"),
            text("note", "Why values are missing; empty where none is."),
        ),
        rows=tuple(
            (*_whose(each, part.key, line), line.n, _rounded(line.mean), "" if line.n else WITHHELD)
            for each in found
            for part in each.meetings
            for line in part.items
        ),
        primary_key=("survey_id", "about", "statement_id"),
        foreign_keys=(_WORDED,),
    )


def _wordings(found: Iterable[Surveyed]) -> Table:
    return Table(
        name="survey_wording",
        title="Wordings of the surveys",
        description="Each statement in each language in which people could answer it.",
        columns=(
            text("survey_id", "The survey, as COIL Bridge numbers it."),
            text("statement_id", "The statement within its survey."),
            text("language", "The language (BCP 47)."),
            text("statement", "Its words."),
            text("low", "What the lowest point of the scale means."),
            text("high", "What the highest point means."),
        ),
        rows=tuple(
            (each.survey.id, item.id, item.tag, item.text, item.low, item.high)
            for each in found
            for language in languages(each.survey)
            for item in told(each.survey, language).items
            if item.language == language
        ),
        primary_key=_WORDING,
    )


def _whose(each: Surveyed, key: str | None, line: ItemResult | MeetingItem) -> Row:
    item = each.words.by_id[line.item.id]
    title = each.words.title.text
    return each.survey.id, title, each.about(key), item.id, item.text, item.tag, item.points


def _change(line: ItemResult) -> tuple[Cell, ...]:
    change = line.change
    return (
        line.n_pre,
        _rounded(line.mean_pre),
        line.n_post,
        _rounded(line.mean_post),
        line.n_paired,
        _rounded(change.mean if change else None),
        _rounded(change.low if change else None),
        _rounded(change.high if change else None),
        "paired" if line.paired_only else "all",
        WITHHELD if None in (line.n_pre, line.n_post, line.n_paired) else "",
    )


def _section(each: Surveyed) -> Iterator[Part]:
    words = each.words
    yield Heading(words.title.text, 2)
    if not _anything(each):
        yield Text("Nothing can be shown: no round is over, or too few people have answered.")
        return
    if each.changes:
        title = f"{words.title.text}: means before and after"
        yield Grid(title, _CHANGES, [_line(words, line) for line in each.changes[0].items])
    if each.meetings:
        yield Grid(
            f"{words.title.text}: means of the statements",
            ("Statement", "Mean", "n"),
            [
                (words.by_id[line.item.id].text, _shown(line.mean), _counted(line.n))
                for line in each.meetings[0].items
            ],
        )


def _anything(each: Surveyed) -> bool:
    changes = any(line.n_pre or line.n_post for part in each.changes for line in part.items)
    return changes or any(line.n for part in each.meetings for line in part.items)


def _line(words: ToldSurvey, line: ItemResult) -> tuple[str, ...]:
    change = line.change
    shown = [change.mean, change.low, change.high] if change else [None, None, None]
    means = [_shown(line.mean_pre), _counted(line.n_pre), _shown(line.mean_post), _counted(line.n_post)]
    return (
        words.by_id[line.item.id].text,
        *means,
        *(_shown(value, "+.2f") for value in shown),
        _counted(line.n_paired),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _shown(value: float | None, pattern: str = ".2f") -> str:
    return "–" if value is None else format(value, pattern)


def _counted(value: int | None) -> str:
    return WITHHELD if value is None else str(value)
