"""A page of a Moodle's activity log, as the plugin local_coilbridge hands it over.

Columns instead of records: a million rows pass through here, and an object for each would cost more than
all the rest of reading them. The database groups the rows by event and packs their numbers, six a row, into
one list; that travels as JSON, compressed. How is nobody's business outside this module: decision 0014
tells what was measured.
"""

from __future__ import annotations

import base64
import json
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, field
from itertools import repeat

LARGEST_PAGE = 100_000  # rows; the plugin caps a page itself, by rows and by bytes
_LARGEST = 64 * 1024 * 1024  # bytes when unpacked; more than the plugin ever sends
_PIECE = 64 * 1024  # characters whose numbers are objects at a time
NUMBERS = ("id", "course", "user", "time", "related", "module")


class DataUnreadable(ValueError):
    """Packed data are not what the plugin writes."""


@dataclass(frozen=True)
class LogPage:
    """Rows of the log in parallel sequences, in no particular order within the page.

    ``times`` are Unix seconds; ``events`` are indexes into ``event_names``; ``related`` (the person acted
    upon) and ``modules`` (course-module id) are 0 where there is none. ``cursor`` is the ``after_id`` of the
    next page even where rows were left out, and never less than the one asked with. ``complete`` says that
    nothing more is to be had now; with ``held_back`` there are rows younger than a few seconds, which come
    later because ids are given before rows can be seen. ``refused`` names the courses asked for that the
    service account may not read, with the reason ("unknown", "closed", "capability", "groups").

    ``reader`` is the log store that the ids belong to: a cursor means nothing in another one. ``newest`` is
    the highest id visible in it; less than a stored cursor means that the log was restored or emptied.
    """

    ids: Sequence[int]
    courses: Sequence[int]
    users: Sequence[int]
    times: Sequence[int]
    events: Sequence[int]
    related: Sequence[int]
    modules: Sequence[int]
    event_names: Sequence[str]
    anonymous_left_out: int
    cursor: int
    complete: bool
    impersonated_left_out: int = 0
    held_back: bool = False
    reader: str = ""
    newest: int = 0
    refused: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class FactPage:
    """Facts of one kind in columns by name; see the plugin's ``facts.php`` for what each column says.

    ``cursor``, ``complete`` and ``refused`` as in LogPage.
    """

    columns: Mapping[str, Sequence[int]]
    cursor: int
    complete: bool
    refused: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.columns["id"])


def unpack_log(data: str) -> tuple[dict[str, array[int]], list[str]]:
    """Return the columns by name, with ``event``, and the event names. Raises DataUnreadable.

    Piece by piece into arrays: the numbers of a whole page as objects would take six times the room.
    """
    columns = {name: array("q") for name in (*NUMBERS, "event")}
    names: list[str] = []
    try:
        for name, numbers in _groups(_unzipped(data).decode()):
            _spread(columns, NUMBERS, numbers)
            columns["event"].extend(repeat(len(names), len(numbers) // len(NUMBERS)))
            names.append(str(name))
    except (ValueError, TypeError, OverflowError) as error:
        raise DataUnreadable(type(error).__name__) from error
    return columns, names


def unpack_facts(data: str) -> dict[str, list[int]]:
    """Return the columns by name. Raises DataUnreadable."""
    try:
        packed = json.loads(_unzipped(data))
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


def flat(columns: Mapping[str, Sequence[int]], names: Sequence[str] = NUMBERS) -> list[int]:
    """Return the columns as one list, row after row."""
    rows: Iterable[tuple[int, ...]] = zip(*(columns[name] for name in names), strict=True)
    return [number for row in rows for number in row]


def _unzipped(data: str) -> bytes:
    unzip = zlib.decompressobj()
    try:
        text = unzip.decompress(base64.b64decode(data, validate=True), _LARGEST)
    except zlib.error as error:
        raise ValueError("not compressed") from error
    if not unzip.eof:
        raise ValueError("cut off or too large")
    return text


def _groups(text: str) -> Iterator[tuple[str, array[int]]]:
    """The groups of a page one after the other: a list of pairs as ``pack`` writes it, without spaces."""
    if text == "[]":
        return
    decoder, at, ending = json.JSONDecoder(), 0, "["
    while ending != "]" and at < len(text):
        if not text.startswith('["', at + 1):
            raise ValueError("not a list of groups")
        name, at = decoder.raw_decode(text, at + 2)
        end = text.index("]", at)
        if not text.startswith(",[", at):
            raise ValueError("a name without numbers")
        yield name, _numbers(text, at + 2, end)
        at, ending = end + 2, text[end + 2 : end + 3]
        if text[end + 1 : end + 2] != "]" or ending not in {",", "]"}:
            raise ValueError("not a list of groups")
    if at + 1 != len(text):
        raise ValueError("more or less than a list of groups")


def _numbers(text: str, at: int, end: int) -> array[int]:
    """The numbers between two places, separated by commas."""
    numbers = array("q")
    while at < end:
        comma = text.find(",", min(at + _PIECE, end), end)
        until = end if comma < 0 else comma
        numbers.extend(_integers(json.loads(f"[{text[at:until]}]")))
        at = until + 1
    return numbers


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
