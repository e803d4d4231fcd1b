"""One SQLite file by sqlite-utils: keys, indexes, views, definitions, and metadata for Datasette.

Datasette takes descriptions of tables and columns from a metadata file; the table ``datasette`` holds it:

    sqlite3 file.db 'SELECT metadata FROM datasette' > metadata.json
    datasette file.db --metadata metadata.json
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from coil_bridge.evaluation.dataset import Cell, Column, ColumnType, Dataset, Table

if TYPE_CHECKING:
    import sqlite_utils

MEDIA_TYPE = "application/vnd.sqlite3"
_METADATA = "datasette"
_TYPES: dict[ColumnType, type] = {
    ColumnType.TEXT: str,
    ColumnType.INTEGER: int,
    ColumnType.NUMBER: float,
    ColumnType.DATE: str,
}


def write_database(dataset: Dataset, name: str) -> bytes:
    """The whole dataset as a database file; dates are ISO 8601 text.

    ``name`` is the file's name without its ending, under which Datasette will know the database.
    """
    import sqlite_utils  # noqa: PLC0415 - brings numpy with it, 25 MB that only a process that exports needs

    with TemporaryDirectory(prefix="coil-bridge-") as folder:
        path = Path(folder) / "dataset.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA foreign_keys=ON")
            _fill(sqlite_utils.Database(connection, execute_plugins=False), dataset, name)
            connection.execute("VACUUM")
        return path.read_bytes()


def _fill(database: sqlite_utils.Database, dataset: Dataset, name: str) -> None:
    with database.atomic():
        for table in _by_dependency(dataset.tables):
            _create(database, table)
        for view in dataset.views:
            database.create_view(view.name, _one_line(view.sql))
        database.table(_METADATA).create({"metadata": str}, not_null={"metadata"})
        metadata = json.dumps(_metadata(dataset, name), ensure_ascii=False, indent=1)
        database.table(_METADATA).insert({"metadata": metadata})


def _create(database: sqlite_utils.Database, table: Table) -> None:
    created = database.table(table.name).create(
        {column.name: _TYPES[column.type] for column in table.columns},
        pk=table.primary_key if len(table.primary_key) > 1 else table.primary_key[0],
        foreign_keys=[(key.columns, key.table, key.other_columns) for key in table.foreign_keys],
        not_null=set(table.primary_key),
    )
    created.insert_all(dict(zip(table.header, map(_cell, row), strict=True)) for row in table.rows)
    for columns in table.indexes:
        created.create_index(columns)


def _by_dependency(tables: tuple[Table, ...]) -> list[Table]:
    """Tables after the ones that they refer to; nothing else changes their order."""
    ordered: list[Table] = []
    waiting = list(tables)
    while waiting:
        done = {table.name for table in ordered}
        ready = next(table for table in waiting if all(key.table in done for key in table.foreign_keys))
        ordered.append(ready)
        waiting.remove(ready)
    return ordered


def _metadata(dataset: Dataset, name: str) -> dict[str, Any]:
    """What Datasette shows beside the data (its documentation: "Metadata")."""
    tables: dict[str, Any] = {
        table.name: {
            "title": table.title,
            "description": table.description,
            "columns": {column.name: _describe(column) for column in table.columns},
        }
        for table in dataset.tables
    }
    tables |= {view.name: {"description": view.description} for view in dataset.views}
    tables[_METADATA] = {"hidden": True}
    head = {"title": dataset.title, "description": dataset.description, "source": dataset.source}
    return head | {"databases": {name: head | {"tables": tables}}}


def _describe(column: Column) -> str:
    return f"{column.definition} Unit: {column.unit}." if column.unit else column.definition


def _one_line(sql: str) -> str:
    return " ".join(sql.split())


def _cell(value: Cell) -> str | int | float | None:
    return value.isoformat() if isinstance(value, date) else value
