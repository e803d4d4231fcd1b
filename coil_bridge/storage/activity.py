"""Pulled activity: runs, participants, events: the queries."""

from __future__ import annotations

from sqlalchemy import Connection


class Activity:
    """Pulled activity: runs, participants, events, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
