"""The role that partners are asked to give, in code and in the guide alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.moodle.capabilities import PLUGIN_ROLE, ROLE, Capability, needed_by
from connectors.moodle.functions import NEEDS, Function

GUIDE = (Path(__file__).parents[4] / "docs/administrator.md").read_text("utf-8")


@pytest.mark.parametrize("capability", [*ROLE, *PLUGIN_ROLE])
def test_the_guide_asks_for_each_capability_by_title_and_name(capability: Capability) -> None:
    assert f"| {capability.title} | `{capability.name}` |" in GUIDE


@pytest.mark.parametrize("function", NEEDS)
def test_the_guide_lists_each_function(function: Function) -> None:
    assert f"`{function}`" in GUIDE


def test_what_functions_need_is_part_of_the_role() -> None:
    assert {each for function in Function for each in needed_by(function)} < {*ROLE, *PLUGIN_ROLE}
    assert needed_by("core_unheard_of") == ()
