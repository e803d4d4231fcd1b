"""Answers from a Moodle Feedback activity, for universities that ask in their own Moodle.

The lead builds the activity with the statements of a published survey and a question for the self-made code,
downloads its table of responses, and uploads it for a round and a course. Everything is read or nothing is
stored; the names in the table are not looked at. A second upload replaces the first.
"""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.domain import Person, Pilot
from coil_bridge.errors import Conflict, InvalidInput, NotFound
from coil_bridge.evaluation.feedback_table import FeedbackTable, Unread, read_feedback
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import PilotCourse
from coil_bridge.evaluation.surveys import Response, Survey, SurveyKind, SurveyState, Wave, normal_code
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.pilot_groups import EVALUATED, key_gone
from coil_bridge.services.piloting.survey_rounds import is_complete
from coil_bridge.services.piloting.surveys import survey_for
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault, new_id
from connectors.tables import NoTable, read_table

SHORTEST_CODE = 4


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: how many answers were stored, or why none were."""

    stored: int
    missing: tuple[str, ...]
    without_code: bool
    unread: tuple[Unread, ...]


class SurveyImport:
    """Takes tables of responses."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault

    def courses(self, actor: Person, survey_id: str) -> list[PilotCourse]:
        """The courses whose answers a survey can take from a file.

        Raises:
            NotFound: there is no such survey, or the actor may not know of it.
        """
        with self._storage.read() as tx:
            _, pilot = _published(tx, actor, survey_id)
            return tx.pilots.courses(pilot.id, EVALUATED)

    def store(
        self, actor: Person, survey_id: str, *, wave: Wave, course: str, content: bytes, code_question: str
    ) -> Imported:
        """Store the answers in a file, all or none; ``course`` is "pairing:course".

        Raises:
            NotFound: as ``courses``, or no such course in the pilot.
            InvalidInput: the file is no table.
            Conflict: the survey has no such round, is not published, or is complete, or the pilot's key is
                destroyed.
        """
        lines = _lines(content)
        with self._storage.write() as tx:
            survey, pilot = _published(tx, actor, survey_id)
            if survey.window(wave) is None:
                raise Conflict(mark("This survey has no such round."))
            if is_complete(survey, self._clock()):
                raise Conflict(
                    mark(
                        "The results of this survey are shown already. What was added now could be computed "
                        "from the difference."
                    )
                )
            table = read_feedback(lines, survey.items, code_question)
            if table.missing or table.unread or not table.rows:
                return Imported(0, table.missing, table.without_code, table.unread)
            place = _place(tx, pilot, course)
            self._replace(tx, survey, wave, place, table)
            audit.record(
                tx,
                self._clock(),
                actor,
                ("pilot", pilot.id),
                "survey_imported",
                title=survey.title,
                course=place.course_name,
            )
        return Imported(len(table.rows), (), table.without_code, ())

    def _replace(
        self, tx: Transaction, survey: Survey, wave: Wave, place: PilotCourse, table: FeedbackTable
    ) -> None:
        sealed = tx.pilots.sealed_key(survey.pilot_id)
        if sealed is None:
            pilot = tx.pilots.get(survey.pilot_id)
            raise key_gone(pilot) if pilot else NotFound(mark("There is no such survey."))
        names = Pseudonymiser(self._vault.decrypt(sealed))
        tx.surveys.delete_imported(survey.id, wave, place.pairing_id, place.course_id)
        for row in table.rows:
            code = normal_code(row.code)
            kept = names.survey_code(survey.id, code) if len(code) >= SHORTEST_CODE else None
            answer = Response(wave, place.pairing_id, place.institution.id, None, kept, row.answers)
            tx.surveys.add_response(new_id(), survey.id, answer, imported_for=place.course_id)


def _lines(content: bytes) -> list[list[str]]:
    try:
        return read_table(content)
    except NoTable:
        raise InvalidInput(
            {"file": [mark("This is no table: upload the CSV, XLSX or ODS file that Moodle gives.")]}
        ) from None


def _published(tx: Transaction, actor: Person, survey_id: str) -> tuple[Survey, Pilot]:
    survey, pilot = survey_for(tx, actor, survey_id)
    if survey.kind is not SurveyKind.CHANGE or survey.state is not SurveyState.PUBLISHED:
        raise Conflict(mark("Only a published survey of two rounds takes answers from Moodle."))
    return survey, pilot


def _place(tx: Transaction, pilot: Pilot, course: str) -> PilotCourse:
    for each in tx.pilots.courses(pilot.id, EVALUATED):
        if course == f"{each.pairing_id}:{each.course_id}":
            return each
    raise NotFound(mark("There is no such course."))
