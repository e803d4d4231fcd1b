"""A Moodle's activity log, as the plugin local_coilbridge hands it over: answers of several pages.

Columns instead of records: a million rows pass through here, and an object for each would cost more than
all the rest of reading them. The database groups the rows by event and course and packs their numbers, three
a row, into one list; that travels as JSON, compressed. Decision 0014 tells what was measured.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, MutableSequence, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ANSWER_ROWS = 105_000  # asked for at once; while they are stored the Moodle is at the next ones already
_LARGEST = 64 * 1024 * 1024  # bytes when unpacked; more than the plugin ever sends


class DataUnreadable(ValueError):
    """Packed data are not what the plugin writes."""


@dataclass(frozen=True)
class PackedPage:
    """A page as it came: ``cursor`` and counts as in LogPage, ``data`` its rows, still packed."""

    data: str = field(repr=False)
    cursor: int
    anonymous: int
    impersonated: int


@dataclass(frozen=True)
class LogAnswer:
    """What a Moodle answers to one question for its log: pages one behind the other, at least one.

    They stay packed until each one's turn comes, as unpacked they take eight times the room. ``complete``
    says that nothing more is to be had now; with ``held`` there are rows younger than a few seconds, which
    come later because ids are given before rows can be seen. ``refused`` names the courses asked for that
    the service account may not read, with the reason ("unknown", "closed", "capability", "groups").

    ``reader`` is the log store that the ids belong to: a cursor means nothing in another one. ``newest`` is
    the highest id visible in it; less than a stored cursor means that the log was restored or emptied.
    """

    pages: Sequence[PackedPage]
    reader: str
    newest: int
    complete: bool
    held: bool
    refused: Mapping[int, str] = field(default_factory=dict)

    @property
    def cursor(self) -> int:
        """The ``after_id`` of the next question."""
        return self.pages[-1].cursor


@dataclass(frozen=True)
class LogPage:
    """Rows of the log in parallel columns, in no particular order within the page.

    ``times`` are Unix seconds; ``events`` are indexes into ``event_names``. ``cursor`` is the row id up to
    which everything is told, even where rows were left out, and never less than the one asked with.
    ``reader`` and ``newest`` as in LogAnswer.
    """

    ids: NDArray[np.int64]
    courses: NDArray[np.int64]
    users: NDArray[np.int64]
    times: NDArray[np.int64]
    events: NDArray[np.int64]
    event_names: Sequence[str]
    anonymous_left_out: int
    impersonated_left_out: int
    cursor: int
    reader: str
    newest: int

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class FactPage:
    """Facts of one kind in columns by name; see the plugin's ``facts.php`` for what each column says.

    ``cursor``, ``complete`` and ``refused`` as in LogAnswer.
    """

    columns: Mapping[str, Sequence[int]]
    cursor: int
    complete: bool
    refused: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.columns["id"])


def unpack_facts(data: str) -> dict[str, list[int]]:
    """Return the columns by name. Raises DataUnreadable."""
    try:
        packed = json.loads(unzipped(data))
        names = [str(name) for name in packed["columns"]]
        columns: dict[str, list[int]] = {name: [] for name in names}
        _spread(columns, names, _integers(packed["numbers"]))
    except (ValueError, TypeError, KeyError) as error:
        raise DataUnreadable(type(error).__name__) from error
    return columns


def pack(value: object) -> str:
    """Return a value as the plugin packs it: what the simulator answers with."""
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.b64encode(zlib.compress(text, 1)).decode()


def unzipped(data: str) -> bytes:
    """What ``pack`` packed, before it is read. Raises ValueError."""
    unzip = zlib.decompressobj()
    try:
        text = unzip.decompress(base64.b64decode(data, validate=True), _LARGEST)
    except zlib.error as error:
        raise ValueError("not compressed") from error
    if not unzip.eof:
        raise ValueError("cut off or too large")
    return text


def _integers(values: list[object]) -> list[int]:
    if not set(map(type, values)) <= {int}:
        raise TypeError("not integers")
    return values  # type: ignore[return-value]  # just looked at, all at once


def _spread(
    columns: Mapping[str, MutableSequence[int]], names: Sequence[str], numbers: Sequence[int]
) -> None:
    if not names or len(numbers) % len(names):
        raise TypeError("not whole rows")
    for place, name in enumerate(names):
        columns[name].extend(numbers[place :: len(names)])
