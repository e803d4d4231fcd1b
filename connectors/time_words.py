"""Words in local times: months by their names, and the halves of the day of a 12-hour clock.

Moodle writes the times of a downloaded log by its string ``strftimedatetimeshortaccurate``
(``core_langconfig``). Most language packs have numbers there; the German one has "6. Oktober 2026, 16:05:00",
the French one "6 oct. 26, 16:05:00". Names come from ICU in Moodle (``core_date::strftime``), so here from
Babel, which has the same data (CLDR): of each name the form within a date and the one by itself, whole and
abbreviated. "AM" and "PM" are English there in every language (PHP writes them), but not in Teams and Zoom.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from babel import Locale

# The consortium's languages, and those of whoever may join. The second are looked at where the first know
# nothing of a word; of a language that is in neither, numbers are read.
_NEAR = (
    *("sr_Latn", "sr_Cyrl", "bs_Latn", "hr", "sl", "mk", "bg", "sq", "el", "tr", "ro", "hu"),
    *("pl", "cs", "sk"),
    *("kk", "ky", "uz_Latn", "uz_Cyrl", "tg", "ru", "uk", "zh", "en", "en_GB", "de", "fr", "es", "it", "pt"),
)
_FAR = (
    *("bs_Cyrl", "tk", "az", "mn", "be", "ka", "hy", "de_AT", "fr_CA", "es_MX", "ca", "gl", "eu", "nl", "lb"),
    *("da", "nb", "nn", "sv", "is", "fi", "lt", "lv", "et", "ga", "cy", "mt", "af", "am", "sw", "yo", "zu"),
    *("ar", "ar_DZ", "ar_LB", "ar_MA", "fa", "ps", "ur", "he", "hi", "bn", "ta", "te", "ne", "si"),
    *("zh_Hant", "ja", "ko", "vi", "th", "id", "ms", "fil", "km", "lo", "my"),
)
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+")
# Dots, and marks of the direction of writing.
_UNSEEN = re.compile("[.\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BETWEEN = re.compile(r"[\s\d_,;:/()\[\]|–—-]+")
_WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SHORTEST = 3
_MOST_SHAPES = 1000  # of times there are some hundred at most: months, halves, days of the week
_NOON = 12

Meant = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the words of some times mean, by the shapes of the times.

    ``months`` is empty where months are numbers; ``halves`` is 0 before noon and 12 after it.
    """

    months: Meant
    halves: Meant


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a language, as ``shape`` leaves them."""

    months: Meant
    halves: Meant


def shape(text: str) -> str:
    """The words of a time, with a space around each: of a whole file there are few."""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return _BETWEEN.sub(" ", f" {plain} ")


def meanings(shapes: Iterable[str]) -> Sequence[Meaning]:
    """What the words of some times can mean, each once.

    A language takes part when no other knows more of the words: "listopad" is October in Croatian and
    November in Polish, and only the days around it can tell.
    """
    worded = sorted({each for each in shapes if _WORD.search(each)})
    return _meanings(tuple(worded)) if len(worded) <= _MOST_SHAPES else [Meaning({}, {})]


@lru_cache(maxsize=1000)
def _meanings(shapes: tuple[str, ...]) -> Sequence[Meaning]:
    near = _best(shapes, _NEAR)
    if all(each in near[0].months or each in near[0].halves for each in shapes):
        return near
    return _best(shapes, _NEAR + _FAR)


def _best(shapes: Sequence[str], languages: tuple[str, ...]) -> Sequence[Meaning]:
    named = []
    for language in _who_may_know(shapes, languages):
        words = _words(language)
        months = {each: found for each in shapes if (found := _month(each, words.months)) is not None}
        if months:
            named.append(Meaning(months, _halves_in(shapes, words.halves)))
    most = max(map(_weight, named), default=None)
    best = [each for each in named if _weight(each) == most]
    numbered = [] if best else [Meaning({}, _halves_in(shapes, _every_half(languages)))]
    return [each for place, each in enumerate(best) if each not in best[:place]] or numbered


def _who_may_know(shapes: Sequence[str], languages: tuple[str, ...]) -> list[str]:
    """Those languages one of whose months begins with one of the words, or is written without spaces."""
    begun, unspaced = _beginnings(languages)
    found = {language for each in shapes for word in _WORD.findall(each) for language in begun.get(word, ())}
    if any(map(_WITHOUT_SPACES.search, shapes)):
        found |= unspaced
    return [language for language in languages if language in found]


@cache
def _beginnings(languages: tuple[str, ...]) -> tuple[Mapping[str, set[str]], set[str]]:
    begun: dict[str, set[str]] = {}
    unspaced = set()
    for language in languages:
        for name in _words(language).months:
            if _WITHOUT_SPACES.search(name):
                unspaced.add(language)
            for word in _WORD.findall(name):
                for end in range(1, len(word) + 1):
                    begun.setdefault(word[:end], set()).add(language)
    return begun, unspaced


def _weight(meaning: Meaning) -> tuple[int, int]:
    return len(meaning.months), len(meaning.halves)


def _month(text: str, names: Meant) -> int | None:
    """By a whole name, or by the beginning of one that no other month has ("сент", "okt")."""
    if (found := _last(text, names)) is not None:
        return found
    for word in reversed(_WORD.findall(text)):
        begun = {names[name] for name in names if name.startswith(word)} if len(word) >= _SHORTEST else ()
        if len(begun) == 1:
            return next(iter(begun))
    return None


def _halves_in(shapes: Iterable[str], tokens: Meant) -> dict[str, int]:
    tokens = {**tokens, **_words("en").halves}
    return {each: found for each in shapes if (found := _last(each, tokens)) is not None}


def _last(text: str, names: Meant) -> int | None:
    """What the name means that stands last in a text, of two at one place the longer."""
    best, meant = (-1, 0), None
    for name, value in names.items():
        place = text.rfind(name if _WITHOUT_SPACES.search(name) else f" {name} ")
        if place >= 0 and (place + len(name), len(name)) > best:
            best, meant = (place + len(name), len(name)), value
    return meant


@cache
def _every_half(languages: tuple[str, ...]) -> Meant:
    return {token: half for language in languages for token, half in _words(language).halves.items()}


@cache
def _words(language: str) -> _Words:
    locale = Locale.parse(language)
    months = {
        word: month
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for month, name in locale.months[context][width].items()
        if not _NUMBER.search(name)  # "10月" is read as a number
        for word in _forms(name)
    }
    halves = {
        word: half
        for forms in locale.day_periods.values()
        for width in ("wide", "abbreviated")
        for name, half in (("am", 0), ("pm", _NOON))
        for word in _forms(forms.get(width, {}).get(name, ""))
    }
    return _Words(months, halves)


def _forms(name: str) -> Iterator[str]:
    """A name as it can stand in a shape: "p. m." is also written "p.m."."""
    word = shape(name).strip()
    for form in {word, word.replace(" ", "")}:
        if len(form) > 1 or not form.isascii():
            yield form
