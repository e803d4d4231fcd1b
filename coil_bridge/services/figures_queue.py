"""Asks the worker to work a pilot's figures out: after pulls, after changes, and when somebody asks."""

from __future__ import annotations

from datetime import datetime

from coil_bridge.storage.storage import Transaction

WORK_OUT = "work_out_evidence"
"""The kind of task; its payload names the pilot."""


def queue_figures(tx: Transaction, pilot_id: str, now: datetime) -> bool:
    """Queue the work; ``False`` when it was queued within this minute already.

    The key has the minute in it: work that is under way may have read what has changed since, so it must
    not keep later work out of the queue.
    """
    key = f"{WORK_OUT}:{pilot_id}:{now:%Y%m%d%H%M}"
    return tx.tasks.queue(WORK_OUT, {"pilot_id": pilot_id}, at=now, dedup_key=key)
