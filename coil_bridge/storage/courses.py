"""Courses as Moodle shows them, and who teaches or attends them: the queries."""

from __future__ import annotations

from sqlalchemy import Connection


class Courses:
    """Courses as Moodle shows them, and who teaches or attends them, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
