"""Every key has words, every word can be filled, and every word can be found by the translators' tool."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import pytest
from babel.messages.extract import extract

from connectors.moodle import error_texts, errors, plugin_texts, readiness_texts
from connectors.moodle.errors import MoodleError, error_for
from connectors.moodle.functions import NEEDS, Function
from connectors.moodle.report import Check

NAMES = """site function detail errorcode address site_address account release functions count closed zone
           seconds uncertainty capabilities seen expected reader"""
VALUES = {name: f"[{name}]" for name in NAMES.split()}


def msgids(module: str) -> set[str]:
    found = extract("python", io.BytesIO(Path(module).read_bytes()), {"_": None})
    return {str(message) for _, message, _, _ in found}


ALL_MSGIDS = {
    message for module in (error_texts, readiness_texts, plugin_texts) for message in msgids(module.__file__)
}


def known(text: str) -> str:
    assert text in ALL_MSGIDS, f"pybabel does not find {text!r}"
    return text


@pytest.mark.parametrize("key", sorted(error_texts.KEYS))
def test_a_failure_is_told_in_full(key: str) -> None:
    said = error_texts.explain(key, VALUES, known)
    assert "[site]" in said.message
    assert len(said.advice) > 20
    assert "%(" not in said.message + said.advice


def test_a_failure_without_words_of_its_own_is_told_as_a_fault() -> None:
    assert error_texts.explain("token.unheard_of", VALUES) == error_texts.explain("fault", VALUES)


def test_every_error_class_and_code_has_words_of_its_own() -> None:
    for code in errors._BY_CODE:
        for function in ("core_x", Function.SITE_INFO):
            assert error_for("S", function, code, Function.SITE_INFO).key in error_texts.KEYS, code


def test_an_error_carries_no_more_than_it_was_given() -> None:
    error = MoodleError("Zhejiang Moodle", Function.POSTS, errorcode="x", detail="d")
    assert error.values == {
        "site": "Zhejiang Moodle",
        "function": str(Function.POSTS),
        "detail": "d",
        "errorcode": "x",
        "capabilities": "moodle/course:view, mod/forum:viewdiscussion, moodle/site:accessallgroups",
    }


@pytest.mark.parametrize("key", sorted(readiness_texts.KEYS))
def test_a_check_is_told_in_full(key: str) -> None:
    said = readiness_texts.describe(Check(key, "warning", VALUES), known)
    assert said.title
    assert said.detail
    assert bool(said.consequence) == bool(said.remedy)
    assert "%(" not in "".join(said)


@pytest.mark.parametrize("function", NEEDS)
def test_a_missing_function_says_what_is_lost(function: Function) -> None:
    said = readiness_texts.describe(Check("function_missing", "error", {"function": str(function)}), known)
    assert function in said.title
    assert function in said.remedy
    assert "External services" in said.remedy
    assert said.consequence


@pytest.mark.parametrize(
    ("function", "title"),
    [
        (Function.SITE_INFO, "The Moodle cannot be used"),
        (Function.COURSES, f"{Function.COURSES} gives no usable answer"),
    ],
)
def test_a_failed_call_is_told_with_its_advice(function: Function, title: str) -> None:
    error = error_for("Almaty Moodle", function, "invalidtoken", Function.SITE_INFO)
    said = readiness_texts.describe(Check(f"failed.{error.key}", "error", error.values), known)
    assert said.title == title
    assert (said.detail, said.remedy) == (str(error), error.advice)


def test_the_words_are_plain_ascii_or_typographic_quotes() -> None:
    strange = set(itertools.chain.from_iterable(ALL_MSGIDS)) - set(map(chr, range(32, 127))) - set("“”’")
    assert not strange
