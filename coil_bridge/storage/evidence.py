"""What the indicators are computed from, read in bulk: the queries.

The daily counts answer nearly everything. Only the time between events needs each of them: those come from
the blocks (``storage.event_blocks``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from coil_bridge.evaluation.facts import Actor, Reply, Rules, Trait
from coil_bridge.evaluation.packed_events import actors_of, kinds_of, minutes_of
from coil_bridge.evaluation.records import JOINS, Part
from coil_bridge.storage import event_blocks
from coil_bridge.storage.event_tables import actor, event_day, event_pilot, reply
from coil_bridge.storage.evidence_tables import objection, participant_trait, pilot_exclusion, pilot_rule
from coil_bridge.storage.writes import insert_new, upsert, upsert_all


class EvidenceRows:
    """A pilot's rows for the indicators, and what is said about counting them, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def actors(
        self, pilot_id: str, *, pairing_id: str | None = None, course_id: str | None = None
    ) -> list[Actor]:
        """Everybody who can have done something, in a pilot or one course of it, by number."""
        query = select(actor).where(actor.c.pilot_id == pilot_id).order_by(actor.c.no)
        if pairing_id is not None:
            query = query.where(actor.c.pairing_id == pairing_id)
        if course_id is not None:
            query = query.where(actor.c.course_id == course_id)
        return [
            Actor(row.no, row.pairing_id, row.course_id, row.pseudonym, Part(row.part))
            for row in self._connection.execute(query)
        ]

    def days(self, pilot_id: str) -> Iterator[tuple[int, int, int]]:
        """Actor, local day (``date.toordinal()``) and events of every day with any."""
        number = self._number(pilot_id)
        query = (
            select(event_day.c.actor, event_day.c.day, func.sum(event_day.c.n))
            .where(event_day.c.pilot_no == number)
            .group_by(event_day.c.actor, event_day.c.day)
        )
        yield from self._raw(query)

    def packed(self, pilot_id: str) -> Iterator[bytes]:
        """Every event as one integer, in blocks and in no order (``evaluation.packed_events``)."""
        number = self._number(pilot_id)
        if number is not None:
            yield from event_blocks.read(self._connection, number)

    def days_of(self, pilot_id: str, names: Mapping[int, str]) -> dict[str, list[int]]:
        """The local days with any event of some actors, by what each is called."""
        query = (
            select(event_day.c.actor, event_day.c.day)
            .where(event_day.c.pilot_no == self._number(pilot_id), event_day.c.actor.in_(sorted(names)))
            .distinct()
            .order_by(event_day.c.actor, event_day.c.day)
        )
        found: dict[str, list[int]] = {}
        for row in self._connection.execute(query):
            found.setdefault(names[row.actor], []).append(row.day)
        return found

    def joins(self, pilot_id: str, actors: Collection[int]) -> list[tuple[int, int]]:
        """When some actors entered rooms through the own Moodle: (actor, minute), where any did at all.

        The daily counts say whether it is worth looking through the events.
        """
        number = self._number(pilot_id)
        counted = select(event_day.c.actor).where(
            event_day.c.pilot_no == number, event_day.c.actor.in_(sorted(actors)), event_day.c.kind.in_(JOINS)
        )
        some = set(self._connection.execute(counted).scalars())
        if number is None or not some:
            return []
        theirs = event_blocks.by(some)
        return [
            (actors_of(each), minutes_of(each))
            for events in event_blocks.find(self._connection, number, theirs)
            for each in events.tolist()
            if kinds_of(each) in JOINS
        ]

    def replies(self, pilot_id: str) -> list[Reply]:
        """Who answered whom on which day, and how often."""
        keys = (reply.c.from_actor, reply.c.to_actor, reply.c.day)
        query = (
            select(*keys, func.count())
            .where(reply.c.pilot_no == self._number(pilot_id))
            .group_by(*keys)
            .order_by(*keys)
        )
        return [Reply(*row) for row in self._raw(query)]

    def last_active(self, pilot_id: str) -> dict[str, int]:
        """The last local day with any event in each course, by "pairing:course"."""
        query = (
            select(actor.c.pairing_id, actor.c.course_id, func.max(event_day.c.day).label("day"))
            .join(actor, actor.c.no == event_day.c.actor)
            .where(event_day.c.pilot_no == self._number(pilot_id))
            .group_by(actor.c.pairing_id, actor.c.course_id)
        )
        return {f"{row.pairing_id}:{row.course_id}": row.day for row in self._connection.execute(query)}

    def rules(self, pilot_id: str) -> Rules:
        """The pilot's own rules, the usual ones where it has none."""
        row = self._connection.execute(select(pilot_rule).where(pilot_rule.c.pilot_id == pilot_id)).first()
        return Rules(row.presence_percent, row.gap_minutes, row.silent_days) if row else Rules()

    def put_rules(self, pilot_id: str, rules: Rules) -> None:
        """Store a pilot's rules."""
        row = {
            "pilot_id": pilot_id,
            "presence_percent": rules.presence_percent,
            "gap_minutes": rules.gap_minutes,
            "silent_days": rules.silent_days,
        }
        upsert(self._connection, pilot_rule, row, key=("pilot_id",))

    def traits(self, pilot_id: str) -> dict[str, Trait]:
        """What partners supplied, by pseudonym."""
        query = select(participant_trait).where(participant_trait.c.pilot_id == pilot_id)
        rows = self._connection.execute(query)
        return {row.pseudonym: Trait(row.gender, row.country, row.home) for row in rows}

    def put_traits(self, pilot_id: str, traits: Mapping[str, Trait]) -> None:
        """Store what a partner supplied, over what was known."""
        rows = [
            {
                "pilot_id": pilot_id,
                "pseudonym": name,
                "gender": each.gender,
                "country": each.country,
                "home": each.home,
            }
            for name, each in traits.items()
        ]
        upsert_all(self._connection, participant_trait, rows, key=("pilot_id", "pseudonym"))

    def excluded(self, pilot_id: str) -> frozenset[str]:
        """The pseudonyms of those who are not counted."""
        query = select(pilot_exclusion.c.pseudonym).where(pilot_exclusion.c.pilot_id == pilot_id)
        return frozenset(self._connection.execute(query).scalars())

    def replace_excluded(self, pilot_id: str, pseudonyms: Collection[str]) -> None:
        """Who is not counted, all of them."""
        self._connection.execute(delete(pilot_exclusion).where(pilot_exclusion.c.pilot_id == pilot_id))
        rows = [{"pilot_id": pilot_id, "pseudonym": name} for name in sorted(pseudonyms)]
        if rows:
            self._connection.execute(insert(pilot_exclusion), rows)

    def objections(self) -> list[str]:
        """The persons who object to being counted."""
        return list(self._connection.execute(select(objection.c.person_id)).scalars())

    def objected(self, person_id: str) -> datetime | None:
        """Since when a person objects."""
        query = select(objection.c.since).where(objection.c.person_id == person_id)
        return self._connection.execute(query).scalar_one_or_none()

    def object(self, person_id: str, at: datetime) -> bool:
        """Take down an objection; whether it is a new one."""
        return insert_new(
            self._connection, objection, {"person_id": person_id, "since": at}, key=("person_id",)
        )

    def withdraw(self, person_id: str) -> bool:
        """Take an objection back; whether there was one."""
        result = self._connection.execute(delete(objection).where(objection.c.person_id == person_id))
        return result.rowcount == 1

    def _number(self, pilot_id: str) -> int | None:
        query = select(event_pilot.c.no).where(event_pilot.c.pilot_id == pilot_id)
        return self._connection.execute(query).scalar_one_or_none()

    def _raw(self, query: Any) -> Iterable[Any]:
        """Rows as the driver gives them: plain tuples of numbers."""
        compiled = query.compile(self._connection, compile_kwargs={"literal_binds": True})
        driver: Any = self._connection.connection.driver_connection
        return driver.execute(str(compiled))  # type: ignore[no-any-return]  # both drivers give a cursor
