"""Answers from a Moodle Feedback activity: the table of responses as its page "Responses" downloads it.

One row a person: some columns about the person, which are not looked at, and one for each question, whose
heading is the question's text (with its label in brackets before it, where it has one). A question belongs to
the statement with the same words; the self-made code is the question that the lead names. Moodle writes the
words of a rated answer, not its number: so the answers count that begin with their number ("4 mostly"), that
are the number, or that are the words of the lowest or highest point.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape

from coil_bridge.evaluation.surveys import Item

_LABEL = re.compile(r"^\(.{1,60}?\)\s*")
_NUMBER = re.compile(r"\(?(\d{1,2})\b")


@dataclass(frozen=True, slots=True)
class Row:
    """One filled-in questionnaire: the answers by statement, and the code as it was typed."""

    answers: Mapping[str, int]
    code: str


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read: the line of the file (counted from 1) and the words in question."""

    line: int
    heading: str
    value: str


@dataclass(frozen=True, slots=True)
class FeedbackTable:
    """What a file holds: rows that can be stored, statements without a column, values that say nothing."""

    rows: tuple[Row, ...]
    missing: tuple[str, ...]
    without_code: bool
    unread: tuple[Unread, ...]


def read_feedback(lines: Sequence[Sequence[str]], items: Sequence[Item], code_question: str) -> FeedbackTable:
    """Read the lines of a table whose first line holds the headings; empty lines and rows are left out."""
    headings = [_plain(each) for each in lines[0]] if lines else []
    places = {item.id: headings.index(_plain(item.text)) for item in items if _plain(item.text) in headings}
    code_at = headings.index(_plain(code_question)) if _plain(code_question) in headings else None
    rows: list[Row] = []
    unread: list[Unread] = []
    for number, line in enumerate(lines[1:], 2):
        answers: dict[str, int] = {}
        for item in items:
            value = _cell(line, places.get(item.id))
            point = _point(value, item)
            if point is not None:
                answers[item.id] = point
            elif value and value != "-":
                unread.append(Unread(number, item.text, value))
        if answers:
            rows.append(Row(answers, _cell(line, code_at)))
    missing = tuple(item.text for item in items if item.id not in places)
    return FeedbackTable(tuple(rows), missing, code_at is None, tuple(unread))


def _cell(line: Sequence[str], place: int | None) -> str:
    return line[place].strip() if place is not None and place < len(line) else ""


def _point(value: str, item: Item) -> int | None:
    found = _NUMBER.match(value)
    if found:
        point = int(found[1])
        return point if 1 <= point <= item.points else None
    return {_plain(item.low): 1, _plain(item.high): item.points}.get(_plain(value))


def _plain(text: str) -> str:
    """Words as they are compared: Moodle may have added a label, and editors change quotes and spaces."""
    words = _LABEL.sub("", unescape(text).strip())
    folded = unicodedata.normalize("NFKC", words).casefold()
    return " ".join(folded.replace("’", "'").split()).rstrip(".:?")
