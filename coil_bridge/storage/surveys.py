"""Surveys, their answers, and who has given one: the queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from coil_bridge.evaluation.surveys import (
    Item,
    ItemWords,
    Response,
    Survey,
    SurveyKind,
    SurveyState,
    Wave,
    Window,
    Words,
)
from coil_bridge.storage.survey_tables import survey, survey_response, survey_taken
from coil_bridge.storage.tables import pairing, phase
from coil_bridge.storage.writes import insert_new


class Surveys:
    """Surveys, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert(self, value: Survey, at: datetime) -> bool:
        """Store a survey unless there is one of that id; whether it was stored."""
        row = {"id": value.id, "created_at": at, **_row(value)}
        return insert_new(self._connection, survey, row, key=("id",))

    def replace(self, value: Survey) -> bool:
        """Write a survey anew, if its version is still the one before; whether it was."""
        result = self._connection.execute(
            update(survey)
            .where(survey.c.id == value.id, survey.c.version == value.version - 1)
            .values(_row(value))
        )
        return result.rowcount == 1

    def get(self, survey_id: str) -> Survey | None:
        """One survey."""
        row = (
            self._connection.execute(select(survey).where(survey.c.id == survey_id)).mappings().one_or_none()
        )
        return None if row is None else _survey(row)

    def of_pilot(self, pilot_id: str) -> list[Survey]:
        """The surveys of a pilot, in the order in which they were made."""
        query = select(survey).where(survey.c.pilot_id == pilot_id).order_by(survey.c.created_at, survey.c.id)
        return [_survey(row) for row in self._connection.execute(query).mappings()]

    def published_for(self, pairing_ids: Iterable[str]) -> list[tuple[str, Survey]]:
        """Each pairing with each published survey of its pilot."""
        query = (
            select(pairing.c.id.label("for_pairing"), survey)
            .join(phase, phase.c.id == pairing.c.phase_id)
            .join(survey, survey.c.pilot_id == phase.c.pilot_id)
            .where(pairing.c.id.in_(sorted(pairing_ids)), survey.c.state == SurveyState.PUBLISHED)
            .order_by(survey.c.created_at, survey.c.id, pairing.c.id)
        )
        return [(row["for_pairing"], _survey(row)) for row in self._connection.execute(query).mappings()]

    def take(self, survey_id: str, wave: Wave, subject_id: str, person_id: str) -> bool:
        """Note that somebody answers; ``False`` when that person has before."""
        row = {"survey_id": survey_id, "wave": wave, "subject_id": subject_id, "person_id": person_id}
        return insert_new(self._connection, survey_taken, row, key=tuple(row))

    def taken_by(self, person_id: str) -> set[tuple[str, Wave, str]]:
        """What somebody has answered: survey, round, and the pairing or session it was about."""
        query = select(survey_taken).where(survey_taken.c.person_id == person_id)
        rows = self._connection.execute(query).mappings()
        return {(row["survey_id"], Wave(row["wave"]), row["subject_id"]) for row in rows}

    def forget_takers(self, survey_id: str, wave: Wave) -> int:
        """Delete who has answered a round that is over; how many that were."""
        return self._connection.execute(
            delete(survey_taken).where(survey_taken.c.survey_id == survey_id, survey_taken.c.wave == wave)
        ).rowcount

    def forget_takers_of(self, session_ids: Collection[str]) -> int:
        """Delete who has evaluated joint sessions for which that is over; how many that were."""
        return self._connection.execute(
            delete(survey_taken).where(
                survey_taken.c.wave == Wave.MEETING, survey_taken.c.subject_id.in_(sorted(session_ids))
            )
        ).rowcount

    def evaluated_sessions(self) -> list[str]:
        """The joint sessions of which it is still on record who has evaluated them."""
        query = select(survey_taken.c.subject_id).where(survey_taken.c.wave == Wave.MEETING).distinct()
        return sorted(self._connection.execute(query).scalars())

    def add_response(
        self, response_id: str, survey_id: str, value: Response, *, imported_for: str | None = None
    ) -> None:
        """Store one filled-in questionnaire under an id that stands for nothing."""
        row = {"id": response_id, "survey_id": survey_id, "imported_for": imported_for, **asdict(value)}
        self._connection.execute(insert(survey_response), row)

    def delete_imported(self, survey_id: str, wave: Wave, pairing_id: str, course_id: str) -> int:
        """Delete what an earlier file brought for a round and a course; how many that were."""
        return self._connection.execute(
            delete(survey_response).where(
                survey_response.c.survey_id == survey_id,
                survey_response.c.wave == wave,
                survey_response.c.pairing_id == pairing_id,
                survey_response.c.imported_for == course_id,
            )
        ).rowcount

    def responses(self, survey_id: str) -> list[Response]:
        """Every answer to a survey, in the order of their random ids."""
        query = select(survey_response).where(survey_response.c.survey_id == survey_id)
        rows = self._connection.execute(query.order_by(survey_response.c.id)).mappings()
        return [
            Response(
                Wave(row["wave"]),
                row["pairing_id"],
                row["institution_id"],
                row["session_id"],
                row["code"],
                row["answers"],
            )
            for row in rows
        ]

    def forget_codes(self, pilot_id: str) -> int:
        """Take the codes off a pilot's answers: nothing joins before and after any more; how many."""
        ids = select(survey.c.id).where(survey.c.pilot_id == pilot_id)
        query = update(survey_response).where(
            survey_response.c.survey_id.in_(ids), survey_response.c.code.is_not(None)
        )
        return self._connection.execute(query.values(code=None)).rowcount

    def delete_answers(self, pilot_id: str) -> int:
        """Delete every answer of a pilot; how many."""
        ids = select(survey.c.id).where(survey.c.pilot_id == pilot_id)
        self._connection.execute(delete(survey_taken).where(survey_taken.c.survey_id.in_(ids)))
        return self._connection.execute(
            delete(survey_response).where(survey_response.c.survey_id.in_(ids))
        ).rowcount


def _row(value: Survey) -> dict[str, Any]:
    return {
        "pilot_id": value.pilot_id,
        "kind": value.kind,
        "title": value.title,
        "introduction": value.introduction,
        "language": value.language,
        "items": [asdict(item) for item in value.items],
        "translations": {language: asdict(words) for language, words in value.translations.items()},
        "pre_first": value.pre.first if value.pre else None,
        "pre_last": value.pre.last if value.pre else None,
        "post_first": value.post.first if value.post else None,
        "post_last": value.post.last if value.post else None,
        "state": value.state,
        "version": value.version,
    }


def _survey(row: RowMapping) -> Survey:
    return Survey(
        id=row["id"],
        pilot_id=row["pilot_id"],
        kind=SurveyKind(row["kind"]),
        title=row["title"],
        introduction=row["introduction"],
        language=row["language"],
        items=tuple(Item(**item) for item in row["items"]),
        pre=_window(row["pre_first"], row["pre_last"]),
        post=_window(row["post_first"], row["post_last"]),
        state=SurveyState(row["state"]),
        version=row["version"],
        translations={language: _words(words) for language, words in row["translations"].items()},
    )


def _words(stored: dict[str, Any]) -> Words:
    items = {item: ItemWords(**words) for item, words in stored["items"].items()}
    return Words(stored["title"], stored["introduction"], items)


def _window(first: date | None, last: date | None) -> Window | None:
    return None if first is None or last is None else Window(first, last)
