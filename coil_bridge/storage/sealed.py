"""Every secret that the vault sealed, wherever it is stored: the queries.

A sealed column is of bytes and named ``*_encrypted``. Whoever adds one to a table adds it here by that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Column, Connection, LargeBinary, Table, and_, select, update

from coil_bridge.storage.tables import metadata

_SUFFIX = "_encrypted"
_BATCH = 200

Place = tuple[Table, Column[bytes]]


def places() -> list[Place]:
    """The sealed columns of the schema, in order of tables."""
    return [
        (table, column)
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.endswith(_SUFFIX) and isinstance(column.type, LargeBinary)
    ]


class Sealed:
    """Sealed values, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keys(self, place: Place) -> list[tuple[str, ...]]:
        """The primary keys of the rows that hold a sealed value."""
        table, column = place
        query = select(*table.primary_key.columns).where(column.is_not(None))
        return [tuple(row) for row in self._connection.execute(query)]

    def replace(self, place: Place, key: tuple[str, ...], change: Callable[[bytes], bytes | None]) -> bool:
        """Write what ``change`` makes of a value; ``None`` leaves it. Whether it was written."""
        table, column = place
        row = and_(*(each == value for each, value in zip(table.primary_key.columns, key, strict=True)))
        before = self._connection.execute(select(column).where(row)).scalar_one_or_none()
        after = change(before) if before is not None else None
        if after is None:
            return False
        # Somebody else may have sealed something new meanwhile, which is under the new key already.
        unchanged = and_(row, column == before)
        written = self._connection.execute(update(table).where(unchanged).values({column.name: after}))
        return written.rowcount == 1


def batches(keys: list[tuple[str, ...]]) -> Iterator[list[tuple[str, ...]]]:
    """Rows in portions, so that no transaction holds up the pages for long."""
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]
