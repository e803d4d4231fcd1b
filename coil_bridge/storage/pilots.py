"""Pilots and their phases: the queries."""

from __future__ import annotations

from sqlalchemy import Connection


class Pilots:
    """Pilots and their phases, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
