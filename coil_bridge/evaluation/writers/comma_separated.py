"""CSV as RFC 4180 has it: CRLF, quotes doubled, one header line; UTF-8.

It starts with a byte order mark. The RFC does not know one, but without it the spreadsheet most people
open the file with reads Serbian, Kazakh and Chinese names as the local code page; pandas and R skip it.

Text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection):
titles of pairings are typed by people. Text with a semicolon or a tab stands in quotes, though the RFC asks
for none: LibreOffice offers to divide columns at these, too.
"""

from __future__ import annotations

import re

from coil_bridge.evaluation.dataset import Cell, Table

MEDIA_TYPE = "text/csv; charset=utf-8"
_QUOTE = '"'
_IN_QUOTES = re.compile(r'[",;\t\r\n]')
# Full-width signs count too: some spreadsheets take them for the plain ones. So do signs after blanks.
_FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")


def write_csv(table: Table) -> bytes:
    """The table as a file; dates as ISO 8601, nothing where there is no value."""
    lines = (",".join(map(_field, row)) for row in (table.header, *table.rows))
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig")


def _field(value: Cell) -> str:
    if not isinstance(value, str):
        return "" if value is None else str(value)
    text = defused(value)
    return f'"{text.replace(_QUOTE, _QUOTE * 2)}"' if _IN_QUOTES.search(text) else text


def defused(text: str) -> str:
    """The text, with an apostrophe in front if a spreadsheet would run it as a formula."""
    text = text.replace("\0", "")
    return f"'{text}" if _FORMULA.match(text) else text
