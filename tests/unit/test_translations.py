"""The catalogues hold every text of the code, translated and compiled."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Iterator
from gettext import c2py
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from coil_bridge.i18n import DEFAULT_LANGUAGE, TRANSLATIONS, available_languages
from coil_bridge.web.holiday_names import NAMES

ROOT = Path(__file__).parents[2]
CATALOGUES = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))
LANGUAGES = [path.parts[-3] for path in CATALOGUES]
AGAIN = "run `make translations` and fill in what it adds"
_PLACE = re.compile(r"%\((\w+)\)[a-z]")
_PLURALS = {
    "sr_Latn": {0: (1, 21, 101), 1: (2, 3, 24), 2: (0, 5, 11, 14, 112)},
}

Ids = str | tuple[str, ...]


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _messages(path: Path) -> Iterator[Message]:
    return (message for message in _read(path) if message.id)


@pytest.fixture(scope="module")
def in_code() -> set[Ids]:
    """Every text that the code marks, found as `make translations` finds it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]
    methods = [(each["pattern"], each["method"]) for each in settings["mappings"]]
    keywords = {**DEFAULT_KEYWORDS, **parse_keywords(["lazy_gettext", "mark"])}
    found: set[Ids] = set()
    for folder in ("coil_bridge", "connectors"):
        for _, _, text, _, _ in extract_from_dir(ROOT / folder, methods, keywords=keywords):
            found.add(text)
    return found


def test_there_is_a_catalogue_for_every_language_but_english() -> None:
    assert set(available_languages()) == {DEFAULT_LANGUAGE, *LANGUAGES}
    assert "sr_Latn" in LANGUAGES


@pytest.mark.parametrize("path", CATALOGUES, ids=LANGUAGES)
def test_a_catalogue_holds_what_the_code_says_and_nothing_else(path: Path, in_code: set[Ids]) -> None:
    catalogue = _read(path)
    held = {message.id for message in catalogue if message.id}
    assert (in_code - held, held - in_code) == (set(), set()), AGAIN
    assert not catalogue.obsolete, AGAIN
    assert not catalogue.header_comment.startswith("# Translations template")


@pytest.mark.parametrize("path", CATALOGUES, ids=LANGUAGES)
def test_every_text_is_translated(path: Path) -> None:
    forms = _read(path).num_plurals
    bad = [
        message.id
        for message in _messages(path)
        if message.fuzzy
        or not all(_texts(message))
        or (message.pluralizable and len(message.string) != forms)
    ]
    assert bad == []


@pytest.mark.parametrize("path", CATALOGUES, ids=LANGUAGES)
def test_translations_have_the_places_of_the_original(path: Path) -> None:
    """Every plural form has those of the English plural: the form for one is that of 21 as well."""
    differing = [
        (message.id, text)
        for message in _messages(path)
        for text in _texts(message)
        if _places(text) != _places(message.id[-1] if message.pluralizable else message.id)
    ]
    assert differing == []


@pytest.mark.parametrize("path", CATALOGUES, ids=LANGUAGES)
def test_a_text_ends_like_the_original(path: Path) -> None:
    """An ellipsis says that a button asks first; a line end separates the link from the text around it."""
    differing = [
        (message.id, text)
        for message in _messages(path)
        for text in _texts(message)
        if _ending(text) != _ending(message.id[-1] if message.pluralizable else message.id)
    ]
    assert differing == []


@pytest.mark.parametrize("path", CATALOGUES, ids=LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_source(path: Path) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, _read(path))
    assert path.with_suffix(".mo").read_bytes() == compiled.getvalue(), AGAIN


@pytest.mark.parametrize("language", _PLURALS)
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    catalogue = _read(TRANSLATIONS / language / "LC_MESSAGES" / "messages.po")
    form = c2py(catalogue.plural_expr)
    assert catalogue.num_plurals == len(_PLURALS[language])
    for number, samples in _PLURALS[language].items():
        assert {form(count) for count in samples} == {number}


def test_serbian_is_in_one_script() -> None:
    path = TRANSLATIONS / "sr_Latn" / "LC_MESSAGES" / "messages.po"
    cyrillic = re.compile("[\u0400-\u04ff]")
    straight_quotes = re.compile('["“‘]')
    odd = [
        text
        for message in _messages(path)
        for text in _texts(message)
        if cyrillic.search(text) or straight_quotes.search(text)
    ]
    assert odd == []


def test_holiday_names_are_marked_once() -> None:
    assert list(NAMES) == sorted(set(NAMES))


def _texts(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if message.pluralizable else (message.string,)


def _places(text: str) -> set[str]:
    return set(_PLACE.findall(text))


def _ending(text: str) -> str:
    return text[-1] if text[-1] in "…?\n" else ""
