"""The rows of an attendance file that tell of somebody's stay, whatever the language of its headings.

A file holds blocks: headings, then rows with times. A block of one row with another block behind it is about
the meeting itself (Zoom). Somebody who stands in several blocks is told of by the last, which has every stay
(Teams). The columns of times are the two neighbours that differ most from row to row, so the meeting's own
begin and end, repeated in every row, are not taken for somebody's. Other lines of a block with people are
about somebody as well, only that no time of coming can be read in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from connectors.local_times import looks_like_a_time
from connectors.tables import NoTable, Table

# Behind a name, or behind a heading: "Name (original name)" of Zoom.
_BEHIND = re.compile(r"(?<!\s)\s*[(（]([^()（）]*)[)）]\s*$")
_FEWEST_HEADINGS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A stay as it is written; ``original`` is what stood in brackets behind the name."""

    line: int
    name: str
    original: str
    email: str
    joined: str
    left: str
    in_utc: bool

    @property
    def whose(self) -> str:
        """Who is meant, within this file."""
        return (self.email or self.name).casefold()


@dataclass(frozen=True, slots=True)
class Lines:
    """The stays of a table, in its order, and the lines without a time."""

    rows: list[Row]
    unread: list[int]


@dataclass(slots=True)
class _Block:
    headings: list[str]
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)


def lines_of(table: Table) -> Lines:
    """What the lines of a table tell.

    Raises:
        NoTable: it has none.
    """
    blocks = _blocks(table)
    people = [block for block in blocks if len(block.rows) > 1 or block is blocks[-1]]
    found: dict[str, list[Row]] = {}
    for block in people:
        told: dict[str, list[Row]] = {}
        for row in _stays(block):
            told.setdefault(row.whose, []).append(row)
        found |= told
    if not found:
        # "Show unique users" of Zoom: name (original name), total duration (minutes).
        totals = any(block.rows or sum(map(_in_brackets, block.headings)) > 1 for block in blocks)
        raise NoTable("only_totals" if totals else "no_attendance")
    rows = sorted((row for rows in found.values() for row in rows), key=lambda row: row.line)
    # What has no headings is about the meeting (Teams).
    return Lines(rows, [line for block in people if block.headings for line in block.unread])


def _blocks(table: Table) -> list[_Block]:
    blocks = [_Block([])]
    for line, cells in enumerate(table, 1):
        row = [cell.strip().strip('"').strip() for cell in cells]
        while row and not row[-1]:
            row.pop()
        if any(map(looks_like_a_time, row)):
            blocks[-1].rows.append((line, row))
        elif _is_headings(row):
            blocks.append(_Block(row))
        elif blocks[-1].headings and len(list(filter(None, row))) > 1:  # a section's title has one cell
            blocks[-1].unread.append(line)
    return blocks


def _is_headings(row: Sequence[str]) -> bool:
    """Somebody who never came in has gaps, and may have an address."""
    return len(row) >= _FEWEST_HEADINGS and all(row) and not any("@" in cell for cell in row)


def _stays(block: _Block) -> Iterator[Row]:
    width = max((len(row) for _, row in block.rows), default=0)
    rows = [(line, row + [""] * (width - len(row))) for line, row in block.rows]
    place = _place_of_times([row for _, row in rows], width)
    if place is None:
        yield from _comings_and_goings(block, rows)
        return
    names = _place_of_names(block.headings, [row[:place] for _, row in rows]) if place else width
    for line, row in rows:
        if not looks_like_a_time(row[place]):
            block.unread.append(line)
        else:
            # What stands before the name is about the meeting, such as its host's name and address.
            yield _row(block, line, [*row, ""][names:], joined=row[place], left=row[place + 1])


def _place_of_times(rows: Sequence[Sequence[str]], width: int) -> int | None:
    """Where somebody's coming stands; the going is behind it, and may be missing."""
    best, most = None, 0
    for place in range(width - 1):
        pairs = {
            (row[place], row[place + 1])
            for row in rows
            if looks_like_a_time(row[place]) and looks_like_a_time(row[place + 1])
        }
        if pairs and len(pairs) >= most:
            best, most = place, len(pairs)
    return best


def _place_of_names(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Of the columns before the times the one whose heading says "(original name)", in whatever language.

    Where none does, the first with the most different words: in the list of a webinar "Yes" stands before
    the name.
    """
    told = [{cell for cell in column if _is_word(cell)} for column in zip(*rows, strict=True)]
    marked = [place for place, heading in enumerate(headings[: len(told)]) if _in_brackets(heading)]
    for place in reversed(marked):
        if told[place]:
            return place
    return max(range(len(told)), key=lambda place: (len(told[place]), -place))


def _in_brackets(heading: str) -> bool:
    return _BEHIND.search(heading) is not None


def _is_word(cell: str) -> bool:
    letters = any(each.isalpha() for each in cell)
    return letters and "@" not in cell and not looks_like_a_time(cell)


def _comings_and_goings(block: _Block, rows: Sequence[tuple[int, list[str]]]) -> Iterator[Row]:
    """Teams at first: a line when somebody came, and one when somebody went."""
    inside: dict[str, tuple[int, list[str]]] = {}
    for line, row in rows:
        if len(row) != _FEWEST_HEADINGS or not looks_like_a_time(row[-1]):
            block.unread.append(line)
            continue
        came = inside.pop(row[0], None)
        if came is None:
            inside[row[0]] = (line, row)
        else:
            yield _row(block, came[0], row, joined=came[1][-1], left=row[-1])
    for line, row in inside.values():
        yield _row(block, line, row, joined=row[-1], left="")


def _row(block: _Block, line: int, row: Sequence[str], *, joined: str, left: str) -> Row:
    """A row from the name on."""
    name = row[0]
    behind = _BEHIND.search(name)
    return Row(
        line=line,
        name=_BEHIND.sub("", name),
        original=behind[1] if behind else "",
        email=next((cell for cell in row if "@" in cell and " " not in cell), ""),
        joined=joined,
        left=left,
        in_utc=any("utc" in each.casefold() for each in block.headings),
    )
