"""Questionnaires to start from, in English and Serbian, which a pilot's lead adapts in the editor.

The dimensions of the first are those of the AAC&U VALUE rubric "Intercultural Knowledge and Competence"
(Association of American Colleges and Universities, 2009; free to use with acknowledgement). The rubric is
written for people who assess a work; the statements here put each dimension into the first person. Both
languages are ours: they belong together, statement by statement.
"""

from __future__ import annotations

from collections.abc import Mapping

from coil_bridge.evaluation.surveys import Item, ItemWords, SurveyKind, Words

VALUE_RUBRIC, MEETING, BLANK = "value", "meeting", "blank"
_ENGLISH, _SERBIAN = "en", "sr_Latn"

_VALUE = {
    _ENGLISH: (
        "Intercultural knowledge and competence",
        ("beginning", "fully"),
        (
            "I know how the rules and habits of my own culture shape what I think and do.",
            (
                "I understand what matters to members of my partners' culture: its history, values and ways "
                "of working."
            ),
            "I can see a situation through my partners' eyes and act on it.",
            "I notice differences in speech and gesture, and find a way to understand each other.",
            "I ask questions about other cultures and look for answers from several sides.",
            "I begin to work with people who differ from me without judging them.",
        ),
    ),
    _SERBIAN: (
        "Interkulturalno znanje i kompetencije",
        ("tek počinje", "u potpunosti"),
        (
            "Znam kako pravila i navike moje sopstvene kulture oblikuju ono što mislim i radim.",
            (
                "Razumem šta je važno pripadnicima kulture mojih partnera: njena istorija, vrednosti i način "
                "rada."
            ),
            "Umem da sagledam situaciju očima svojih partnera i da postupam u skladu s tim.",
            "Primećujem razlike u govoru i gestovima i nalazim način da se sporazumemo.",
            "Postavljam pitanja o drugim kulturama i tražim odgovore sa više strana.",
            "Započinjem rad sa ljudima koji se razlikuju od mene bez osuđivanja.",
        ),
    ),
}
_OF_A_MEETING = {
    _ENGLISH: (
        "After a joint session",
        ("do not agree at all", "agree fully"),
        (
            "The aim of this session was clear to me.",
            "I took an active part.",
            "Working with the students of the other universities went well.",
            "Sound, picture and the shared tools worked.",
            "The time of day suited me.",
        ),
    ),
    _SERBIAN: (
        "Posle zajedničkog susreta",
        ("uopšte se ne slažem", "potpuno se slažem"),
        (
            "Cilj ovog susreta mi je bio jasan.",
            "Moje učešće je bilo aktivno.",
            "Rad sa studentima drugih univerziteta je dobro tekao.",
            "Zvuk, slika i zajednički alati su radili.",
            "Doba dana mi je odgovaralo.",
        ),
    ),
}
_EMPTY = {_ENGLISH: ("Survey", ("", ""), ()), _SERBIAN: ("Upitnik", ("", ""), ())}

_Texts = Mapping[str, tuple[str, tuple[str, str], tuple[str, ...]]]
_STARTS: Mapping[str, tuple[SurveyKind, int, _Texts]] = {
    VALUE_RUBRIC: (SurveyKind.CHANGE, 4, _VALUE),
    MEETING: (SurveyKind.MEETING, 5, _OF_A_MEETING),
    BLANK: (SurveyKind.CHANGE, 5, _EMPTY),
}


def start(name: str, language: str) -> tuple[SurveyKind, str, Words, dict[str, Words]]:
    """Kind, default language, its words, and those of the other languages.

    ``language`` is the default one where the questionnaire has it, else English. An empty one begins
    with one language.

    Raises:
        KeyError: there is none of that name.
    """
    kind, _, texts = _STARTS[name]
    chosen = language if language in texts else _ENGLISH
    words = {code: _words(*told) for code, told in texts.items()}
    others = {code: each for code, each in words.items() if code != chosen and each.items}
    return kind, chosen, words[chosen], others


def items_of(name: str, words: Words) -> tuple[Item, ...]:
    """The statements with their scale, in these words."""
    points = _STARTS[name][1]
    return tuple(Item(key, own.text, points, own.low, own.high) for key, own in words.items.items())


def _words(title: str, ends: tuple[str, str], statements: tuple[str, ...]) -> Words:
    items = {f"q{number}": ItemWords(text, *ends) for number, text in enumerate(statements, 1)}
    return Words(title, "", items)
