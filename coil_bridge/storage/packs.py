"""Evidence packs and the figures that pages show: the queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select, update

from coil_bridge.errors import Reason
from coil_bridge.storage.evidence_tables import evidence_figures, evidence_pack
from coil_bridge.storage.writes import insert_new, upsert


@dataclass(frozen=True, slots=True)
class Pack:
    """An evidence pack without its content; ``share`` is how far it has got, in per cent."""

    id: str
    pilot_id: str
    requested_by: str | None
    requested_at: datetime
    options: Mapping[str, Any]
    state: str
    share: int
    name: str | None
    size: int | None
    sha256: str | None
    finished_at: datetime | None
    expires_at: datetime | None
    failure: Reason | None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ("done", "failed")


_FIELDS = [evidence_pack.c[name] for name in Pack.__dataclass_fields__]


class Packs:
    """Packs and figures, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert(
        self, pack_id: str, pilot_id: str, person_id: str | None, at: datetime, options: Mapping[str, Any]
    ) -> bool:
        """A pack that is asked for; ``False`` when it was before."""
        row = {
            "id": pack_id,
            "pilot_id": pilot_id,
            "requested_by": person_id,
            "requested_at": at,
            "options": dict(options),
            "state": "queued",
        }
        return insert_new(self._connection, evidence_pack, row, key=("id",))

    def get(self, pack_id: str) -> Pack | None:
        """One pack."""
        found = self._packs(evidence_pack.c.id == pack_id)
        return found[0] if found else None

    def of_pilot(self, pilot_id: str) -> list[Pack]:
        """A pilot's packs, the latest first."""
        return self._packs(evidence_pack.c.pilot_id == pilot_id)

    def content(self, pack_id: str) -> bytes | None:
        """The file itself."""
        query = select(evidence_pack.c.content).where(evidence_pack.c.id == pack_id)
        return self._connection.execute(query).scalar_one_or_none()

    def progress(self, pack_id: str, share: int) -> None:
        """Work on it has got so far."""
        self._update(pack_id, state="running", share=share)

    def finish(
        self, pack_id: str, *, name: str, content: bytes, sha256: str, at: datetime, expires_at: datetime
    ) -> None:
        """It is there."""
        self._update(
            pack_id,
            state="done",
            share=100,
            name=name,
            size=len(content),
            sha256=sha256,
            content=content,
            finished_at=at,
            expires_at=expires_at,
            failure=None,
        )

    def fail(self, pack_id: str, at: datetime, expires_at: datetime, reason: Reason) -> None:
        """It could not be made."""
        self._update(pack_id, state="failed", finished_at=at, expires_at=expires_at, failure=reason)

    def prune(self, now: datetime) -> int:
        """Delete what has been kept long enough; how many."""
        return self._connection.execute(
            delete(evidence_pack).where(evidence_pack.c.expires_at < now)
        ).rowcount

    def put_figures(self, pilot_id: str, made_at: datetime, content: bytes) -> None:
        """The figures for pages, over the earlier ones."""
        row = {"pilot_id": pilot_id, "made_at": made_at, "content": content}
        upsert(self._connection, evidence_figures, row, key=("pilot_id",))

    def figures(self, pilot_id: str) -> bytes | None:
        """The figures for pages."""
        query = select(evidence_figures.c.content).where(evidence_figures.c.pilot_id == pilot_id)
        return self._connection.execute(query).scalar_one_or_none()

    def figures_made_at(self) -> dict[str, datetime]:
        """When each pilot's figures were made."""
        rows = self._connection.execute(select(evidence_figures.c.pilot_id, evidence_figures.c.made_at))
        return {row.pilot_id: row.made_at for row in rows}

    def _packs(self, *conditions: ColumnElement[bool]) -> list[Pack]:
        query = select(*_FIELDS).where(*conditions)
        rows = self._connection.execute(
            query.order_by(evidence_pack.c.requested_at.desc(), evidence_pack.c.id)
        ).mappings()
        return [Pack(**row) for row in rows]

    def _update(self, pack_id: str, **values: Any) -> None:
        self._connection.execute(update(evidence_pack).where(evidence_pack.c.id == pack_id).values(**values))
