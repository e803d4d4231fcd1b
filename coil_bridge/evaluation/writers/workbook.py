"""XLSX (ISO/IEC 29500) by XlsxWriter: a sheet a table, typed cells, the header frozen, filtered and printed.

Text is always written as text, never looked at: a title that starts with "=" stays a title. XlsxWriter
dates the parts of the archive itself with a constant, so the bytes depend on the data and on ``made_at``.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from datetime import UTC, date
from typing import TYPE_CHECKING

from coil_bridge.evaluation.dataset import Cell, Column, ColumnType, Dataset, Table
from coil_bridge.evaluation.writers.columns import letters_wide

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_575  # a sheet's 1,048,576 without the header
_LONGEST_TEXT = 32_767
_WIDEST = 50  # in the width of a digit; longer texts go on in the next line
_LETTER, _EAST_ASIAN = 0.93, 2.2  # how wide they are, in that of a digit
_LINE, _EAST_ASIAN_LINE = 15, 18  # points
_LONGEST_HEADER = 100
_A4 = 9
_MARGIN = 0.4  # inches
_NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER)


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
        looks = _looks(workbook)
        for table in dataset.tables:
            _Sheet(workbook, table, looks).write(dataset.title)
    return buffer.getvalue()


def _looks(workbook: Workbook) -> dict[str, Format]:
    """How cells look; a number keeps away from the text in the next column."""
    number = {"align": "right", "indent": 1}
    head = {"bold": True, "bottom": 1}
    looks: dict[str, dict[str, object]] = {
        "head": {**head},
        "number head": {**head, **number},
        "text": {"valign": "top"},
        "wrapped": {"valign": "top", "text_wrap": True},
        "day": {"valign": "top", "num_format": "yyyy-mm-dd"},
        "whole": {"valign": "top", "num_format": "#,##0", **number},
        "part": {"valign": "top", "num_format": "#,##0.00", **number},
    }
    return {kind: workbook.add_format(look) for kind, look in looks.items()}


class _Sheet:
    """A table on its way into a sheet."""

    def __init__(self, workbook: Workbook, table: Table, looks: Mapping[str, Format]) -> None:
        """Make an empty sheet.

        Raises:
            TooManyRows: the table has more rows than a sheet takes.
        """
        if len(table.rows) > MOST_ROWS:
            raise TooManyRows(f"{table.name} has {len(table.rows)} rows, a sheet takes {MOST_ROWS}")
        self._table = table
        self._looks = looks
        self._sheet: Worksheet = workbook.add_worksheet(table.title)
        self._wrapped: set[int] = set()
        self._mixed = "unit" in table.header  # each row has its own

    def write(self, title: str) -> None:
        """Fill it; ``title`` is the whole file's, for print."""
        for position, column in enumerate(self._table.columns):
            head = "number head" if column.type in _NUMBERS else "head"
            self._sheet.write_string(0, position, column.name, self._looks[head])
            width = _width(self._table, position)
            self._sheet.set_column(position, position, min(width, _WIDEST), self._looks["text"])
            if width > _WIDEST:
                self._wrapped.add(position)
        for number, row in enumerate(self._table.rows, start=1):
            self._write_row(number, row)
        self._lay_out(title)

    def _write_row(self, number: int, row: tuple[Cell, ...]) -> None:
        for position, (column, value) in enumerate(zip(self._table.columns, row, strict=True)):
            if value is None:
                continue
            if isinstance(value, date):
                self._sheet.write_datetime(number, position, value, self._looks["day"])
            elif column.type in _NUMBERS:
                self._sheet.write_number(number, position, float(value), self._look(column, float(value)))
            else:
                look = self._looks["wrapped" if position in self._wrapped else "text"]
                self._sheet.write_string(number, position, str(value)[:_LONGEST_TEXT], look)
        height = max([_height(str(row[position] or "")) for position in self._wrapped], default=0)
        if height > _LINE:  # not every program works it out by itself
            self._sheet.set_row(number, height)

    def _look(self, column: Column, value: float) -> Format:
        """Numbers of one unit have as many places in every row."""
        whole = column.type is ColumnType.INTEGER or (self._mixed and value.is_integer())
        return self._looks["whole" if whole else "part"]

    def _lay_out(self, title: str) -> None:
        """What stays in sight on the screen, and how it is printed."""
        named = self._table.header[:2] == ("axis", "place")  # what a row is about
        self._sheet.freeze_panes(1, 2 if named else 0)
        self._sheet.autofilter(0, 0, len(self._table.rows), len(self._table.columns) - 1)
        self._sheet.repeat_rows(0)
        self._sheet.set_landscape()
        self._sheet.set_paper(_A4)
        self._sheet.set_margins(_MARGIN, _MARGIN, 0.75, 0.6)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.set_header(f"&L{title[:_LONGEST_HEADER].replace('&', '&&')}&R&A")
        self._sheet.set_footer("&R&P / &N")


def _height(text: str) -> int:
    """How high a row has to be for it, in points."""
    far = letters_wide(text) - len(text)  # East Asian letters, which count twice
    lines = [
        (len(line) * _LETTER + (letters_wide(line) - len(line)) * (_EAST_ASIAN - _LETTER)) / _WIDEST
        for line in text.splitlines()
    ]
    return (_EAST_ASIAN_LINE if far else _LINE) * sum(max(math.ceil(each), 1) for each in lines)


def _width(table: Table, position: int) -> int:
    """Wide enough for the header and the first rows: all of them would cost more than it is worth."""
    values = [str(row[position] or "") for row in table.rows[:200]]
    return max(letters_wide(text) for text in [f"{table.header[position]}  ", *values]) + 2
