"""Months by their names, for times that are not written in numbers alone.

Moodle writes the times of a downloaded log by its string ``strftimedatetimeshortaccurate``
(``core_langconfig``). Most language packs have numbers there; the German one has "6. Oktober 2026, 16:05:00",
the French one "6 oct. 26, 16:05:00". Names come from ICU in Moodle (``core_date::strftime``), so here from
Babel, which has the same data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from babel import Locale

# The consortium's languages, and those of whoever may join: one that is missing is read where numbers stand.
_LANGUAGES = (
    *("sr_Latn", "sr_Cyrl", "bs_Latn", "hr", "sl", "mk", "bg", "sq", "el", "tr"),
    *("kk", "ky", "uz_Latn", "uz_Cyrl", "ru", "uk"),
    *("en", "de", "de_AT", "fr", "es", "it", "pt", "ro"),
    *("pl", "cs", "sk", "hu", "nl", "da", "nb", "sv", "fi", "lt", "lv", "et"),
)
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 3

Months = Mapping[str, int]


def words(text: str) -> list[str]:
    """The words of a text, as ``Months`` have them."""
    return _WORD.findall(text.casefold())


def months_in(texts: Iterable[str]) -> list[Months]:
    """What the words of some texts mean as months, once for each meaning; none where they name no months.

    A language takes part when no other knows more of the words: "listopad" is October in Croatian and
    November in Polish, and only the days around it can tell.
    """
    found = {word for text in texts for word in words(text) if len(word) >= _SHORTEST}
    meanings = [_known(language, found) for language in _LANGUAGES] if found else []
    most = max(map(len, meanings), default=0)
    best = [each for each in meanings if most and len(each) == most]
    return [each for place, each in enumerate(best) if each not in best[:place]]


def _known(language: str, found: Iterable[str]) -> dict[str, int]:
    names = _names(language)
    exact = dict(names)
    known = {}
    for word in found:
        meant = {month for name, month in names if name.startswith(word)}
        if word in exact or len(meant) == 1:  # by the whole of a name, or a beginning that no other has
            known[word] = exact.get(word) or meant.pop()
    return known


@cache
def _names(language: str) -> list[tuple[str, int]]:
    """The first word of every form of every name, with its month."""
    forms = Locale.parse(language).months
    return [
        (first[0], month)
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for month, name in forms[context][width].items()
        if (first := words(name)) and len(first[0]) >= _SHORTEST
    ]
