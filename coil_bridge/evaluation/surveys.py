"""What a survey is: its questions, its rounds and its answers, as plain values.

Answers are whole numbers on a scale. Free text is left out on purpose: what people write identifies them, and
no threshold can hold that back. Nothing here has a place for a person; the answers before and after a pilot
meet by a code that people make up for themselves, and of that only a keyed hash is kept.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

FEWEST_POINTS, MOST_POINTS = 2, 10
MEETING_DAYS = 7
"""How many times 24 hours after its end a joint session can be evaluated."""
UPLOAD_DAYS = 7
"""How many days after the second round answers can be uploaded from a Moodle; then results are shown."""


class SurveyKind(StrEnum):
    """Whether a survey measures a change, or evaluates each joint session."""

    CHANGE = "change"
    MEETING = "meeting"


class Wave(StrEnum):
    """The rounds in which answers are given."""

    PRE = "pre"
    POST = "post"
    MEETING = "meeting"


class SurveyState(StrEnum):
    """A draft can be edited; once published its questions stand, so that all answers are to the same ones."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Item:
    """A statement and the scale on which it is answered, from 1 (``low``) to ``points`` (``high``)."""

    id: str
    text: str
    points: int
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class ItemWords:
    """A statement and the ends of its scale in another language: all three, or none of them."""

    text: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Words:
    """A survey in another language; an empty text, or a statement that is not there, is not translated."""

    title: str = ""
    introduction: str = ""
    items: Mapping[str, ItemWords] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which answers are taken, both included, by each institution's local date."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether answers are taken on a day."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Survey:
    """A questionnaire of a pilot; ``pre`` and ``post`` are set for a survey of change only.

    Its texts are in ``language``; ``translations`` are by language code.
    """

    id: str
    pilot_id: str
    kind: SurveyKind
    title: str
    introduction: str
    language: str
    items: tuple[Item, ...]
    pre: Window | None
    post: Window | None
    state: SurveyState
    version: int
    translations: Mapping[str, Words] = field(default_factory=dict)

    def window(self, wave: Wave) -> Window | None:
        """The days of a round."""
        return {Wave.PRE: self.pre, Wave.POST: self.post}.get(wave)


@dataclass(frozen=True, slots=True)
class Response:
    """One filled-in questionnaire: no person, no time; ``code`` is a keyed hash or nothing."""

    wave: Wave
    pairing_id: str
    institution_id: str
    session_id: str | None
    code: str | None
    answers: Mapping[str, int]  # by item; an item that was left open is not in it


def normal_code(code: str) -> str:
    """A self-made code as it is compared: letters and digits only, without case or accents.

    Somebody who writes "Đorđe-07" in October and "đorđe 07" in January must meet the own answers.
    """
    plain = unicodedata.normalize("NFKD", code.casefold())
    return "".join(each for each in plain if each.isalnum())
