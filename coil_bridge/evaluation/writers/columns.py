"""How the columns of a report's tables stand: which hold numbers, and how wide each has to be."""

from __future__ import annotations

import re
import unicodedata

from coil_bridge.evaluation.evidence_columns import UNRECORDED, UNTIMED, WITHHELD
from coil_bridge.evaluation.report_parts import Grid

_NO_NUMBER = frozenset({WITHHELD, UNRECORDED, UNTIMED, "–"})  # say why there is none
_NUMBER = re.compile(r"[+\-\u2212]?[\d\u202f]+(\.\d+)?")
_BOLD = 1.18  # a letter of a header beside one of a cell
_MARGINS = 2.0  # of a cell, in letters
_FOR_WORDS = 1.6  # the column of words has more of what is left than its length alone would give it


def numeric_columns(grid: Grid) -> frozenset[int]:
    """The columns that are set flush right: numbers, and the words that stand for a missing one."""
    return frozenset(
        column
        for column in range(len(grid.header))
        if column != grid.wide and all(_is_number(row[column]) for row in grid.rows)
    )


def column_widths(grid: Grid, width: float, letter: float) -> list[float]:
    """Widths that sum up to ``width``: no word is broken while there is room, long texts share the rest.

    ``letter`` is how wide a letter is on average, in the same unit as ``width``.
    """
    columns = [[row[column] for row in grid.rows] for column in range(len(grid.header))]
    words = [
        max([_widest_word(value) for value in cells] + [_widest_word(name) * _BOLD]) + _MARGINS
        for name, cells in zip(grid.header, columns, strict=True)
    ]
    wanted = [
        max([letters_wide(value) for value in cells] + [letters_wide(name) * _BOLD / 2]) + _MARGINS - word
        for name, word, cells in zip(grid.header, words, columns, strict=True)
    ]
    wanted = [max(each, 0.0) for each in wanted]
    wanted[grid.wide] *= _FOR_WORDS
    room = width / letter - sum(words)
    if room <= 0:
        return [width * word / sum(words) for word in words]
    if sum(wanted) <= room:
        wanted[grid.wide] += room - sum(wanted)
        return [letter * (word + more) for word, more in zip(words, wanted, strict=True)]
    whole = sum(wanted)
    return [letter * (word + room * more / whole) for word, more in zip(words, wanted, strict=True)]


def _widest_word(text: str) -> int:
    """Of what no line is broken in: East Asian letters are words of their own."""
    apart = "".join(f" {each} " if _is_wide(each) else each for each in text)
    return max([letters_wide(word) for word in apart.split()], default=0)


def letters_wide(text: str) -> int:
    """How wide a text is, in letters; East Asian ones are twice as wide."""
    return len(text) + sum(map(_is_wide, text))


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _is_number(value: str) -> bool:
    return value in _NO_NUMBER or _NUMBER.fullmatch(value) is not None
