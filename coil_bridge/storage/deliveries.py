"""Messages on their way to people: the queries."""

from __future__ import annotations

from sqlalchemy import Connection


class Deliveries:
    """Messages on their way to people, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
