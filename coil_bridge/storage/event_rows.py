"""Appending events by the drivers' own bulk ways, with the daily counts and the blocks that belong to them.

Around an insert of fifty thousand rows SQLAlchemy costs more than the database does, so this goes to the
driver: ``executemany`` on SQLite, ``COPY`` on PostgreSQL, inside the transaction that SQLAlchemy has begun.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection

from coil_bridge.storage import event_blocks
from coil_bridge.storage.event_tables import EventRow

_COLUMNS = "pilot_no, actor, kind, minute, day, module, source"
_INSERT = f"INSERT INTO event ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
_COPY = f"COPY event ({_COLUMNS}) FROM STDIN"
_COUNT_SQLITE = """
    INSERT INTO event_day (pilot_no, actor, day, kind, n) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (pilot_no, actor, day, kind) DO UPDATE SET n = n + excluded.n
"""
_COUNT_POSTGRESQL = """
    INSERT INTO event_day (pilot_no, actor, day, kind, n)
    SELECT * FROM unnest(%s::int[], %s::int[], %s::int[], %s::smallint[], %s::int[])
    ON CONFLICT (pilot_no, actor, day, kind) DO UPDATE SET n = event_day.n + excluded.n
"""
_day_of = itemgetter(0, 1, 4, 2)


def append(connection: Connection, rows: Sequence[EventRow]) -> None:
    """Append events of pilots that have a number, and count them; some ten thousand at once are best."""
    if not rows:
        return
    # In the order of the key: neighbours in the tree are written together, and two writers never wait
    # for each other in a circle.
    counts = sorted((*key, count) for key, count in Counter(map(_day_of, rows)).items())
    if connection.dialect.name == "sqlite":
        _append_sqlite(connection, rows, counts)
    else:
        _append_postgresql(connection, rows, counts)
    event_blocks.append(connection, rows)


def _append_sqlite(
    connection: Connection, rows: Sequence[EventRow], counts: Iterable[tuple[int, ...]]
) -> None:
    driver: Any = connection.connection.driver_connection
    driver.executemany(_INSERT, rows)
    driver.executemany(_COUNT_SQLITE, counts)


def _append_postgresql(
    connection: Connection, rows: Sequence[EventRow], counts: Sequence[tuple[int, ...]]
) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        with cursor.copy(_COPY) as copy:
            copy.write("".join(map(_line, rows)))
        cursor.execute(_COUNT_POSTGRESQL, [list(column) for column in zip(*counts, strict=True)])


def _line(row: EventRow) -> str:
    pilot, actor, kind, minute, day, module, source = row
    at = r"\N" if module is None else module
    return f"{pilot}\t{actor}\t{kind}\t{minute}\t{day}\t{at}\t{source}\n"
