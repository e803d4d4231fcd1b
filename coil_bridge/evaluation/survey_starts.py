"""Questionnaires to start from, which a pilot's lead adapts in the editor.

The dimensions of the first are those of the AAC&U VALUE rubric "Intercultural Knowledge and Competence"
(Association of American Colleges and Universities, 2009; free to use with acknowledgement). The rubric is
written for people who assess a work; the statements here put each dimension into the first person.
"""

from __future__ import annotations

from coil_bridge.evaluation.surveys import Item, SurveyKind

VALUE_RUBRIC, MEETING, BLANK = "value", "meeting", "blank"
_AGREE = (5, "do not agree at all", "agree fully")
_CAPSTONE = (4, "beginning", "fully")

_VALUE = (
    "I know how the rules and habits of my own culture shape what I think and do.",
    "I understand what matters to members of my partners' culture: its history, values and ways of working.",
    "I can see a situation through my partners' eyes and act on it.",
    "I notice differences in speech and gesture, and find a way to understand each other.",
    "I ask questions about other cultures and look for answers from several sides.",
    "I begin to work with people who differ from me without judging them.",
)
_OF_A_MEETING = (
    "The aim of this session was clear to me.",
    "I took an active part.",
    "Working with the students of the other universities went well.",
    "Sound, picture and the shared tools worked.",
    "The time of day suited me.",
)


def start(name: str) -> tuple[SurveyKind, str, tuple[Item, ...]]:
    """Kind, title and statements of a questionnaire to start from.

    Raises:
        KeyError: there is none of that name.
    """
    kind, title, statements, (points, low, high) = _STARTS[name]
    items = tuple(Item(f"q{number}", text, points, low, high) for number, text in enumerate(statements, 1))
    return kind, title, items


_STARTS: dict[str, tuple[SurveyKind, str, tuple[str, ...], tuple[int, str, str]]] = {
    VALUE_RUBRIC: (SurveyKind.CHANGE, "Intercultural knowledge and competence", _VALUE, _CAPSTONE),
    MEETING: (SurveyKind.MEETING, "After a joint session", _OF_A_MEETING, _AGREE),
    BLANK: (SurveyKind.CHANGE, "Survey", (), _AGREE),
}
