"""The audit trail: who changed what, written in the transaction of the change itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from coil_bridge.domain import AuditEntry, Person
from coil_bridge.storage.storage import Transaction

Subject = tuple[str, str]
"""A kind of thing and which one: ``("pairing", pairing.id)``."""


def record(
    tx: Transaction, at: datetime, actor: Person, subject: Subject, action: str, **detail: Any
) -> None:
    """Add an entry in the caller's transaction; ``detail`` takes plain JSON values, never a secret.

    The actor's name is kept beside the id: the trail stays readable when the person is gone. Work that
    no person started is done by ``SYSTEM``, who has no id.
    """
    kind, subject_id = subject
    tx.audit.add(
        at=at,
        actor_id=actor.id or None,
        actor_name=actor.name,
        subject_kind=kind,
        subject_id=subject_id,
        action=action,
        detail=detail,
    )


def trail(tx: Transaction, subject: Subject) -> list[AuditEntry]:
    """What happened to one thing, the oldest first; a pairing's trail has its sessions' in it."""
    kind, subject_id = subject
    return tx.audit.of_pairing(subject_id) if kind == "pairing" else tx.audit.of(kind, subject_id)
