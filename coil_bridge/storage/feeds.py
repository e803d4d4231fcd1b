"""Subscription links and the stored feeds behind them: the queries."""

from __future__ import annotations

from sqlalchemy import Connection


class Feeds:
    """Subscription links and the stored feeds behind them, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
