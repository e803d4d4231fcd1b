"""Storing and reading events, packed into blocks (decision 15).

A row for each event cost a database, its driver and Python more than all the rest of reading a log, and what
needs single events needs millions at once. So what comes together is stored together: the events of one pilot
from one source, as integers of eight bytes in one value (``evaluation.packed_events``). The daily counts are
kept in the same transaction; they answer what is asked often. Whoever takes events away goes through the
pilot's blocks.

numpy is imported where it is used: a web process that never looks into events stays small without.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select, update

from coil_bridge.evaluation.packed_events import actors_of, beginnings, day_key, opened_day_key
from coil_bridge.evaluation.records import EventSource
from coil_bridge.storage.event_tables import event_block

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from coil_bridge.evaluation.packed_events import Events

_AT_ONCE = 16  # blocks in memory
_KEYS_AT_ONCE = 4_000  # daily counts; as objects they need several times their room
_COUNT_SQLITE = """
    INSERT INTO event_day (pilot_no, actor, day, kind, n) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (pilot_no, actor, day, kind) DO UPDATE SET n = n + excluded.n
"""
_COUNT_POSTGRESQL = """
    INSERT INTO event_day (pilot_no, actor, day, kind, n)
    SELECT %s::int, * FROM unnest(%s::int[], %s::int[], %s::smallint[], %s::int[])
    ON CONFLICT (pilot_no, actor, day, kind) DO UPDATE SET n = event_day.n + excluded.n
"""
_NONE_LEFT = "DELETE FROM event_day WHERE pilot_no = {0} AND n <= 0"


def append(
    connection: Connection, pilot_no: int, source: EventSource, events: Sequence[int] | Events
) -> None:
    """Store events of a pilot that has a number, and count them; some ten thousand at once are best."""
    import numpy as np  # noqa: PLC0415 - see above

    packed = np.asarray(events, "<i8")
    if not len(packed):
        return
    row = {"pilot_no": pilot_no, "source": source, "packed": packed.tobytes()}
    connection.execute(insert(event_block), row)
    _count(connection, pilot_no, packed, 1)


def read(connection: Connection, pilot_no: int) -> Iterator[bytes]:
    """The blocks of a pilot, in the order in which they were written."""
    for row in _blocks(connection, pilot_no, None):
        yield row.packed


def find(
    connection: Connection,
    pilot_no: int,
    wanted: Callable[[Events], NDArray[np.bool_]],
    source: EventSource | None = None,
) -> Iterator[Events]:
    """The events of which ``wanted`` says so, block by block; of one source or of all."""
    import numpy as np  # noqa: PLC0415 - see above

    for row in _blocks(connection, pilot_no, source):
        events = np.frombuffer(row.packed, "<i8")
        yield events[wanted(events)]


def take_out(
    connection: Connection,
    pilot_no: int,
    unwanted: Callable[[Events], NDArray[np.bool_]],
    source: EventSource | None = None,
) -> int:
    """Take away the events of which ``unwanted`` says so, with their counts; how many they were."""
    import numpy as np  # noqa: PLC0415 - see above

    taken = 0
    for row in _blocks(connection, pilot_no, source):
        events = np.frombuffer(row.packed, "<i8")
        theirs = unwanted(events)
        if not theirs.any():
            continue
        taken += int(theirs.sum())
        mine = event_block.c.no == row.no
        kept = events[~theirs]
        if len(kept):
            connection.execute(update(event_block).where(mine).values(packed=kept.tobytes()))
        else:
            connection.execute(delete(event_block).where(mine))
        _count(connection, pilot_no, events[theirs], -1)
    if taken:
        connection.exec_driver_sql(_NONE_LEFT.format(int(pilot_no)))
    return taken


def by(actors: Collection[int]) -> Callable[[Events], NDArray[np.bool_]]:
    """Whether events are some people's."""
    import numpy as np  # noqa: PLC0415 - see above

    numbers = np.fromiter(actors, "<i8", len(actors))
    return lambda events: np.isin(actors_of(events), numbers)


def _blocks(connection: Connection, pilot_no: int, source: EventSource | None) -> Iterator[Any]:
    """Number and bytes of each block; it may be changed while it is at hand."""
    mine = [event_block.c.pilot_no == pilot_no]
    if source is not None:
        mine.append(event_block.c.source == source)
    query = select(event_block.c.no).where(*mine).order_by(event_block.c.no)
    numbers = connection.execute(query).scalars().all()
    for start in range(0, len(numbers), _AT_ONCE):
        some = event_block.c.no.in_(numbers[start : start + _AT_ONCE])
        query = select(event_block.c.no, event_block.c.packed).where(some).order_by(event_block.c.no)
        yield from connection.execute(query).all()


def _count(connection: Connection, pilot_no: int, events: Events, times: int) -> None:
    """Add to the daily counts.

    By the driver's own bulk way, around which SQLAlchemy costs more than the database does. In the order of
    the key: neighbours are written together, and two writers never wait for each other in a circle.
    """
    import numpy as np  # noqa: PLC0415 - see above

    keys = np.sort(day_key(events))
    first = beginnings(np, keys)
    counts = np.diff(first, append=len(keys)) * times
    for start in range(0, len(first), _KEYS_AT_ONCE):
        some = slice(start, start + _KEYS_AT_ONCE)
        columns = [each.tolist() for each in (*opened_day_key(keys[first[some]]), counts[some])]
        _add_counts(connection, pilot_no, columns)


def _add_counts(connection: Connection, pilot_no: int, columns: Sequence[list[int]]) -> None:
    """Columns of actors, days, kinds and how many more."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        driver.executemany(_COUNT_SQLITE, zip(repeat(pilot_no), *columns))
    else:
        # As text: the driver takes five times as long over a list, each number of which could be anything.
        texts = ["{" + ",".join(map(str, column)) + "}" for column in columns]
        driver.execute(_COUNT_POSTGRESQL, [pilot_no, *texts])
