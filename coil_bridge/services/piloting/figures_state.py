"""Whether a pilot's figures are about to change: its courses are being read, or the figures worked out.

Figures of courses that are half read would be wrong, and would stay so for a while: what a few people have
newly done waits (``evaluation/settling.py``). So whoever works figures or a pack out waits for the readings
under way, but for no longer than an hour: then what is there counts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from coil_bridge.evaluation.records import LogRun, PullRun, RunState
from coil_bridge.services.piloting.figures_queue import WORK_OUT
from coil_bridge.services.piloting.traits import TRAITS
from coil_bridge.storage.storage import Transaction

_PATIENCE = timedelta(hours=1)
_ENDED = (RunState.DONE, RunState.FAILED)


class FiguresState(StrEnum):
    """What is going on."""

    READING = "reading"
    WORKING = "working"
    READY = "ready"


def state_of(tx: Transaction, pilot_id: str, now: datetime) -> FiguresState:
    """How a pilot's figures stand."""
    if being_read(tx, pilot_id, now):
        return FiguresState.READING
    return FiguresState.WORKING if _waiting(tx, WORK_OUT, pilot_id, now) else FiguresState.READY


def being_read(tx: Transaction, pilot_id: str, now: datetime) -> bool:
    """Whether rosters, logs or lists of the pilot are being read, and worth waiting for."""
    runs: list[PullRun | LogRun] = [
        *tx.pulls.latest(pilot_id).values(),
        *tx.log_runs.latest(pilot_id).values(),
    ]
    reading = any(each.state not in _ENDED and each.requested_at > now - _PATIENCE for each in runs)
    return reading or _waiting(tx, TRAITS, pilot_id, now)


def _waiting(tx: Transaction, kind: str, pilot_id: str, now: datetime) -> bool:
    payloads = tx.tasks.under_way(kind, since=now - _PATIENCE)
    return any(each.get("pilot_id") == pilot_id for each in payloads)
