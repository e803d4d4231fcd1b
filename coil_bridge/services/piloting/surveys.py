"""Surveys as the evaluation lead makes them: draft, publish, withdraw, and what the answers come to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from coil_bridge.domain import Person, Pilot
from coil_bridge.errors import Conflict, EditConflict, InvalidInput, NotFound
from coil_bridge.evaluation import survey_starts
from coil_bridge.evaluation.survey_results import MeetingPart, Part, change_results, meeting_results
from coil_bridge.evaluation.surveys import Survey, SurveyKind, SurveyState, Wave, Words
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.agreed.session_changes import ends_at
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.moodle_feedback import FeedbackLine, feedback_lines
from coil_bridge.services.piloting.pilot_groups import pilot_for
from coil_bridge.services.piloting.survey_inputs import SurveyInput, check_survey, numbered, windows_of
from coil_bridge.services.piloting.survey_languages import check_words, still_translated
from coil_bridge.services.piloting.survey_rounds import closed_waves, evaluation_is_over, is_complete
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import id_for, new_id


@dataclass(frozen=True, slots=True)
class SurveyView:
    """A survey with what its answers come to; the names of the parts are by their keys."""

    pilot: Pilot
    survey: Survey
    closed: frozenset[Wave]
    changes: tuple[Part, ...]
    meetings: tuple[MeetingPart, ...]
    names: dict[str, str]


class SurveyService:
    """The surveys of pilots."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def of_pilot(self, actor: Person, pilot_id: str) -> tuple[Pilot, list[Survey]]:
        """A pilot and its surveys, in the order in which they were made.

        Raises:
            NotFound: there is no such pilot, or the actor may not know of it.
        """
        with self._storage.read() as tx:
            return pilot_for(tx, actor, pilot_id), tx.surveys.of_pilot(pilot_id)

    def feedback(self, actor: Person, pilot_id: str) -> list[FeedbackLine]:
        """How many answered the Feedback activities of the pilot's courses, as far as Moodles tell.

        Raises:
            NotFound: as ``of_pilot``.
        """
        with self._storage.read() as tx:
            return feedback_lines(tx, pilot_for(tx, actor, pilot_id))

    def create(
        self, actor: Person, pilot_id: str, start: str, language: str, form_key: str | None = None
    ) -> Survey:
        """A draft from one of the questionnaires to start from, with every language that it has.

        ``language``: the default one, where the questionnaire has it; else English. The same form a second
        time gives the same survey; without a form it is always a new one.

        Raises:
            NotFound: as ``of_pilot``.
            InvalidInput: there is no such start.
        """
        try:
            kind, language, first, translations = survey_starts.start(start, language)
        except KeyError:
            raise InvalidInput({"start": [mark("Please choose one from the list.")]}) from None
        with self._storage.write() as tx:
            pilot = pilot_for(tx, actor, pilot_id)
            survey = Survey(
                id=id_for("survey", actor.id, pilot.id, start, form_key or new_id()),
                pilot_id=pilot.id,
                kind=kind,
                title=first.title,
                introduction="",
                language=language,
                items=survey_starts.items_of(start, first),
                pre=None,
                post=None,
                state=SurveyState.DRAFT,
                version=1,
                translations=translations,
            )
            if tx.surveys.insert(survey, self._clock()):
                self._record(tx, actor, survey, "survey_drafted")
            return tx.surveys.get(survey.id) or survey

    def edit(self, actor: Person, survey_id: str, form: SurveyInput, version: int) -> Survey:
        """Write a draft anew.

        Raises:
            NotFound: there is no such survey, or the actor may not know of it.
            InvalidInput: reasons by field.
            Conflict: it is no draft any more.
            EditConflict: somebody else has changed it since the form was opened.
        """
        with self._storage.write() as tx:
            survey, pilot = survey_for(tx, actor, survey_id)
            _draft_only(survey)
            check_survey(form, survey.kind, pilot)
            if form.language in survey.translations:
                raise InvalidInput({"language": [mark("The survey is translated into this language.")]})
            pre, post = windows_of(form, survey.kind)
            changed = replace(
                survey,
                title=form.title,
                introduction=form.introduction,
                language=form.language,
                items=numbered(form.items),
                pre=pre,
                post=post,
                version=version + 1,
            )
            kept = {item.id for item in form.items if item.id}
            changed = replace(changed, translations=still_translated(changed, kept))
            _replace(tx, changed)
        return changed

    def translate(self, actor: Person, survey_id: str, language: str, words: Words, version: int) -> Survey:
        """Write a survey in another language; without any text, that language goes.

        Of a published survey only what is still missing can be added: the answers are to what was read.

        Raises:
            NotFound, EditConflict: as ``edit``.
            InvalidInput: reasons by field, or the language is the survey's own.
            Conflict: the survey is withdrawn, or a text that people read would change.
        """
        with self._storage.write() as tx:
            survey, _ = survey_for(tx, actor, survey_id)
            check_words(survey, language, words)
            translations = {**survey.translations, language: words}
            if words == Words():
                del translations[language]
            changed = replace(survey, translations=translations, version=version + 1)
            _replace(tx, changed)
            self._record(tx, actor, survey, "survey_translated", language=language)
        return changed

    def publish(self, actor: Person, survey_id: str) -> Survey:
        """Open a survey to the people of the pilot; its statements stand from now on.

        Raises:
            NotFound: as ``edit``.
            Conflict: it is no draft, or not complete yet, or the pilot's key is gone.
        """
        with self._storage.write() as tx:
            survey, pilot = survey_for(tx, actor, survey_id)
            _draft_only(survey)
            if not survey.items or (survey.kind is SurveyKind.CHANGE and survey.post is None):
                raise Conflict(mark("Fill in the statements and the days of both rounds first, and save."))
            if pilot.key_destroyed_at is not None:
                raise Conflict(
                    mark("The pseudonym key of this pilot is destroyed; nothing more is collected.")
                )
            changed = replace(survey, state=SurveyState.PUBLISHED, version=survey.version + 1)
            _replace(tx, changed)
            self._record(tx, actor, survey, "survey_published")
        return changed

    def withdraw(self, actor: Person, survey_id: str) -> Survey:
        """Take no more answers; those given stay. A draft can be withdrawn too.

        Raises:
            NotFound: as ``edit``.
            Conflict: it is withdrawn already.
        """
        with self._storage.write() as tx:
            survey, _ = survey_for(tx, actor, survey_id)
            if survey.state is SurveyState.WITHDRAWN:
                raise Conflict(mark("This survey is withdrawn already."))
            changed = replace(survey, state=SurveyState.WITHDRAWN, version=survey.version + 1)
            _replace(tx, changed)
            self._record(tx, actor, survey, "survey_withdrawn")
        return changed

    def get(self, actor: Person, survey_id: str) -> SurveyView:
        """A survey and what its answers come to; raises as ``edit``."""
        with self._storage.read() as tx:
            survey, pilot = survey_for(tx, actor, survey_id)
            return view_of(tx, survey, pilot, self._clock())

    def results(self, actor: Person, pilot_id: str) -> list[SurveyView]:
        """Every survey of a pilot that was published, for an export; raises as ``of_pilot``."""
        with self._storage.read() as tx:
            pilot = pilot_for(tx, actor, pilot_id)
            return results_of(tx, pilot, self._clock())

    def prune(self) -> int:
        """Forget who has answered rounds that are over; how many entries that were."""
        now, forgotten = self._clock(), 0
        with self._storage.write() as tx:
            for pilot in tx.pilots.all():
                for survey in tx.surveys.of_pilot(pilot.id):
                    for wave in sorted(closed_waves(survey, now) - {Wave.MEETING}):
                        forgotten += tx.surveys.forget_takers(survey.id, wave)
            over = [
                each
                for each in tx.surveys.evaluated_sessions()
                if (session := tx.sessions.get(each)) is None or evaluation_is_over(session, now)
            ]
            return forgotten + tx.surveys.forget_takers_of(over)

    def _record(self, tx: Transaction, actor: Person, survey: Survey, action: str, **more: str) -> None:
        subject = ("pilot", survey.pilot_id)
        audit.record(tx, self._clock(), actor, subject, action, title=survey.title, **more)


def results_of(tx: Transaction, pilot: Pilot, now: datetime) -> list[SurveyView]:
    """What the published surveys of a pilot come to at an instant."""
    return [
        view_of(tx, survey, pilot, now)
        for survey in tx.surveys.of_pilot(pilot.id)
        if survey.state is not SurveyState.DRAFT
    ]


def view_of(tx: Transaction, survey: Survey, pilot: Pilot, now: datetime) -> SurveyView:
    """A survey and what its answers come to, as far as they are complete."""
    closed, threshold = closed_waves(survey, now), pilot.suppression_threshold
    if survey.kind is SurveyKind.CHANGE:
        complete = is_complete(survey, now) and pilot.key_destroyed_at is None
        changes = change_results(survey, tx.surveys.responses(survey.id), threshold) if complete else ()
        return SurveyView(pilot, survey, closed, changes, (), _places(tx))
    responses = tx.surveys.responses(survey.id)
    ended = {each for each in {one.session_id for one in responses} if _is_over(tx, survey, each, now)}
    ordered = sorted(ended, key=lambda each: (_ended_at(tx, each), each or ""))
    meetings = meeting_results(survey, responses, threshold, ordered)
    return SurveyView(pilot, survey, closed, (), meetings, _titles(tx, meetings))


def _ended_at(tx: Transaction, session_id: str | None) -> datetime:
    session = tx.sessions.get(session_id) if session_id else None
    return ends_at(session) if session else datetime.min.replace(tzinfo=UTC)


def _is_over(tx: Transaction, survey: Survey, session_id: str | None, now: datetime) -> bool:
    session = tx.sessions.get(session_id) if session_id else None
    withdrawn = survey.state is SurveyState.WITHDRAWN
    return withdrawn or session is None or evaluation_is_over(session, now)


def _places(tx: Transaction) -> dict[str, str]:
    return {site.institution.id: site.institution.name for site in tx.sites.all()}


def _titles(tx: Transaction, parts: tuple[MeetingPart, ...]) -> dict[str, str]:
    pairings = [tx.pairings.get(part.key) for part in parts if part.key]
    return {pairing.id: pairing.title for pairing in pairings if pairing}


def survey_for(tx: Transaction, actor: Person, survey_id: str) -> tuple[Survey, Pilot]:
    """A survey and its pilot, for somebody who evaluates.

    Raises:
        NotFound: there is no such survey, or the person may not know of it.
    """
    survey = tx.surveys.get(survey_id)
    try:
        pilot = pilot_for(tx, actor, survey.pilot_id if survey else "")
    except NotFound:
        raise NotFound(mark("There is no such survey.")) from None
    if survey is None:
        raise NotFound(mark("There is no such survey."))
    return survey, pilot


def _draft_only(survey: Survey) -> None:
    if survey.state is not SurveyState.DRAFT:
        raise Conflict(
            mark("This survey has been published. All answers are to the same questions, so they stand.")
        )


def _replace(tx: Transaction, changed: Survey) -> None:
    if not tx.surveys.replace(changed):
        known = tx.surveys.get(changed.id)
        raise EditConflict(
            mark("Somebody else has changed this survey since you opened it."), known.version if known else 0
        )
