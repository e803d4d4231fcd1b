"""Tables on their way into a file, whatever the file: columns with their definitions, and rows.

The writers know nothing of participation and the evaluation knows nothing of files; this is what they
share. Every column carries its definition, unit and source, because a number without them is no evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

Cell = str | int | float | date | None
Row = tuple[Cell, ...]


class ColumnType(StrEnum):
    """What a column holds; a date is a calendar day without a zone."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    """A column and what its values mean."""

    name: str
    type: ColumnType
    definition: str
    unit: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns whose values stand in another table's key."""

    columns: tuple[str, ...]
    table: str
    other_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with named columns, in an order that the same data always has."""

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class View:
    """A question that the database answers by itself, in SQL."""

    name: str
    description: str
    sql: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """Everything that one file holds. ``made_at`` is the only thing in it that is not data."""

    title: str
    description: str
    source: str
    made_at: datetime
    tables: tuple[Table, ...]
    views: tuple[View, ...] = ()

    def table(self, name: str) -> Table:
        """One table by its name.

        Raises:
            KeyError: there is none.
        """
        return {table.name: table for table in self.tables}[name]


def definitions(tables: Sequence[Table]) -> Table:
    """The table that defines every column of the others."""
    text = ColumnType.TEXT
    return Table(
        name="definition",
        title="Definitions",
        description="What every column of every table means, its unit and where its values come from.",
        columns=(
            Column("table", text, "The table that has the column."),
            Column("column", text, "The column."),
            Column("definition", text, "What a value in it means."),
            Column("unit", text, "What is counted or measured; empty where nothing is."),
            Column("source", text, "Where the values come from."),
        ),
        rows=tuple(_defined(tables)),
        primary_key=("table", "column"),
    )


def _defined(tables: Sequence[Table]) -> Iterator[Row]:
    for table in tables:
        for column in table.columns:
            yield table.name, column.name, column.definition, column.unit, column.source
