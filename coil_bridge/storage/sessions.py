"""Joint sessions: the queries."""

from __future__ import annotations

from sqlalchemy import Connection


class Sessions:
    """Joint sessions, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
