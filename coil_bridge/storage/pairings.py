"""Pairings and their courses: the queries."""

from __future__ import annotations

from sqlalchemy import Connection


class Pairings:
    """Pairings and their courses, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
