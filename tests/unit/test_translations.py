"""The catalogues hold every text of the code, translated and compiled."""

from __future__ import annotations

import ast
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

from coil_bridge import errors
from coil_bridge.i18n import DEFAULT_LANGUAGE, TRANSLATIONS, available_languages
from coil_bridge.web.holiday_names import NAMES

ROOT = Path(__file__).parents[2]
CATALOGUES = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))
LANGUAGES = [path.parts[-3] for path in CATALOGUES]
AGAIN = "run `make translations` and fill in what it adds"
TEMPLATES = sorted((ROOT / "coil_bridge" / "web" / "templates").rglob("*.html"))
MODULES = sorted(
    path
    for part in ("services", "lti", "web", "jobs", "storage")
    for path in (ROOT / "coil_bridge" / part).rglob("*.py")
)
_CODE = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_ATTRIBUTE = re.compile(r'[a-z-]+="[^"]*"')  # a macro may write one by itself
_SPOKEN = re.compile(r'(?:aria-label|title|alt|placeholder)="([^"]*[A-Za-z][^"]*)"')
_WORD = re.compile(r"[^\W\d_]{2,}")
_UNTRANSLATABLE = {"GPL", "or", "later", "Moodle"}  # the licence's name; the system's, before its version
_FOR_OPERATORS = {"ConfigurationError"}  # read on the command line, which is in English
_ERRORS = {name for name in vars(errors) if name[0].isupper()} - _FOR_OPERATORS
_TELLING = {*_ERRORS, "UnusableAddress", "ValidationError", "flash"}
_MARKING = {"mark", "gettext", "ngettext"}
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


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_a_template_says_nothing_but_what_can_be_translated(template: Path) -> None:
    source = _CODE.sub("", template.read_text())
    attributes = [text for text in _SPOKEN.findall(source) if not text.startswith("https://")]
    words = _WORD.findall(_TAG.sub(" ", _ATTRIBUTE.sub("", source)))
    assert (attributes, [word for word in words if word not in _UNTRANSLATABLE]) == ([], [])


@pytest.mark.parametrize("module", MODULES, ids=lambda path: "/".join(path.parts[-2:]))
def test_what_people_are_told_is_marked(module: Path) -> None:
    """Sentences given to errors and to the pages' notices: literals outside ``mark`` and ``gettext``."""
    told = [call for call in ast.walk(ast.parse(module.read_text())) if _tells(call)]
    assert [text for call in told for text in _unmarked(call)] == []


def test_holiday_names_are_marked_once() -> None:
    assert list(NAMES) == sorted(set(NAMES))


def _name(call: ast.AST) -> str:
    function = call.func if isinstance(call, ast.Call) else None
    return getattr(function, "id", getattr(function, "attr", ""))


def _tells(call: ast.AST) -> bool:
    return _name(call) in _TELLING


def _unmarked(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if _name(child) in _MARKING:
            continue
        if isinstance(child, ast.JoinedStr):
            yield ast.unparse(child)
        elif isinstance(child, ast.Constant) and isinstance(child.value, str) and " " in child.value:
            yield child.value
        else:
            yield from _unmarked(child)


def _texts(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if message.pluralizable else (message.string,)


def _places(text: str) -> set[str]:
    return set(_PLACE.findall(text))


def _ending(text: str) -> str:
    return text[-1] if text[-1] in "…?\n" else ""
