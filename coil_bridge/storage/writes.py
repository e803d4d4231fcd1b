"""Inserts that tolerate a row that is already there, in the words of both engines.

SQLite and PostgreSQL share ``INSERT ... ON CONFLICT``, but SQLAlchemy keeps it in the dialects. Building such
a statement takes ten times as long as running it and there are few, so each is built once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

_Insert = sqlite.Insert | postgresql.Insert


def _insert(dialect: str, table: Table) -> _Insert:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def _insert_new(dialect: str, table: Table, key: tuple[str, ...]) -> _Insert:
    statement = _insert(dialect, table).on_conflict_do_nothing(index_elements=key)
    # Without the option SQLAlchemy does not ask psycopg for the count of an INSERT and says -1.
    return statement.execution_options(preserve_rowcount=True)


@cache
def _upsert(dialect: str, table: Table, key: tuple[str, ...], changed: tuple[str, ...]) -> _Insert:
    statement = _insert(dialect, table)
    overwritten = {name: statement.excluded[name] for name in changed}
    return statement.on_conflict_do_update(index_elements=key, set_=overwritten)


def insert_new(connection: Connection, table: Table, row: Mapping[str, Any], *, key: Sequence[str]) -> bool:
    """Insert a row unless one with the same key stands there; whether it was inserted."""
    statement = _insert_new(connection.dialect.name, table, tuple(key))
    return connection.execute(statement, dict(row)).rowcount == 1


def upsert(
    connection: Connection,
    table: Table,
    row: Mapping[str, Any],
    *,
    key: Sequence[str],
    keep: Sequence[str] = (),
) -> None:
    """Insert a row, or overwrite the one with the same key except its columns in ``keep``."""
    changed = tuple(name for name in row if name not in key and name not in keep)
    connection.execute(_upsert(connection.dialect.name, table, tuple(key), changed), dict(row))


def upsert_all(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, key: Sequence[str]
) -> None:
    """Insert rows with the same columns, or overwrite those with the same key."""
    if rows:
        changed = tuple(name for name in rows[0] if name not in key)
        statement = _upsert(connection.dialect.name, table, tuple(key), changed)
        connection.execute(statement, [dict(row) for row in rows])
