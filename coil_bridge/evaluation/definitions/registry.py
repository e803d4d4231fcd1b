"""The registry: which text of which definition belongs to which set.

An export names the set it was made with. A set is never changed once something was exported with it: a
definition that changes gets a new number, and a new set takes it in. So an old export can be made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from coil_bridge.evaluation.definitions import texts
from coil_bridge.evaluation.definitions.texts import Definition


class CompletionRule(StrEnum):
    """What counts as completing."""

    MOODLE = "moodle"
    MOODLE_OR_SESSIONS = "moodle_or_sessions"


COMPLETION_PERCENT = 80
"""Of the sessions held: the share at which presence counts as completion where Moodle tracks none."""


@dataclass(frozen=True, slots=True)
class DefinitionSet:
    """A set of definitions as exports name it, and the rules that go with the words."""

    version: str
    completion: CompletionRule
    definitions: tuple[Definition, ...]

    def by_id(self) -> Mapping[str, Definition]:
        """The definitions by their names."""
        return {each.id: each for each in self.definitions}


SETS: Mapping[str, DefinitionSet] = {
    "1": DefinitionSet("1", CompletionRule.MOODLE, (*texts.COMMON, texts.COMPLETING_1)),
    "2": DefinitionSet("2", CompletionRule.MOODLE_OR_SESSIONS, (*texts.COMMON, texts.COMPLETING_2)),
}
CURRENT = "2"
