"""Looking for single events, and taking some away again: the queries.

Both read a pilot's events from one end to the other, so they are for what is rare: a course that was
restored with its log, posts that turn out to be known twice, a file that the log itself replaces.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, select, update

from coil_bridge.evaluation.records import POSTS, EventSource
from coil_bridge.storage import event_blocks
from coil_bridge.storage.event_tables import EventRow, event, event_day

_ACTORS_AT_ONCE = 500


class EventChanges:
    """Comparing and removing events of one pilot, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def like(self, pilot_no: int, rows: Sequence[EventRow]) -> dict[tuple[int, int, int], int]:
        """How many events are stored of each (actor, kind, minute) around these rows, whoever told."""
        found: dict[tuple[int, int, int], int] = {}
        if not rows:
            return found
        minutes = [row[3] for row in rows]
        keys = (event.c.actor, event.c.kind, event.c.minute)
        for some in _parts({row[1] for row in rows}):
            query = select(*keys, func.count()).where(
                event.c.pilot_no == pilot_no,
                event.c.actor.in_(some),
                event.c.minute.between(min(minutes), max(minutes)),
            )
            for actor, kind, minute, count in self._connection.execute(query.group_by(*keys)):
                found[actor, kind, minute] = count
        return found

    def has_posts_of(self, pilot_no: int, actors: Collection[int]) -> bool:
        """Whether posts of these people are known from the forums themselves."""
        query = select(event.c.actor).where(
            event.c.pilot_no == pilot_no,
            event.c.source == EventSource.RECORDS,
            event.c.kind.in_(sorted(POSTS)),
        )
        return not set(actors).isdisjoint(self._connection.execute(query.distinct()).scalars())

    def forget(
        self,
        pilot_no: int,
        actors: Collection[int],
        source: EventSource,
        *,
        minutes: tuple[int, int] | None = None,
        posts_only: bool = False,
    ) -> int:
        """Take away what one source told of these people, from a first to a last minute; how many."""
        conditions = [event.c.pilot_no == pilot_no, event.c.source == source]
        if minutes:
            conditions.append(event.c.minute.between(*minutes))
        if posts_only:
            conditions.append(event.c.kind.in_(sorted(POSTS)))
        return sum(
            self._forget(pilot_no, and_(*conditions, event.c.actor.in_(some))) for some in _parts(actors)
        )

    def _forget(self, pilot_no: int, condition: ColumnElement[bool]) -> int:
        keys = (event.c.actor, event.c.day, event.c.kind)
        query = select(*keys, func.count().label("n")).where(condition).group_by(*keys)
        counts = [row._asdict() for row in self._connection.execute(query)]
        if not counts:
            return 0
        self._connection.execute(delete(event).where(condition))
        event_blocks.renew(self._connection, pilot_no, {each["actor"] for each in counts})
        mine = and_(
            event_day.c.pilot_no == pilot_no,
            *(event_day.c[name] == bindparam(f"the_{name}") for name in ("actor", "day", "kind")),
        )
        fewer = update(event_day).where(mine).values(n=event_day.c.n - bindparam("less"))
        rows = [
            {"the_actor": each["actor"], "the_day": each["day"], "the_kind": each["kind"], "less": each["n"]}
            for each in counts
        ]
        self._connection.execute(fewer, rows)
        self._connection.execute(
            delete(event_day).where(event_day.c.pilot_no == pilot_no, event_day.c.n <= 0)
        )
        return sum(each["n"] for each in counts)


def _parts(actors: Collection[int]) -> list[list[int]]:
    ordered = sorted(actors)
    return [ordered[start : start + _ACTORS_AT_ONCE] for start in range(0, len(ordered), _ACTORS_AT_ONCE)]
