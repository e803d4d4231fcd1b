"""Inserts that tolerate a row that is already there, in the words of both engines.

SQLite and PostgreSQL share ``INSERT ... ON CONFLICT``, but SQLAlchemy keeps it in the dialects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def insert_new(connection: Connection, table: Table, row: Mapping[str, Any], *, key: Sequence[str]) -> bool:
    """Insert a row unless one with the same key stands there; whether it was inserted."""
    statement = _insert(connection, table).values(dict(row)).on_conflict_do_nothing(index_elements=list(key))
    # Without the option SQLAlchemy does not ask psycopg for the count of an INSERT and says -1.
    return connection.execute(statement.execution_options(preserve_rowcount=True)).rowcount == 1


def upsert(
    connection: Connection,
    table: Table,
    row: Mapping[str, Any],
    *,
    key: Sequence[str],
    keep: Sequence[str] = (),
) -> None:
    """Insert a row, or overwrite the one with the same key except its columns in ``keep``."""
    statement = _insert(connection, table).values(dict(row))
    changed = {name: statement.excluded[name] for name in row if name not in key and name not in keep}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed))


def upsert_all(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, key: Sequence[str]
) -> None:
    """Insert rows with the same columns, or overwrite those with the same key."""
    if not rows:
        return
    statement = _insert(connection, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in key}
    statement = statement.on_conflict_do_update(index_elements=list(key), set_=changed)
    connection.execute(statement, [dict(row) for row in rows])
