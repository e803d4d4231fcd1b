"""Erasing people and pilots: what becomes of every row that stands for somebody.

Each column that refers to a person, and each table with a pseudonym, is listed here with its fate; a test
holds the lists against the schema, so that a new table cannot be forgotten. The person's own row stays
without anything that says who it was: others' pairings and sessions refer to it as their author.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, and_, delete, or_, select, update

from coil_bridge.domain import FeedKind
from coil_bridge.evaluation.pseudonyms import random_pseudonym
from coil_bridge.storage import event_blocks
from coil_bridge.storage.edition_tables import evidence_counted, evidence_edition
from coil_bridge.storage.event_tables import (
    actor,
    event_block,
    event_day,
    event_pilot,
    reply,
    seen_record,
)
from coil_bridge.storage.evidence_tables import (
    attendance_override,
    evidence_figures,
    evidence_pack,
    participant_trait,
    pilot_exclusion,
    presence,
)
from coil_bridge.storage.fact_tables import fact_cursor, feedback_count, moodle_stay
from coil_bridge.storage.feed_tables import calendar_feed
from coil_bridge.storage.rights_tables import credential, erased_pseudonym
from coil_bridge.storage.tables import audit_entry, metadata, participant, person, pull_run
from coil_bridge.storage.writes import insert_new

ERASED_NAME = "–"


class Fate(StrEnum):
    """What erasing a person does to the rows that refer to that person."""

    GOES = "goes"  # the row is about the person
    STAYS = "stays"  # the row is about something else, which the person has made or changed


PERSON_COLUMNS: Mapping[str, Fate] = {
    "account_link.person_id": Fate.GOES,
    "attendance_override.set_by": Fate.STAYS,
    "audit_entry.actor_id": Fate.STAYS,
    "busy_calendar.person_id": Fate.GOES,
    "busy_time.person_id": Fate.GOES,
    "calendar_link.person_id": Fate.GOES,
    "credential.person_id": Fate.STAYS,  # the name is in the sealed part only, which goes
    "delivery.person_id": Fate.GOES,
    "digest_mark.person_id": Fate.GOES,
    "enrolment.person_id": Fate.GOES,
    "evidence_pack.requested_by": Fate.STAYS,
    "grading.set_by": Fate.STAYS,
    "joint_session.created_by": Fate.STAYS,
    "launched_teacher.person_id": Fate.GOES,
    "lti_handover.person_id": Fate.GOES,
    "lti_resource.created_by": Fate.STAYS,
    "objection.person_id": Fate.GOES,
    "pairing.proposed_by": Fate.STAYS,
    "pairing_course.answered_by": Fate.STAYS,
    "person_hours.person_id": Fate.GOES,
    "person_identity.person_id": Fate.GOES,
    "person_role.person_id": Fate.GOES,
    "sent_grade.person_id": Fate.GOES,
    "sent_reminder.person_id": Fate.GOES,
    "session_join.person_id": Fate.GOES,
    "session_news.actor_id": Fate.STAYS,
    "signin_token.person_id": Fate.GOES,
    "survey_taken.person_id": Fate.GOES,
    "telling_choice.person_id": Fate.GOES,
    "told_session.person_id": Fate.GOES,
    "upload.uploaded_by": Fate.STAYS,
    "web_session.person_id": Fate.GOES,
}
"""Every column that refers to a person, by table and name."""

PSEUDONYM_TABLES = (
    participant,
    actor,
    presence,
    moodle_stay,
    attendance_override,
    participant_trait,
    pilot_exclusion,
    evidence_counted,
)
"""Every table with a pseudonym in it, but for the list of those who were erased."""

_SECRET = ("hash", "encrypted")


class Erasure:
    """Erasing, and telling somebody what is held; within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def person(self, person_id: str) -> None:
        """Delete what is about a person and take the name off everything else."""
        for name, fate in PERSON_COLUMNS.items():
            table, column = _column(name)
            if fate is Fate.GOES:
                self._connection.execute(delete(table).where(table.c[column] == person_id))
        own_feeds = and_(calendar_feed.c.kind == FeedKind.PERSON, calendar_feed.c.subject_id == person_id)
        self._connection.execute(delete(calendar_feed).where(own_feeds))
        self._connection.execute(
            update(audit_entry).where(audit_entry.c.actor_id == person_id).values(actor_name=ERASED_NAME)
        )
        self._connection.execute(
            update(credential).where(credential.c.person_id == person_id).values(signed_encrypted=None)
        )
        nothing = {"name": ERASED_NAME, "email": None, "language": None, "zone": None, "last_seen_at": None}
        self._connection.execute(update(person).where(person.c.id == person_id).values(nothing))

    def held(self, person_id: str) -> dict[str, list[dict[str, Any]]]:
        """Every row about a person, by table, without secrets and their hashes."""
        found = {"person": self._rows(person, "id", person_id)}
        for name in PERSON_COLUMNS:
            table, column = _column(name)
            if rows := self._rows(table, column, person_id):
                found[table.name] = [*found.get(table.name, []), *rows]
        return found

    def pseudonym(self, pilot_id: str, pseudonym: str) -> None:
        """Delete a participant from a pilot, and remember that a pull must not bring the rows back."""
        number = self._number(pilot_id)
        actors = self._actors(actor.c.pilot_id == pilot_id, actor.c.pseudonym == pseudonym)
        if number is not None:
            self._delete_events(number, actors)
        self._connection.execute(  # that somebody was counted is kept: see evaluation/leaving.py
            update(evidence_counted)
            .where(
                evidence_counted.c.pilot_id == pilot_id,
                evidence_counted.c.pseudonym == pseudonym,
                evidence_counted.c.counted.is_not(None),
            )
            .values(pseudonym=random_pseudonym(), counted={"erased": True})
        )
        for table in PSEUDONYM_TABLES:
            self._connection.execute(
                delete(table).where(table.c.pilot_id == pilot_id, table.c.pseudonym == pseudonym)
            )
        for table in (evidence_figures, evidence_pack):  # made of the rows that have just gone
            self._connection.execute(delete(table).where(table.c.pilot_id == pilot_id))
        row = {"pilot_id": pilot_id, "pseudonym": pseudonym}
        insert_new(self._connection, erased_pseudonym, row, key=tuple(row))

    def erased(self, pilot_id: str) -> frozenset[str]:
        """The pseudonyms of those who were erased from a pilot."""
        query = select(erased_pseudonym.c.pseudonym).where(erased_pseudonym.c.pilot_id == pilot_id)
        return frozenset(self._connection.execute(query).scalars())

    def held_under(self, pilot_id: str, pseudonym: str) -> dict[str, list[dict[str, Any]]]:
        """Every row about a participant of a pilot, by table; of what was done, how much on each day."""
        found: dict[str, list[dict[str, Any]]] = {}
        for table in PSEUDONYM_TABLES:
            query = select(table).where(table.c.pilot_id == pilot_id, table.c.pseudonym == pseudonym)
            if rows := [dict(row) for row in self._connection.execute(query).mappings()]:
                found[table.name] = rows
        actors = [row["no"] for row in found.pop("actor", [])]
        query = select(event_day.c.day, event_day.c.kind, event_day.c.n).where(
            event_day.c.pilot_no == self._number(pilot_id), event_day.c.actor.in_(actors)
        )
        if rows := [
            dict(row) for row in self._connection.execute(query.order_by(event_day.c.day)).mappings()
        ]:
            found["event_day"] = rows
        return found

    def pilot(self, pilot_id: str) -> None:
        """Delete every row about people of a pilot; its name, dates and phases stay."""
        number = self._number(pilot_id)
        if number is not None:
            for table in (event_block, event_day, reply, seen_record):
                self._connection.execute(delete(table).where(table.c.pilot_no == number))
        made = (evidence_figures, evidence_pack, evidence_edition)
        for table in (*PSEUDONYM_TABLES, erased_pseudonym, *made, pull_run, fact_cursor, feedback_count):
            self._connection.execute(delete(table).where(table.c.pilot_id == pilot_id))

    def _rows(self, table: Table, column: str, person_id: str) -> list[dict[str, Any]]:
        columns = [
            each for each in table.c if not _is_secret(each.name) and not isinstance(each.type, LargeBinary)
        ]
        query = select(*columns).where(table.c[column] == person_id)
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def _number(self, pilot_id: str) -> int | None:
        query = select(event_pilot.c.no).where(event_pilot.c.pilot_id == pilot_id)
        return self._connection.execute(query).scalar_one_or_none()

    def _actors(self, *conditions: Any) -> list[int]:
        return list(self._connection.execute(select(actor.c.no).where(*conditions)).scalars())

    def _delete_events(self, number: int, actors: Collection[int]) -> None:
        event_blocks.take_out(self._connection, number, event_blocks.by(actors))
        counted = event_day.c.actor.in_(actors)
        self._connection.execute(delete(event_day).where(event_day.c.pilot_no == number, counted))
        theirs = or_(reply.c.from_actor.in_(actors), reply.c.to_actor.in_(actors))
        self._connection.execute(delete(reply).where(reply.c.pilot_no == number, theirs))


def _column(name: str) -> tuple[Table, str]:
    table, _, column = name.partition(".")
    return metadata.tables[table], column


def _is_secret(name: str) -> bool:
    return any(part in name for part in _SECRET)
