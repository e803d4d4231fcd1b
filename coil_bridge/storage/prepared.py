"""A SELECT that is compiled once and then runs on the driver's own cursor.

For the one question that is asked thousands of times a minute (``served_feeds``): around so small a query
SQLAlchemy's transaction, execution context and result cost ten times what the database does. The statement
is still SQLAlchemy's, compiled for the engine that is there, the connection is the pool's, and values go
through their column types. A single statement sees one state of the database and needs no BEGIN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Engine, Select


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    constants: Mapping[str, Any]
    order: Sequence[str] | None  # of the parameters, for a driver that takes them by position
    readers: Sequence[Callable[[Any], Any] | None]  # of the columns' values


class Prepared:
    """One SELECT on one engine; its parameters go to the driver as they are, plain strings and numbers."""

    def __init__(self, engine: Engine, statement: Select[Any]) -> None:
        self._engine = engine
        self._statement = statement

    def first(self, **values: str | int) -> tuple[Any, ...] | None:
        """The first row for these named parameters; errors are the driver's own."""
        compiled = self._compiled
        named = {**compiled.constants, **values}
        parameters = named if compiled.order is None else [named[name] for name in compiled.order]
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(compiled.sql, parameters)
            row = cursor.fetchone()
        finally:
            connection.close()  # back into the pool, which ends what the driver may have begun
        if row is None:
            return None
        return tuple(
            value if read is None else read(value) for value, read in zip(row, compiled.readers, strict=True)
        )

    @cached_property
    def _compiled(self) -> _Compiled:
        dialect = self._engine.dialect
        compiled = self._statement.compile(dialect=dialect)
        return _Compiled(
            sql=str(compiled),
            constants=dict(compiled.params),
            order=getattr(compiled, "positiontup", None),
            readers=[
                column.type.dialect_impl(dialect).result_processor(dialect, None)
                for column in self._statement.selected_columns
            ],
        )
