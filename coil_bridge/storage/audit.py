"""The audit trail: the queries."""

from __future__ import annotations

from sqlalchemy import Connection


class Audit:
    """The audit trail, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
