"""XLSX (ISO/IEC 29500) by XlsxWriter: a sheet a table, typed cells, the header frozen, filtered and printed.

Text is always written as text, never looked at: a title that starts with "=" stays a title. XlsxWriter
dates the parts of the archive itself with a constant, so the bytes depend on the data and on ``made_at``.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, date
from typing import TYPE_CHECKING

from coil_bridge.evaluation.dataset import Cell, Column, ColumnType, Dataset, Table

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_575  # a sheet's 1,048,576 without the header
_LONGEST_TEXT = 32_767
_WIDEST = 80
_A4 = 9
_LOOKS = {"day": "yyyy-mm-dd", "whole": "#,##0", "part": "#,##0.00"}


class TooManyRows(ValueError):
    """A table does not fit into a sheet."""


def write_xlsx(dataset: Dataset) -> bytes:
    """The whole dataset as a workbook.

    Raises:
        TooManyRows: a table has more rows than a sheet takes.
    """
    import xlsxwriter  # noqa: PLC0415 - 6 MB that only a process that exports needs

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        made_at = dataset.made_at.astimezone(UTC).replace(tzinfo=None)  # the format knows no zones
        workbook.set_properties({"title": dataset.title, "comments": dataset.description, "created": made_at})
        for table in dataset.tables:
            _write_sheet(workbook, table)
    return buffer.getvalue()


def _write_sheet(workbook: Workbook, table: Table) -> None:
    if len(table.rows) > MOST_ROWS:
        raise TooManyRows(f"{table.name} has {len(table.rows)} rows, a sheet takes {MOST_ROWS}")
    sheet = workbook.add_worksheet(table.title)
    head = workbook.add_format({"bold": True, "bottom": 1})
    looks = {
        kind: workbook.add_format({"num_format": look, "valign": "top"}) for kind, look in _LOOKS.items()
    }
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    for position, column in enumerate(table.columns):
        sheet.write_string(0, position, column.name, head)
        width = _width(table, position)
        sheet.set_column(position, position, min(width, _WIDEST), wrapped if width > _WIDEST else None)
    for number, row in enumerate(table.rows, start=1):
        _write_row(sheet, number, table.columns, row, looks)
    named = table.header[:2] == ("axis", "place")  # what a row is about stays in sight
    sheet.freeze_panes(1, 2 if named else 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _write_row(
    sheet: Worksheet,
    number: int,
    columns: tuple[Column, ...],
    row: tuple[Cell, ...],
    looks: Mapping[str, Format],
) -> None:
    for position, (column, value) in enumerate(zip(columns, row, strict=True)):
        if value is None:
            continue
        if isinstance(value, date):
            sheet.write_datetime(number, position, value, looks["day"])
        elif column.type in (ColumnType.INTEGER, ColumnType.NUMBER):
            look = looks["whole" if float(value).is_integer() else "part"]
            sheet.write_number(number, position, float(value), look)
        else:
            sheet.write_string(number, position, str(value)[:_LONGEST_TEXT])


def _width(table: Table, position: int) -> int:
    """Wide enough for the header and the first rows: all of them would cost more than it is worth."""
    values = [str(row[position] or "") for row in table.rows[:200]]
    return max(len(text) for text in [table.header[position], *values]) + 2
