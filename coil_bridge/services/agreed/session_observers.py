"""What follows a session wherever it goes: whoever has to know of each change says so here.

Observers write into the transaction of the change and call nobody: what takes longer they queue as a task.
They are asked after the sessions and the pairing's feeds are stored, in the order in which they were given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from coil_bridge.domain import JointSession
from coil_bridge.storage.storage import Transaction

Observed = tuple[JointSession | None, JointSession]
"""A session before (``None`` when it was planned just now) and after."""


class SessionObserver(Protocol):
    """Is asked about the sessions of one pairing that were planned or changed together."""

    def changed(self, tx: Transaction, changed: Sequence[Observed]) -> None:
        """Sessions were planned, edited, called off, or moved by new zone rules; there is at least one."""
