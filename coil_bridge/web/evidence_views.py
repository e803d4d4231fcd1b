"""The published tables as the pages of the evidence show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coil_bridge.evaluation.published import OTHER
from coil_bridge.evaluation.snapshot import Snapshot
from coil_bridge.web.texts import gettext

_TABLES = ("funnel", "engagement", "interaction")


def merged_rows(snapshot: Snapshot, axis: str) -> list[dict[str, Any]]:
    """One row for each place of an axis, with the values of all tables about places, and its traits."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for table in _TABLES:
        for row in snapshot.rows(table, axis):
            found = rows.setdefault(_key(row), {})
            found.update({k: v for k, v in row.items() if k != "note"})
            found.setdefault("notes", set()).update(row["note"].split("; "))
    for trait in ("gender", "country"):
        for row in snapshot.rows(trait, axis):
            rows[_key(row)].setdefault(trait, []).append((row[trait], row["students"]))
    return list(rows.values())


def weeks_by_place(snapshot: Snapshot, axis: str) -> list[tuple[str, list[tuple[str, int | None]]]]:
    """Each week, with the active students of every place of an axis."""
    found: dict[str, list[tuple[str, int | None]]] = {}
    for row in snapshot.rows("weekly", axis):
        found.setdefault(row["iso_week"], []).append((row["place"], row["active"]))
    return list(found.items())


def setting_words() -> dict[str, str]:
    """What the settings are called on which definitions depend."""
    return {
        "presence_percent": gettext("Present from (per cent of the session)"),
        "gap_minutes": gettext("Longest gap in a sitting (minutes)"),
    }


def trait_names() -> dict[str, str]:
    """What categories are called that are no codes."""
    return {
        "female": gettext("Female"),
        "male": gettext("Male"),
        "other": gettext("Other"),
        OTHER: gettext("Other or undisclosed"),
    }


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(row["place"]), str(row["pairing_id"]), str(row["institution_id"])
