"""What the people of a pilot did: the queries.

Counts come from the daily counts, which stay small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Integer, case, func, insert, select, text

from coil_bridge.evaluation.packed_events import pack
from coil_bridge.evaluation.records import POSTS, DayCount, Event, EventKind, EventSource, Member
from coil_bridge.storage import event_blocks
from coil_bridge.storage.event_tables import (
    actor,
    event_day,
    event_pilot,
    reply,
    seen_record,
)
from coil_bridge.storage.writes import insert_new, upsert_all

if TYPE_CHECKING:
    from coil_bridge.evaluation.packed_events import Events as Packed

_ACTOR_KEY = ("pilot_id", "pairing_id", "course_id", "pseudonym")
_KEYS_AT_ONCE = 500
_PARTITION = "CREATE TABLE event_day_p{0:d} PARTITION OF event_day FOR VALUES IN ({0:d})"


class Events:
    """Actors and what they did, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def number_of(self, pilot_id: str) -> int | None:
        """A pilot's number in the rows of events; ``None`` while it has none."""
        query = select(event_pilot.c.no).where(event_pilot.c.pilot_id == pilot_id)
        return self._connection.execute(query).scalar_one_or_none()

    def make_number(self, pilot_id: str) -> int:
        """A pilot's number, given to it now if it has none."""
        found = self.number_of(pilot_id)
        if found is not None:
            return found
        insert_new(self._connection, event_pilot, {"pilot_id": pilot_id}, key=("pilot_id",))
        number = self.number_of(pilot_id)
        if number is None:
            raise RuntimeError("the number that was just given is not there")
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text(_PARTITION.format(number)))
        return number

    def put_actors(self, pilot_id: str, members: Sequence[Member]) -> None:
        """Give people numbers; whose part has changed keeps the number."""
        rows = [
            {
                "pilot_id": pilot_id,
                "pairing_id": member.pairing_id,
                "course_id": member.course_id,
                "pseudonym": member.pseudonym,
                "part": member.part,
            }
            for member in members
        ]
        upsert_all(self._connection, actor, rows, key=_ACTOR_KEY)

    def actors(self, pilot_id: str, pairing_id: str, course_id: str) -> dict[str, int]:
        """The numbers of the people of one course, by pseudonym."""
        query = select(actor.c.pseudonym, actor.c.no).where(
            actor.c.pilot_id == pilot_id, actor.c.pairing_id == pairing_id, actor.c.course_id == course_id
        )
        return {row.pseudonym: row.no for row in self._connection.execute(query)}

    def append(self, number: int, source: EventSource, events: Sequence[int] | Packed) -> None:
        """Append packed events to those of a pilot, by its number."""
        event_blocks.append(self._connection, number, source, events)

    def add_records(self, pilot_id: str, pairing_id: str, course_id: str, events: Sequence[Event]) -> int:
        """Store what is not there yet, some hundreds at most; how many were new.

        Events by somebody who is no actor of the course are not stored.
        """
        number = self.make_number(pilot_id)
        actors = self.actors(pilot_id, pairing_id, course_id)
        known = [each for each in events if each.pseudonym in actors]
        new = self._unseen(number, {each.source_key: each for each in known})
        self.append(number, EventSource.RECORDS, [_packed(actors[each.pseudonym], each) for each in new])
        self._add_replies(number, actors, known)
        return len(new)

    def day_counts(self, pilot_id: str) -> Iterator[DayCount]:
        """How much each person of a pilot wrote on each day, in the order of pairing, course and person."""
        keys = (actor.c.pairing_id, actor.c.course_id, actor.c.pseudonym, event_day.c.day)
        replies = case((event_day.c.kind == EventKind.FORUM_REPLY, event_day.c.n), else_=0)
        query = (
            select(
                *keys,
                func.sum(event_day.c.n, type_=Integer).label("posts"),
                func.sum(replies, type_=Integer).label("replies"),
            )
            .join(actor, actor.c.no == event_day.c.actor)
            .join(event_pilot, event_pilot.c.no == event_day.c.pilot_no)
            .where(event_pilot.c.pilot_id == pilot_id, event_day.c.kind.in_(sorted(POSTS)))
            .group_by(*keys)
            .order_by(*keys)
        )
        for row in self._connection.execute(query.execution_options(yield_per=1000)).mappings():
            yield DayCount(**(dict(row) | {"day": date.fromordinal(row["day"])}))

    def _unseen(self, number: int, events: Mapping[str, Event]) -> list[Event]:
        """Those whose key was not there, which it is now."""
        keys = list(events)
        seen: set[str] = set()
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = seen_record.c.key.in_(keys[start : start + _KEYS_AT_ONCE])
            query = select(seen_record.c.key).where(seen_record.c.pilot_no == number, some)
            seen.update(self._connection.execute(query).scalars())
        new = [each for key, each in events.items() if key not in seen]
        if new:
            rows = [{"pilot_no": number, "key": each.source_key} for each in new]
            self._connection.execute(insert(seen_record), rows)
        return new

    def _add_replies(self, number: int, actors: Mapping[str, int], events: Sequence[Event]) -> None:
        answers = {each.reply_key: each for each in events if each.reply_key and each.reply_to in actors}
        keyed = {key: _keyed(each, key) for key, each in answers.items()}
        rows = [
            {
                "pilot_no": number,
                "from_actor": actors[each.pseudonym],
                "to_actor": actors[each.reply_to or ""],
                "day": each.day.toordinal(),
            }
            for each in self._unseen(number, keyed)
        ]
        if rows:
            self._connection.execute(insert(reply), rows)


def _keyed(event: Event, key: str) -> Event:
    return Event(key, event.pseudonym, event.kind, event.minute, event.day, reply_to=event.reply_to)


def _packed(actor_no: int, event: Event) -> int:
    return pack(actor_no, event.minute, event.day.toordinal(), event.kind)
