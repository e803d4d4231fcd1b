"""Uploaded files and what became of them: the queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from coil_bridge.errors import Reason
from coil_bridge.evaluation.records import RunState
from coil_bridge.storage.upload_tables import upload

LOG, ATTENDANCE = "log", "attendance"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file and its account: read is stored plus dropped, by reason; ``unmapped`` are lines by reason."""

    id: str
    pairing_id: str
    kind: str
    course_id: str | None
    session_id: str | None
    zone: str
    file_name: str
    uploaded_by: str | None
    uploaded_at: datetime
    state: RunState
    finished_at: datetime | None
    rows_read: int
    rows_stored: int
    rows_dropped: Mapping[str, int]
    unmapped: Mapping[str, Sequence[int]]
    failure: Reason | None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in (RunState.DONE, RunState.FAILED)


_COLUMNS = [upload.c[each.name] for each in fields(Upload)]


class Uploads:
    """Uploaded files, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert(self, value: Upload, content: bytes) -> None:
        """Store a file, its content sealed."""
        row = {each.name: getattr(value, each.name) for each in fields(Upload)}
        self._connection.execute(insert(upload), {"content_encrypted": content, **row})

    def get(self, upload_id: str) -> Upload | None:
        """One file."""
        query = select(*_COLUMNS).where(upload.c.id == upload_id)
        row = self._connection.execute(query).mappings().first()
        return _upload(row) if row else None

    def content(self, upload_id: str) -> bytes | None:
        """The sealed content; ``None`` once it has been read."""
        query = select(upload.c.content_encrypted).where(upload.c.id == upload_id)
        return self._connection.execute(query).scalar_one_or_none()

    def of_pairing(self, pairing_id: str) -> list[Upload]:
        """The files of a pairing, the latest first."""
        query = select(*_COLUMNS).where(upload.c.pairing_id == pairing_id)
        rows = self._connection.execute(query.order_by(upload.c.uploaded_at.desc(), upload.c.id))
        return [_upload(row) for row in rows.mappings()]

    def waiting(self, before: datetime) -> list[str]:
        """Files that came before and have not been read."""
        query = select(upload.c.id).where(upload.c.finished_at.is_(None), upload.c.uploaded_at < before)
        return list(self._connection.execute(query).scalars())

    def finish(
        self,
        upload_id: str,
        at: datetime,
        *,
        read: int,
        stored: int,
        dropped: Mapping[str, int],
        unmapped: Mapping[str, Sequence[int]],
    ) -> None:
        """It was read and stored; the content goes."""
        values: dict[str, Any] = {"rows_read": read, "rows_stored": stored, "rows_dropped": dict(dropped)}
        values["unmapped"] = {reason: list(lines) for reason, lines in unmapped.items()}
        self._end(upload_id, at, RunState.DONE, **values)

    def fail(self, upload_id: str, at: datetime, failure: Reason) -> None:
        """Nothing of it was stored; the content goes."""
        self._end(upload_id, at, RunState.FAILED, failure=failure)

    def _end(self, upload_id: str, at: datetime, state: RunState, **values: Any) -> None:
        values |= {"state": state, "finished_at": at, "content_encrypted": None}
        self._connection.execute(update(upload).where(upload.c.id == upload_id).values(**values))


def _upload(row: RowMapping) -> Upload:
    return Upload(**(dict(row) | {"state": RunState(row["state"])}))
