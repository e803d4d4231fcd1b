"""The documentation fails here when it drifts from the product."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from coil_bridge.cli import main
from coil_bridge.settings import Settings
from connectors.moodle.functions import NEEDS

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("*/*/README.md")]
)
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"coil-bridge ((?:[a-z]+ ?){1,2})")
FENCE = re.compile(r"`([^`\n]+)`|^    (\S.*)$", re.MULTILINE)


def code_in(page: Path) -> Iterator[str]:
    """Every piece of code that a page shows, inline or indented."""
    for match in FENCE.finditer(page.read_text("utf-8")):
        yield match[1] or match[2]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text("utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def command_exists(words: list[str]) -> bool:
    found: click.Command | None = main
    for word in words:
        if not isinstance(found, click.Group):
            return True  # what follows is an argument
        found = found.get_command(click.Context(found), word)
    return found is not None


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    named = [found.split() for text in code_in(page) for found in COMMAND.findall(text)]
    assert [words for words in named if not command_exists(words)] == []


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        found for page in PAGES for text in code_in(page) for found in re.findall(r"^make ([a-z-]+)", text)
    }
    assert {"demo", "test"} <= named <= targets


def test_the_list_of_settings_is_complete() -> None:
    text = (ROOT / "config/default.toml").read_text("utf-8")
    listed = set(tomllib.loads(text)) | {"secret_key", "encryption_keys", "smtp_password"}
    assert listed == {field.name for field in fields(Settings)}
    assert all(name in text for name in listed)


@pytest.mark.parametrize("page", ["docs/moodle.md", "docs/administrator.md"])
def test_the_functions_that_a_token_must_be_allowed_are_those_that_are_called(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    named = set(re.findall(r"\b(?:core|mod|tool)_[a-z_]+(?=`)", text))
    assert named == {function.value for function in NEEDS}


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 75


def test_nothing_of_the_workplace_is_in_the_project() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    tracked = [
        ROOT / name for name in listed.decode().split("\0") if name.endswith((".py", ".md", ".toml", ".html"))
    ]
    here = Path(__file__)
    machine = re.compile(r"/(?:work|root|opt|home)/\w")
    assert [str(each) for each in tracked if each != here and machine.search(each.read_text("utf-8"))] == []
