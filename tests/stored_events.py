"""The events in stored blocks, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from coil_bridge.evaluation.packed_events import actors_of, days_of, kinds_of, minutes_of, opened


def events_in(blocks: Iterable[Mapping[str, Any]]) -> list[dict[str, int]]:
    """Every event in some rows of ``event_block``, by its parts."""
    return [
        {
            "pilot_no": row["pilot_no"],
            "actor": actors_of(event),
            "kind": kinds_of(event),
            "minute": minutes_of(event),
            "day": days_of(event),
            "source": row["source"],
        }
        for row in blocks
        for event in opened(row["packed"])
    ]
