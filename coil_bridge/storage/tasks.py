"""One-off work, declared jobs and the worker's beat: the queries."""

from __future__ import annotations

from sqlalchemy import Connection


class Tasks:
    """One-off work, declared jobs and the worker's beat, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
