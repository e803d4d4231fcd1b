"""A page of a Moodle's activity log, as the plugin local_coilbridge hands it over.

Columns instead of records: a million rows pass through here, and an object for each would cost more than
all the rest of reading them. How the columns travel is nobody's business outside this module; decision
0014 tells what was measured.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

LARGEST_PAGE = 50_000  # rows; the plugin caps a page itself, by rows and by bytes
_COLUMNS = ("id", "course", "user", "time", "event", "related", "module")


class LogUnreadable(ValueError):
    """The packed columns of a page are not what the plugin writes."""


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


def unpack(data: str) -> tuple[dict[str, list[int]], list[str]]:
    """Return the columns by name and the event names. Raises LogUnreadable."""
    try:
        packed = json.loads(data)
        columns = {name: _integers(packed[name]) for name in _COLUMNS}
        names = [str(name) for name in packed["events"]]
    except (ValueError, KeyError, TypeError) as error:
        raise LogUnreadable(type(error).__name__) from error
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1 or max(columns["event"], default=0) >= max(len(names), 1):
        raise LogUnreadable("columns differ in length")
    return columns, names


def _integers(column: object) -> list[int]:
    if not isinstance(column, list) or not all(type(value) is int for value in column):
        raise TypeError("not a column of integers")
    return column
