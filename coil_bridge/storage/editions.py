"""What was counted in each publication of a pilot's figures: the queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from coil_bridge.evaluation.counted import Counted, Dyads, Edition, People, Who, counted_from, plain
from coil_bridge.evaluation.records import GroupKey
from coil_bridge.storage.edition_tables import evidence_counted, evidence_edition

_BATCH = 2000


class Editions:
    """Editions of figures, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def latest_at(self, pilot_id: str) -> datetime | None:
        """When the last edition was made."""
        query = select(func.max(evidence_edition.c.made_at)).where(evidence_edition.c.pilot_id == pilot_id)
        return self._connection.execute(query).scalar_one_or_none()

    def until(self, pilot_id: str, instant: datetime) -> list[Edition]:
        """The edition that stood at an instant, last; before it those after which other people enrolled.

        Of editions with the same people enrolled the last one tells what the others do (``blocks.opened``).
        """
        table = evidence_edition
        found = self._connection.execute(
            select(table)
            .where(table.c.pilot_id == pilot_id, table.c.made_at <= instant)
            .order_by(table.c.made_at)
        ).all()
        changes = self._changes(pilot_id, instant)
        people: dict[Who, Counted] = {}
        editions: list[Edition] = []
        for row in found:
            sizes = _sizes(people)
            for who, counted in changes.get(row.made_at, {}).items():
                people.pop(who, None)
                if counted is not None:
                    people[who] = counted
            if sizes == _sizes(people) and editions:
                editions.pop()
            dyads = {pairing: Dyads(**each) for pairing, each in row.dyads.items()}
            editions.append(Edition(row.through, dict(people), dyads))
        return editions

    def put(self, pilot_id: str, made_at: datetime, edition: Edition, before: People) -> None:
        """A new edition: of the people only what differs from those before."""
        dyads = {pairing: asdict(each) for pairing, each in sorted(edition.dyads.items())}
        row = {"pilot_id": pilot_id, "made_at": made_at, "through": edition.through, "dyads": dyads}
        self._connection.execute(insert(evidence_edition), row)
        rows = [
            {
                "pilot_id": pilot_id,
                "pairing_id": who.pairing_id,
                "institution_id": who.institution_id,
                "pseudonym": who.pseudonym,
                "since": made_at,
                "counted": plain(edition.people[who]) if who in edition.people else None,
            }
            for who in sorted(edition.people.keys() | before.keys())
            if edition.people.get(who) != before.get(who)
        ]
        for start in range(0, len(rows), _BATCH):
            self._connection.execute(insert(evidence_counted), rows[start : start + _BATCH])

    def _changes(self, pilot_id: str, instant: datetime) -> dict[datetime, dict[Who, Counted | None]]:
        table = evidence_counted
        rows = self._connection.execute(
            select(table).where(table.c.pilot_id == pilot_id, table.c.since <= instant)
        )
        changes: dict[datetime, dict[Who, Counted | None]] = {}
        for row in rows:
            who = Who(row.pairing_id, row.institution_id, row.pseudonym)
            counted = None if row.counted is None else counted_from(row.counted)
            changes.setdefault(row.since, {})[who] = counted
        return changes


def _sizes(people: People) -> Counter[GroupKey]:
    return Counter(who.group for who, each in people.items() if each.enrolled and not each.away)
