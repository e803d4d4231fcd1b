"""The rule of scheduling/README.md, read from the code: what is imported, and that nobody asks a clock."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import scheduling

MODULES = sorted(Path(scheduling.__file__).parent.glob("*.py"))
STANDARD = {
    "__future__", "collections", "dataclasses", "datetime", "fractions", "functools",
    "itertools", "re", "types", "typing", "urllib", "zoneinfo",
}  # fmt: skip
DATA = {"babel", "holidays", "icalendar", "pytz", "tzdata"}


def imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names


def test_the_folder_has_modules() -> None:
    assert len(MODULES) > 5


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_imports_calculation_and_packaged_data_only(path: Path) -> None:
    names = imported(ast.parse(path.read_text(encoding="utf-8")))
    assert names <= STANDARD | DATA | {"scheduling"}
    assert "pytz" not in names or path.name == "zones.py"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_module_asks_what_time_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not attributes & {"now", "utcnow", "today", "fromtimestamp"}
