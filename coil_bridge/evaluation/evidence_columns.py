"""The columns of the evidence tables. Words are in English: scripts and reports use the names."""

from __future__ import annotations

from collections.abc import Sequence

from coil_bridge.evaluation.dataset import Column, ColumnType
from coil_bridge.evaluation.definitions.registry import DefinitionSet

_BRIDGE = "COIL Bridge"
WITHHELD = "withheld"
UNRECORDED = "nothing recorded"
"""Sessions were held, and who came to them is known from nowhere: which is not that nobody came."""
UNTIMED = "not measurable"
"""Students were active, and no two events of one lie close enough together to tell how much time it took."""


def text(name: str, definition: str) -> Column:
    """A column of text."""
    return Column(name, ColumnType.TEXT, definition, source=_BRIDGE)


def day(name: str, definition: str) -> Column:
    """A column of days."""
    return Column(name, ColumnType.DATE, definition, "date (ISO 8601)", _BRIDGE)


PLACE: Sequence[Column] = (
    text("axis", "What the row is about: the pilot, a phase, a model, a pairing, an institution, or group."),
    text("place", "Its name. A group is one institution in one pairing."),
    text("phase", "The phase, where the row lies in one."),
    text("model", "The model (COIL, CLIL, TILT, EMI), where the row has one."),
    text("pairing_id", "The pairing, as COIL Bridge numbers it; empty where the row is about several."),
    text("institution_id", "The institution, likewise."),
)
NOTE = text("note", "Why values are missing; empty where none is.")


def indicator(chosen: DefinitionSet, name: str, *, number: bool = False, column: str = "") -> Column:
    """A column that shows an indicator, with its definition from the chosen set."""
    found = chosen.by_id()[name]
    kind = ColumnType.NUMBER if number else ColumnType.INTEGER
    return Column(column or name, kind, found.text, found.unit, found.source)


def derived(name: str, definition: str, unit: str) -> Column:
    """A number that is computed from others of the same row."""
    return Column(name, ColumnType.NUMBER, definition, unit, _BRIDGE)


def count(name: str, definition: str, unit: str) -> Column:
    """A whole number of our own."""
    return Column(name, ColumnType.INTEGER, definition, unit, _BRIDGE)
