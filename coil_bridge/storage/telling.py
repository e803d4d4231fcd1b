"""News of sessions, people's choices of messages, and the marks of what they were told: the queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select

from coil_bridge.domain import Answer, NewsKind, PairingState, Reminder, TellingChoice
from coil_bridge.storage.tables import course as course_table
from coil_bridge.storage.tables import enrolment, institution, pairing, pairing_course, person, site
from coil_bridge.storage.telling_tables import (
    digest_mark,
    sent_reminder,
    session_news,
    telling_choice,
    told_session,
)
from coil_bridge.storage.writes import insert_new, upsert


@dataclass(frozen=True, slots=True)
class News:
    """One visible change of a session; ``before`` is what people knew of it (plain values)."""

    at: datetime
    pairing_id: str
    session_id: str
    actor_id: str | None
    kind: NewsKind
    reason: str
    before: Mapping[str, Any] | None
    near: bool
    id: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What a person was told at once of a session: up to which sequence, and whether with a file."""

    sequence: int
    with_file: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody to tell, and the zones of the own courses' institutions."""

    person_id: str
    zones: tuple[str, ...]


class TellingQueries:
    """What people are told of sessions, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_news(self, news: Sequence[News]) -> list[int]:
        """Store news in order; their ids."""
        rows = [{name: value for name, value in asdict(each).items() if name != "id"} for each in news]
        statement = insert(session_news).returning(session_news.c.id, sort_by_parameter_order=True)
        return list(self._connection.execute(statement, rows).scalars()) if rows else []

    def news(self, ids: Collection[int]) -> list[News]:
        """These news, the oldest first."""
        return self._load(session_news.c.id.in_(sorted(ids)))

    def news_of(
        self, pairing_ids: Collection[str], *, after: int, since: datetime, until: datetime
    ) -> list[News]:
        """The news of pairings after an id, from ``since`` to ``until``, the oldest first."""
        within = and_(session_news.c.id > after, session_news.c.at.between(since, until))
        return self._load(and_(session_news.c.pairing_id.in_(sorted(pairing_ids)), within))

    def last_news(self, until: datetime) -> int:
        """The id of the latest news of any pairing up to an instant; 0 where there are none."""
        query = select(func.coalesce(func.max(session_news.c.id), 0)).where(session_news.c.at <= until)
        return int(self._connection.execute(query).scalar_one())

    def last_news_of(self, session_id: str) -> datetime | None:
        """When the last news of a session were made."""
        query = select(func.max(session_news.c.at)).where(session_news.c.session_id == session_id)
        found: datetime | None = self._connection.execute(query).scalar_one()
        return found

    def told(self, session_ids: Collection[str], person_id: str | None = None) -> dict[tuple[str, str], Told]:
        """Who (or whether this person) was told of these sessions at once, by session and person."""
        query = select(told_session).where(told_session.c.session_id.in_(sorted(session_ids)))
        if person_id is not None:
            query = query.where(told_session.c.person_id == person_id)
        return {
            (row.session_id, row.person_id): Told(row.sequence, row.with_file)
            for row in self._connection.execute(query)
        }

    def has_files(self, session_ids: Collection[str]) -> bool:
        """Whether anybody was sent a calendar file of one of these sessions."""
        query = select(told_session.c.person_id).where(
            told_session.c.session_id.in_(sorted(session_ids)), told_session.c.with_file
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def set_told(self, session_id: str, person_id: str, told: Told) -> None:
        """The person is told of the session as it stands at this sequence."""
        row = {"session_id": session_id, "person_id": person_id, **asdict(told)}
        upsert(self._connection, told_session, row, key=("session_id", "person_id"))

    def choices(self, person_ids: Collection[str]) -> dict[str, TellingChoice]:
        """What each of these persons wants to be told; those who chose nothing have the defaults."""
        query = select(telling_choice).where(telling_choice.c.person_id.in_(sorted(person_ids)))
        made = {
            row.person_id: TellingChoice(row.changes, row.digest, row.pairings, Reminder(row.reminder))
            for row in self._connection.execute(query)
        }
        return {each: made.get(each, TellingChoice()) for each in person_ids}

    def choose(self, person_id: str, choice: TellingChoice) -> None:
        """Store what a person wants to be told."""
        row = {"person_id": person_id, **asdict(choice)}
        upsert(self._connection, telling_choice, row, key=("person_id",))

    def readers(self, pairing_ids: Collection[str]) -> list[Reader]:
        """Everybody who is known to belong to a course that is part of one of these pairings."""
        return self._readers(pairing.c.id.in_(sorted(pairing_ids)))

    def readers_with_news(
        self, states: Collection[PairingState], since: datetime, until: datetime
    ) -> list[Reader]:
        """Those who belong to a pairing in these states with news that no digest has summed up for them."""
        unread = (
            select(session_news.c.id)
            .where(
                session_news.c.pairing_id == pairing.c.id,
                session_news.c.at.between(since, until),
                session_news.c.id > func.coalesce(digest_mark.c.news_id, 0),
            )
            .exists()
        )
        return self._readers(and_(pairing.c.state.in_(sorted(states)), unread))

    def pairings_of(self, person_id: str, states: Collection[PairingState]) -> list[str]:
        """The pairings in these states to whose courses the person belongs."""
        query = (
            select(pairing.c.id)
            .join(pairing_course, pairing_course.c.pairing_id == pairing.c.id)
            .join(enrolment, enrolment.c.course_id == pairing_course.c.course_id)
            .where(
                enrolment.c.person_id == person_id,
                pairing_course.c.answer != Answer.DECLINED,
                pairing.c.state.in_(sorted(states)),
            )
            .distinct()
            .order_by(pairing.c.id)
        )
        return list(self._connection.execute(query).scalars())

    def mark(self, person_id: str) -> tuple[int, date] | None:
        """Up to which news, and on which own day, the person had the last digest."""
        query = select(digest_mark.c.news_id, digest_mark.c.day).where(digest_mark.c.person_id == person_id)
        row = self._connection.execute(query.with_for_update()).first()
        return (row.news_id, row.day) if row else None

    def marks(self, person_ids: Collection[str]) -> dict[str, date]:
        """The own day of each person's last digest."""
        query = select(digest_mark.c.person_id, digest_mark.c.day).where(
            digest_mark.c.person_id.in_(sorted(person_ids))
        )
        return {row.person_id: row.day for row in self._connection.execute(query)}

    def set_mark(self, person_id: str, news_id: int, day: date) -> None:
        """A digest up to these news is queued, or there was nothing to say."""
        row = {"person_id": person_id, "news_id": news_id, "day": day}
        upsert(self._connection, digest_mark, row, key=("person_id",))

    def reminded(self, session_id: str, starts_at: datetime) -> set[str]:
        """Who was reminded of a session at this time."""
        query = select(sent_reminder.c.person_id).where(
            sent_reminder.c.session_id == session_id, sent_reminder.c.starts_at == starts_at
        )
        return set(self._connection.execute(query).scalars())

    def remind(self, session_id: str, person_id: str, starts_at: datetime) -> bool:
        """Take the one reminder of a session at this time; ``False`` when it was taken before."""
        row = {"session_id": session_id, "person_id": person_id, "starts_at": starts_at}
        return insert_new(self._connection, sent_reminder, row, key=tuple(row))

    def prune(self, before: datetime) -> int:
        """Delete news of before; how many. Digests look a week back at most.

        The latest stay: SQLite counts on from what is there, and the marks of digests hold numbers.
        """
        latest = select(func.max(session_news.c.id)).scalar_subquery()
        gone = delete(session_news).where(session_news.c.at < before, session_news.c.id < latest)
        return self._connection.execute(gone).rowcount

    def _readers(self, condition: Any) -> list[Reader]:
        query = (
            select(person.c.id, institution.c.zone)
            .join(enrolment, enrolment.c.person_id == person.c.id)
            .join(pairing_course, pairing_course.c.course_id == enrolment.c.course_id)
            .join(pairing, pairing.c.id == pairing_course.c.pairing_id)
            .join(course_table, course_table.c.id == enrolment.c.course_id)
            .join(site, site.c.id == course_table.c.site_id)
            .join(institution, institution.c.id == site.c.institution_id)
            .outerjoin(digest_mark, digest_mark.c.person_id == person.c.id)
            .where(condition, pairing_course.c.answer != Answer.DECLINED)
            .distinct()
            .order_by(person.c.id, institution.c.zone)
        )
        zones: dict[str, list[str]] = {}
        for row in self._connection.execute(query):
            zones.setdefault(row.id, []).append(row.zone)
        return [Reader(person_id, tuple(found)) for person_id, found in zones.items()]

    def _load(self, condition: Any) -> list[News]:
        query = select(session_news).where(condition).order_by(session_news.c.id)
        return [
            News(**{**row, "kind": NewsKind(row["kind"])})
            for row in self._connection.execute(query).mappings()
        ]
