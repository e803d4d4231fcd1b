"""Opens the database: SQLite embedded by default, PostgreSQL by another URL.

SQLite runs with WAL (readers never wait for the writer), foreign keys on, a busy timeout, and
``BEGIN IMMEDIATE`` for writes: a transaction that will write takes the lock at its start, so it can
never find out halfway that somebody else wrote first.

Errors of either engine quote no values: rows hold names and addresses, and errors end up in logs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from coil_bridge.errors import ConfigurationError

SQLITE_BUSY_SECONDS = 15


def open_engine(url: str) -> Engine:
    """Open an engine for ``sqlite:///path`` or ``postgresql://…``.

    Raises:
        ConfigurationError: another kind of database was asked for, or the address is none.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError(
            "database_url is no address of a database; use sqlite:///… or postgresql://…"
        ) from None
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=10,
            hide_parameters=True,
        )
    raise ConfigurationError(
        f"database_url names {parsed.get_backend_name()!r}; use sqlite:///… or postgresql://…"
    )


def _open_sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": SQLITE_BUSY_SECONDS}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, see _begin
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: all of it or nothing."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view for reading."""
    with engine.connect() as connection, connection.begin():
        yield connection
