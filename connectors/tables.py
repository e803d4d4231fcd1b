"""Tables out of files that people upload: CSV in any encoding, XLSX, ODS, JSON, HTML. Cells come as text.

Nothing of a file is believed: sizes are looked at before anything is unpacked, workbooks and HTML are read in
a process of their own (``apart``), and what is no table is said so.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from html.parser import HTMLParser
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from connectors.apart import TookTooMuch, apart

LARGEST_FILE = 30 * 1024 * 1024
_LARGEST_UNPACKED = 300 * 1024 * 1024
_MOST_ROWS = 500_000
_MOST_MEMBERS = 500
_SECONDS = 60.0
_MEGABYTES = 2048

_WESTERN = ("cp1252", "latin-1")  # the second takes the five bytes that the first has not
_CODE_PAGES = ("cp1250", "cp1251", "gb18030")

Table = list[list[str]]


class NoTable(ValueError):
    """A file is none that can be read; ``code`` says why: too_large, not_readable, empty, pdf."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_table(data: bytes) -> Table:
    """The first table of a file, whatever its kind, told by its first bytes.

    Raises:
        NoTable: it is too large, of another kind, or damaged.
    """
    if len(data) > LARGEST_FILE:
        raise NoTable("too_large")
    if data[:5] == b"%PDF-":
        raise NoTable("pdf")
    if data[:4] == b"PK\x03\x04":
        rows = _workbook(data)
    else:
        text = decode(data)
        start = text.lstrip()[:1]
        if start in "[{" and start:
            rows = _json(text)
        elif start == "<":
            rows = _apart(html_rows, text.encode("utf-8"))
        else:
            rows = [row for row in delimited(text) if row]
    if len(rows) > _MOST_ROWS:
        raise NoTable("too_large")
    if not rows:
        raise NoTable("empty")
    return rows


def decode(data: bytes) -> str:
    """Text of bytes in UTF-8, in UTF-16 (as Teams writes), or in the Windows code page of the west.

    Other code pages cannot be told from that one: ``in_other_code_pages``.

    Raises:
        NoTable: it is no text.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: Sequence[str] = ("utf-16",)
    elif b"\0" in data[:200]:
        encodings = ("utf-16-le",)
    else:
        encodings = ("utf-8-sig", *_WESTERN)
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NoTable("not_readable")


def in_other_code_pages(text: str) -> Iterator[str]:
    """What a text can be whose file, saved anew in Excel, does not say that it is not in the western page."""
    for western in _WESTERN:
        with suppress(UnicodeEncodeError):
            data = text.encode(western)
            for page in _CODE_PAGES:
                with suppress(UnicodeDecodeError):
                    yield data.decode(page)
            return


def delimited(text: str) -> Table:
    """Rows of text whose cells are separated by whichever of comma, semicolon and tab is most in line one."""
    first = text[: text.find("\n") + 1] or text
    separator = max(",;\t", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error:
        raise NoTable("not_readable") from None


def _workbook(data: bytes) -> Table:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, ValueError):
        raise NoTable("not_readable") from None
    # What the archive says of itself decides before a byte is unpacked: a bomb says how large it is.
    if len(members) > _MOST_MEMBERS or sum(each.file_size for each in members) > _LARGEST_UNPACKED:
        raise NoTable("too_large")
    return _apart(sheet_rows, data)


def _apart(work: Callable[[bytes], Table | None], data: bytes) -> Table:
    try:
        rows: Table | None = apart(work, data, seconds=_SECONDS, megabytes=_MEGABYTES)
    except TookTooMuch:
        raise NoTable("too_large") from None
    if rows is None:
        raise NoTable("not_readable")
    return rows


def sheet_rows(data: bytes) -> Table | None:
    """The cells of a workbook's first sheet; ``None`` when it cannot be read."""
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=True, nrows=_MOST_ROWS + 1)
    except (CalamineError, OSError, ValueError, IndexError):
        return None
    return [[_text(cell) for cell in row] for row in rows]


def html_rows(data: bytes) -> Table:
    """The cells of every row of every table in a page (UTF-8)."""
    reader = _TableReader()
    reader.feed(data.decode("utf-8"))
    return reader.rows


def _json(text: str) -> Table:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise NoTable("not_readable") from None
    while isinstance(found, list) and len(found) == 1 and isinstance(found[0], list):
        found = found[0]  # Moodle writes a list of lists of records
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise NoTable("not_readable")
    names = list(dict.fromkeys(name for each in found for name in each))
    return [names, *([_text(each.get(name)) for name in names] for each in found)] if found else []


class _TableReader(HTMLParser):
    """Collects the cells of every row."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: Table = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: Iterable[Any]) -> None:  # noqa: ARG002 - the parent's signature
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            self.rows[-1].append("".join(self._cell).strip())
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
