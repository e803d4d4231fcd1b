"""Asks the worker to work a pilot's figures out: after pulls, after changes, and when somebody asks."""

from __future__ import annotations

from datetime import datetime, timedelta

from coil_bridge.storage.storage import Transaction

WORK_OUT = "work_out_evidence"
"""The kind of task; its payload names the pilot."""

_TOGETHER = 5  # seconds


def queue_figures(tx: Transaction, pilot_id: str, now: datetime) -> bool:
    """Queue the work for the end of the present five seconds; ``False`` when it waits for that already.

    So all that changes within them is one piece of work, which begins when it has changed; what changes
    later, while the work is under way, is the next.
    """
    at = now.replace(microsecond=0) + timedelta(seconds=_TOGETHER - now.second % _TOGETHER)
    key = f"{WORK_OUT}:{pilot_id}:{at:%Y%m%d%H%M%S}"
    return tx.tasks.queue(WORK_OUT, {"pilot_id": pilot_id}, at=at, dedup_key=key)
