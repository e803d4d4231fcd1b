"""What follows a session wherever it goes: whoever has to know of each change says so here.

Observers write into the transaction of the change and call nobody: what takes longer they queue as a task.
They are asked after the sessions and the pairing's feeds are stored, in the order in which they were given.
"""

from __future__ import annotations

from typing import Protocol

from coil_bridge.domain import JointSession
from coil_bridge.storage.storage import Transaction


class SessionObserver(Protocol):
    """Is asked for each session that was planned or changed."""

    def changed(self, tx: Transaction, before: JointSession | None, after: JointSession) -> None:
        """A session was planned (``before`` is ``None``), edited, called off, or moved by new zone rules."""
