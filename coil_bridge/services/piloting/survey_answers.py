"""Answering surveys: who is asked what, and taking an answer without keeping whose it is.

Asked are the students of the pilot's pairings before and after, and everybody who took part in a pairing
after each of its joint sessions. That somebody has answered is written apart from the answer, in the same
transaction, and forgotten once the round is over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from coil_bridge.domain import Course, JointSession, Pairing, PairingState, Person
from coil_bridge.errors import Conflict, InvalidInput, NotFound
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.surveys import Response, Survey, SurveyKind, Wave, normal_code
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.access import Access, access_to
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.survey_rounds import can_be_evaluated, open_wave
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault, new_id

SHORTEST_CODE, LONGEST_CODE = 4, 40
_ASKED = frozenset({PairingState.ACCEPTED, PairingState.ACTIVE, PairingState.COMPLETED})


@dataclass(frozen=True, slots=True)
class Invitation:
    """A survey that somebody can answer now, about a pairing or one of its joint sessions."""

    survey: Survey
    wave: Wave
    pairing: Pairing
    course: Course  # the own one, whose institution the answer counts to
    session: JointSession | None

    @property
    def subject_id(self) -> str:
        """What the answer is about."""
        return self.session.id if self.session else self.pairing.id


class SurveyAnswers:
    """The surveys that wait for somebody's answer."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault

    def waiting(self, actor: Person) -> list[Invitation]:
        """What somebody can answer now and has not answered yet."""
        with self._storage.read() as tx:
            return _waiting(tx, actor, self._clock())

    def invitation(self, actor: Person, survey_id: str, subject_id: str) -> Invitation:
        """One of them.

        Raises:
            NotFound: nothing of the kind waits for this person (any more).
        """
        with self._storage.read() as tx:
            return _one(_waiting(tx, actor, self._clock()), survey_id, subject_id)

    def answer(
        self, actor: Person, survey_id: str, subject_id: str, code: str, answers: Mapping[str, int]
    ) -> None:
        """Take an answer; statements may be left open, but not all of them.

        Raises:
            NotFound: as ``invitation``; a second click finds that nothing waits any more.
            InvalidInput: reasons by field.
            Conflict: the pilot's key was destroyed in the meantime.
        """
        with self._storage.write() as tx:
            invitation = _one(_waiting(tx, actor, self._clock()), survey_id, subject_id)
            survey, wave = invitation.survey, invitation.wave
            given = _checked(survey, answers)
            kept = None if survey.kind is SurveyKind.MEETING else self._sealed(tx, survey, code)
            if not tx.surveys.take(survey.id, wave, subject_id, actor.id):
                raise _nothing_waits()
            tx.surveys.add_response(
                new_id(),
                survey.id,
                Response(
                    wave,
                    invitation.pairing.id,
                    invitation.course.institution.id,
                    invitation.session.id if invitation.session else None,
                    kept,
                    given,
                ),
            )

    def _sealed(self, tx: Transaction, survey: Survey, code: str) -> str:
        plain = normal_code(code)
        if not SHORTEST_CODE <= len(plain) <= LONGEST_CODE:
            raise InvalidInput({"code": [mark("Make up a code of 4 to 40 letters and digits.")]})
        sealed = tx.pilots.sealed_key(survey.pilot_id)
        if sealed is None:
            raise Conflict(mark("The pseudonym key of this pilot is destroyed; nothing more is collected."))
        return Pseudonymiser(self._vault.decrypt(sealed)).survey_code(survey.id, plain)


def _waiting(tx: Transaction, actor: Person, now: datetime) -> list[Invitation]:
    accesses = {
        pairing.id: access
        for pairing in tx.pairings.of_person(actor.id)
        if pairing.state in _ASKED and (access := access_to(tx, actor, pairing)).takes_part
    }
    done = tx.surveys.taken_by(actor.id)
    return [
        invitation
        for pairing_id, survey in tx.surveys.published_for(accesses)
        for invitation in _invitations(tx, survey, accesses[pairing_id], now)
        if (survey.id, invitation.wave, invitation.subject_id) not in done
    ]


def _invitations(tx: Transaction, survey: Survey, access: Access, now: datetime) -> Iterator[Invitation]:
    if survey.kind is SurveyKind.MEETING:
        course = (*access.attending, *access.teaching)[0].course
        for session in tx.sessions.of_pairing(access.pairing.id):
            if can_be_evaluated(session, now):
                yield Invitation(survey, Wave.MEETING, access.pairing, course, session)
    elif access.attending:
        course = access.attending[0].course
        wave = open_wave(survey, now, course.institution.zone)
        if wave is not None:
            yield Invitation(survey, wave, access.pairing, course, None)


def _one(waiting: list[Invitation], survey_id: str, subject_id: str) -> Invitation:
    for each in waiting:
        if (each.survey.id, each.subject_id) == (survey_id, subject_id):
            return each
    raise _nothing_waits()


def _nothing_waits() -> NotFound:
    return NotFound(mark("No survey waits for your answer here: it is answered, over, or not for you."))


def _checked(survey: Survey, answers: Mapping[str, int]) -> dict[str, int]:
    errors: dict[str, list[str]] = {}
    for item in survey.items:
        if item.id in answers and not 1 <= answers[item.id] <= item.points:
            errors[f"answer.{item.id}"] = [mark("Please choose one from the list.")]
    given = {item.id: answers[item.id] for item in survey.items if item.id in answers}
    if not given:
        errors[""] = [mark("Answer at least one statement.")]
    if errors:
        raise InvalidInput(errors)
    return given
