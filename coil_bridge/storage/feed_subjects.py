"""Which pairings belong to a person, an institution or a pilot, as far as their calendars are concerned.

The same three relations are asked both ways: for the pairings of a feed, and for the feeds that a change
in a pairing makes stale.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from coil_bridge.domain import Answer, FeedKind, PairingState
from coil_bridge.storage.feed_tables import calendar_feed, feed_pairing
from coil_bridge.storage.tables import (
    course,
    enrolment,
    institution,
    pairing,
    pairing_course,
    phase,
    pilot,
    site,
)

Relation = Select[Any]  # of two columns: subject_id and pairing_id


@dataclass(frozen=True, slots=True)
class Subject:
    """An institution or a pilot that can have a calendar."""

    kind: FeedKind
    id: str
    name: str


class FeedSubjects:
    """The relations between pairings and what feeds are about, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def pairings(self, kind: FeedKind, subject_id: str, states: Collection[PairingState]) -> list[str]:
        """The pairings in one of these states of a person, an institution or a pilot; ids."""
        related = _RELATIONS[kind].subquery()
        query = (
            select(pairing.c.id)
            .join(related, related.c.pairing_id == pairing.c.id)
            .where(related.c.subject_id == subject_id, pairing.c.state.in_(sorted(states)))
            .distinct()
            .order_by(pairing.c.id)
        )
        return list(self._connection.execute(query).scalars())

    def all(self) -> list[Subject]:
        """Every institution and pilot, by kind and name."""
        found = []
        for kind, table in ((FeedKind.INSTITUTION, institution), (FeedKind.PILOT, pilot)):
            rows = self._connection.execute(select(table.c.id, table.c.name).order_by(table.c.name))
            found += [Subject(kind, row.id, row.name) for row in rows]
        return found

    def get(self, kind: FeedKind, subject_id: str) -> Subject | None:
        """One institution or pilot."""
        return next((each for each in self.all() if (each.kind, each.id) == (kind, subject_id)), None)


def concerned(pairing_id: str) -> ColumnElement[bool]:
    """Feeds of persons, institutions and pilots that show this pairing, or showed it when they were built."""
    now = [
        and_(
            calendar_feed.c.kind == kind,
            calendar_feed.c.subject_id.in_(
                select(related.c.subject_id).where(related.c.pairing_id == pairing_id)
            ),
        )
        for kind, related in ((kind, query.subquery()) for kind, query in _RELATIONS.items())
    ]
    before = calendar_feed.c.id.in_(
        select(feed_pairing.c.feed_id).where(feed_pairing.c.pairing_id == pairing_id)
    )
    return and_(calendar_feed.c.kind != FeedKind.PAIRING, or_(before, *now))


def about(kind: FeedKind, subject_id: str) -> ColumnElement[bool]:
    """Feeds about one thing."""
    return and_(calendar_feed.c.kind == kind, calendar_feed.c.subject_id == subject_id)


_TAKES_PART = pairing_course.c.answer != Answer.DECLINED

_RELATIONS: dict[FeedKind, Relation] = {
    FeedKind.PERSON: select(enrolment.c.person_id.label("subject_id"), pairing_course.c.pairing_id)
    .join(pairing_course, pairing_course.c.course_id == enrolment.c.course_id)
    .where(_TAKES_PART),
    FeedKind.INSTITUTION: select(site.c.institution_id.label("subject_id"), pairing_course.c.pairing_id)
    .join(course, course.c.site_id == site.c.id)
    .join(pairing_course, pairing_course.c.course_id == course.c.id)
    .where(_TAKES_PART),
    FeedKind.PILOT: select(phase.c.pilot_id.label("subject_id"), pairing.c.id.label("pairing_id")).join(
        pairing, pairing.c.phase_id == phase.c.id
    ),
}
