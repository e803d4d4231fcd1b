"""Institutions and their Moodle sites: the queries."""

from __future__ import annotations

from sqlalchemy import Connection


class Sites:
    """Institutions and their Moodle sites, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
