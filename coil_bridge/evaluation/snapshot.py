"""The published figures as pages keep them: tables as plain values, charts as they were drawn.

A page reads one row and works nothing out; the worker makes it anew when a week is over, after pulls, and
when somebody asks. Nothing is in it that the pack withholds.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from coil_bridge.evaluation.dataset import Dataset
from coil_bridge.evaluation.evidence_charts import Words, charts_of
from coil_bridge.evaluation.published import Published

_TABLES = (
    "headline",
    "funnel",
    "engagement",
    "weekly",
    "interaction",
    "network",
    "gender",
    "country",
    "role",
)


@dataclass(frozen=True, slots=True)
class DrawnChart:
    """A chart for a page."""

    name: str
    title: str
    svg: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a pilot's pages show; ``charts`` by language."""

    made_at: datetime
    through: date
    definitions: str
    rules: Mapping[str, int]
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    charts: Mapping[str, Sequence[DrawnChart]]
    last_active: Mapping[str, int]  # pairing and course ("pairing:course") to a day's ordinal

    def rows(self, table: str, axis: str = "") -> list[Mapping[str, Any]]:
        """The rows of a table, those of one axis where the table has axes."""
        return [row for row in self.tables.get(table, ()) if not axis or row.get("axis") == axis]


def snapshot_bytes(
    published: Published,
    dataset: Dataset,
    languages: Mapping[str, Words],
    last_active: Mapping[str, int],
) -> bytes:
    """A snapshot on its way into the database."""
    stored = published.figures.stored
    tables = {
        table.name: [
            {name: _plain(value) for name, value in zip(table.header, row, strict=True)} for row in table.rows
        ]
        for table in dataset.tables
        if table.name in _TABLES
    }
    charts = {
        language: [{"name": c.name, "title": c.title, "svg": c.svg()} for c in charts_of(published, say)]
        for language, say in languages.items()
    }
    content = {
        "made_at": dataset.made_at.isoformat(),
        "through": stored.through.isoformat(),
        "definitions": next(str(value) for key, value in dataset.table("about").rows if key == "definitions"),
        "rules": {
            "presence_percent": stored.rules.presence_percent,
            "gap_minutes": stored.rules.gap_minutes,
            "silent_days": stored.rules.silent_days,
            "threshold": stored.pilot.suppression_threshold,
        },
        "tables": tables,
        "charts": charts,
        "last_active": dict(last_active),
    }
    return zlib.compress(json.dumps(content, ensure_ascii=False).encode())


def read_snapshot(content: bytes) -> Snapshot:
    """A snapshot out of the database."""
    plain = json.loads(zlib.decompress(content))
    return Snapshot(
        made_at=datetime.fromisoformat(plain["made_at"]),
        through=date.fromisoformat(plain["through"]),
        definitions=plain["definitions"],
        rules=plain["rules"],
        tables=plain["tables"],
        charts={
            language: [DrawnChart(**each) for each in found] for language, found in plain["charts"].items()
        },
        last_active=plain["last_active"],
    )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
