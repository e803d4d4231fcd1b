"""Follows new zone rules: what was agreed is the wall time on the anchor's clock, so the instant moves."""

from __future__ import annotations

from coil_bridge.domain import NewsKind, SessionState
from coil_bridge.services.agreed.session_changes import Change, resolved_anew
from coil_bridge.services.context import SYSTEM, Clock
from coil_bridge.services.sessions.session_writing import Deed, SessionWriter
from coil_bridge.storage.storage import Storage


def follow(storage: Storage, clock: Clock, writer: SessionWriter) -> int:
    """Resolve every future session anew, a pairing at a time; how many have moved."""
    with storage.read() as tx:
        ahead = tx.sessions.planned_since(clock())
    pairings = dict.fromkeys(each.pairing_id for each in ahead if resolved_anew(each) != each)
    return sum(_follow(storage, clock, writer, pairing_id) for pairing_id in pairings)


def _follow(storage: Storage, clock: Clock, writer: SessionWriter, pairing_id: str) -> int:
    now = clock()
    with storage.write() as tx:
        pairing = tx.pairings.locked(pairing_id)
        if pairing is None:
            return 0
        ahead = [
            each
            for each in tx.sessions.of_pairing(pairing_id)
            if each.state is SessionState.PLANNED and each.starts_at >= now
        ]
        moved = [Change(each, after) for each in ahead if (after := resolved_anew(each)) != each]
        writer.change(tx, Deed(SYSTEM, pairing, now), moved, NewsKind.ZONES)
        return len(moved)
