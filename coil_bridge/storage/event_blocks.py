"""The minutes of a pilot's events once more, packed into blocks that are read as they lie.

Time on task needs every event of a pilot. Row by row a million takes either database and its driver a
second and more; as blocks it is eight megabytes, read in hundredths. A block is written with the rows that
it repeats, in the same transaction, and whoever takes rows away renews the blocks of the people concerned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from coil_bridge.evaluation.records import EventKind
from coil_bridge.evaluation.sittings import ACTOR_BITS, DAY_BITS, MINUTE_BITS, block, opened
from coil_bridge.storage.event_tables import EventRow, event, event_block

_JOINS = frozenset({EventKind.SESSION_JOIN, EventKind.ROOM_JOIN})
_ACTORS_AT_ONCE = 500


def append(connection: Connection, rows: Sequence[EventRow]) -> None:
    """Write the blocks of rows that have just been stored, one for each pilot."""
    for number in {row[0] for row in rows}:
        # As sittings.pack does it; fifty thousand calls of a function would cost as much as the database.
        packed = [
            actor << ACTOR_BITS | minute << MINUTE_BITS | (day & 1) << DAY_BITS | (kind in _JOINS)
            for of, actor, kind, minute, day, _module, _source in rows
            if of == number
        ]
        connection.execute(insert(event_block), {"pilot_no": number, "packed": block(packed)})


def read(connection: Connection, pilot_no: int) -> Iterator[bytes]:
    """The blocks of a pilot, in the order in which they were written."""
    query = select(event_block.c.packed).where(event_block.c.pilot_no == pilot_no).order_by(event_block.c.no)
    yield from connection.execute(query).scalars()


def renew(connection: Connection, pilot_no: int, actors: Collection[int]) -> None:
    """Make the blocks agree again after events of some actors were taken away."""
    _take_out(connection, pilot_no, frozenset(actors))
    ordered = sorted(actors)
    for start in range(0, len(ordered), _ACTORS_AT_ONCE):
        some = event.c.actor.in_(ordered[start : start + _ACTORS_AT_ONCE])
        query = select(event).where(event.c.pilot_no == pilot_no, some)
        append(connection, [tuple(row) for row in connection.execute(query)])


def forget(connection: Connection, pilot_no: int) -> None:
    """Delete all blocks of a pilot, whose events go too."""
    connection.execute(delete(event_block).where(event_block.c.pilot_no == pilot_no))


def _take_out(connection: Connection, pilot_no: int, actors: frozenset[int]) -> None:
    query = select(event_block).where(event_block.c.pilot_no == pilot_no)
    for row in connection.execute(query).all():
        packed = opened(row.packed)
        kept = [each for each in packed if each >> ACTOR_BITS not in actors]
        mine = event_block.c.no == row.no
        if not kept:
            connection.execute(delete(event_block).where(mine))
        elif len(kept) < len(packed):
            connection.execute(update(event_block).where(mine).values(packed=block(kept)))
