"""The audit trail: the queries. Entries are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select

from coil_bridge.domain import AuditEntry
from coil_bridge.storage.tables import audit_entry, joint_session


class Audit:
    """The audit trail, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        *,
        at: datetime,
        actor_id: str | None,
        actor_name: str,
        subject_kind: str,
        subject_id: str,
        action: str,
        detail: Mapping[str, Any],
    ) -> None:
        """Add one entry; ``detail`` holds plain JSON values."""
        self._connection.execute(
            insert(audit_entry),
            {
                "at": at,
                "actor_id": actor_id,
                "actor_name": actor_name,
                "subject_kind": subject_kind,
                "subject_id": subject_id,
                "action": action,
                "detail": dict(detail),
            },
        )

    def of(self, subject_kind: str, subject_id: str) -> list[AuditEntry]:
        """What happened to one thing, the oldest first."""
        return self._load(
            and_(audit_entry.c.subject_kind == subject_kind, audit_entry.c.subject_id == subject_id)
        )

    def of_pairing(self, pairing_id: str) -> list[AuditEntry]:
        """What happened to a pairing and to each of its sessions, the oldest first."""
        sessions = select(joint_session.c.id).where(joint_session.c.pairing_id == pairing_id)
        return self._load(
            or_(
                and_(audit_entry.c.subject_kind == "pairing", audit_entry.c.subject_id == pairing_id),
                and_(audit_entry.c.subject_kind == "session", audit_entry.c.subject_id.in_(sessions)),
            )
        )

    def _load(self, condition: ColumnElement[bool]) -> list[AuditEntry]:
        rows = self._connection.execute(
            select(audit_entry).where(condition).order_by(audit_entry.c.at, audit_entry.c.id)
        )
        return [
            AuditEntry(
                at=row.at,
                actor_id=row.actor_id,
                actor_name=row.actor_name,
                subject_kind=row.subject_kind,
                subject_id=row.subject_id,
                action=row.action,
                detail=row.detail,
            )
            for row in rows
        ]
