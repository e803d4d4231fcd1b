"""Persons, their ways in, roles, sign-in links and web sessions: the queries."""

from __future__ import annotations

from sqlalchemy import Connection


class People:
    """Persons, their ways in, roles, sign-in links and web sessions, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
