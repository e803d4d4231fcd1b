"""Pairings from the proposal to the end: each move with its audit entry and messages in one transaction.

What is permitted stands in ``pairing_states``, who sees what in ``access``. Every change is made under the
lock of the pairing, so two people who press two buttons come one after the other and the second is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from coil_bridge.domain import Answer, Pairing, PairingState, Person
from coil_bridge.errors import Conflict, Forbidden, NotFound
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.agreed.access import Access, access_to, oversees, pairing_access, partners
from coil_bridge.services.agreed.pairing_states import Action, check_state, check_who, settle
from coil_bridge.services.agreed.proposals import ProposalInput
from coil_bridge.services.checks import checked_reason
from coil_bridge.services.context import Clock
from coil_bridge.services.messaging.messages import Messages
from coil_bridge.services.pairing import pairing_texts, pairing_views
from coil_bridge.services.pairing.pairing_dates import PairingDates
from coil_bridge.services.pairing.pairing_moves import (
    due_action,
    move,
    move_by_date,
    names,
    sessions_ahead,
    set_state,
    stored,
    unanswered,
)
from coil_bridge.services.pairing.pairing_news import PairingNews
from coil_bridge.services.pairing.pairing_views import ActionOption, PairingView
from coil_bridge.services.pairing.proposing import Proposing
from coil_bridge.services.sessions.joint_sessions import SessionService
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage, Transaction

__all__ = ["ActionOption", "PairingService", "PairingView", "ProposalInput"]


class PairingService:
    """Proposes, answers, moves and shows pairings.

    ``sync_teachers`` reads a course's teachers from its Moodle and stores them (the catalogue's).
    """

    def __init__(
        self,
        *,
        storage: Storage,
        clock: Clock,
        settings: Settings,
        messages: Messages,
        sessions: SessionService,
        sync_teachers: Callable[[str], object],
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._sessions = sessions
        self._news = PairingNews(settings=settings, messages=messages)
        self.dates = PairingDates(storage=storage, clock=clock, news=self._news)
        self._proposing = Proposing(
            storage=storage, clock=clock, news=self._news, sync_teachers=sync_teachers
        )

    # Proposing

    def propose(self, actor: Person, form: ProposalInput, idempotency_key: str) -> Pairing:
        """Propose a pairing; the same key again gives the pairing that it made the first time.

        Teachers of the invited courses whom we know are told at once, the others by a task that asks
        their Moodle.

        Raises:
            NotFound: the actor teaches no such course.
            InvalidInput: reasons by field.
            Conflict: two of the courses are in an open pairing already; names it.
            TooManyRequests: the person has proposed or invited too much within a day.
        """
        return self._proposing.propose(actor, form, idempotency_key)

    def tell_of_proposal(self, payload: Mapping[str, Any]) -> None:
        """The worker's part of ``propose`` for one invited course (``pairing_id``, ``course_id``).

        Reads the course's teachers from its Moodle and tells those who have not been told.

        Raises:
            PartnerUnavailable: the partner's Moodle did not say who teaches the course; try again.
        """
        self._proposing.tell_of_proposal(payload)

    # Answering and moving

    def accept(self, actor: Person, pairing_id: str, course_id: str | None = None, note: str = "") -> Pairing:
        """Accept for the invited course, or for every one that the actor teaches.

        Raises:
            NotFound: no such pairing (or course in it) for this person.
            Forbidden: the actor teaches none of the invited courses.
            Conflict: the pairing is past answering, or the course has answered.
        """
        return self._answer(actor, pairing_id, Action.ACCEPT, course_id, note)

    def decline(
        self, actor: Person, pairing_id: str, course_id: str | None = None, note: str = ""
    ) -> Pairing:
        """Decline; the course leaves the pairing, which goes on while another invited one remains.

        Raises:
            NotFound, Forbidden, Conflict: as ``accept``.
        """
        return self._answer(actor, pairing_id, Action.DECLINE, course_id, note)

    def withdraw(
        self, actor: Person, pairing_id: str, reason: str = "", course_id: str | None = None
    ) -> Pairing:
        """Withdraw the proposal, or the invitation of one course that has not answered.

        Raises:
            NotFound: no such pairing (or course in it) for this person.
            Forbidden: the actor teaches none of the proposing courses.
            Conflict: the pairing is past that, or the course has answered.
        """
        reason, now = checked_reason(reason, required=False), self._clock()
        with self._storage.write() as tx:
            pairing = self._permitted(tx, actor, pairing_id, Action.WITHDRAW).pairing
            if course_id is not None:
                return self._withdraw_invitation(tx, actor, pairing, course_id, reason)
            after = move(tx, now, actor, pairing, Action.WITHDRAW, reason=reason)
            text = pairing_texts.ended(after, reason, 0, self._news.page(after))
            self._news.tell(tx, actor, after, text, partners(pairing))
            return after

    def start(self, actor: Person, pairing_id: str) -> Pairing:
        """Start an accepted pairing before its first day.

        Raises:
            NotFound, Forbidden, Conflict: no such pairing, not a teacher of it, or not in that state.
        """
        return self._go_on(actor, pairing_id, Action.START)

    def complete(self, actor: Person, pairing_id: str) -> Pairing:
        """Complete an active pairing before its last day.

        Raises:
            NotFound, Forbidden, Conflict: as ``start``; also while sessions are still to come.
        """
        return self._go_on(actor, pairing_id, Action.COMPLETE)

    def cancel(self, actor: Person, pairing_id: str, reason: str) -> Pairing:
        """Call off an agreed pairing with what lies ahead of it, and tell everybody.

        Raises:
            NotFound, Forbidden, Conflict: as ``start``.
            InvalidInput: there is no reason given.
        """
        reason, now = checked_reason(reason, required=True), self._clock()
        with self._storage.write() as tx:
            access = self._permitted(tx, actor, pairing_id, Action.CANCEL)
            after = move(tx, now, actor, access.pairing, Action.CANCEL, reason=reason)
            sessions = self._sessions.cancel_future(tx, actor, after, reason)
            text = pairing_texts.ended(after, reason, sessions, self._news.page(after))
            self._news.tell(tx, actor, after, text, partners(after), students=sessions > 0)
            return after

    def assign_phase(self, actor: Person, pairing_id: str, phase_id: str | None) -> Pairing:
        """Count the pairing to a phase of a pilot, or to none.

        Raises:
            NotFound: no such pairing or phase.
            Forbidden: the actor is neither evaluation lead nor administrator.
        """
        now = self._clock()
        with self._storage.write() as tx:
            before = pairing_access(tx, actor, pairing_id, lock=True).pairing
            if not oversees(actor):
                raise Forbidden(mark("Only the evaluation lead can do this."))
            if phase_id and tx.pairings.phase(phase_id) is None:
                raise NotFound(mark("There is no such phase."))
            if (before.phase.id if before.phase else None) == phase_id:
                return before
            tx.pairings.set_phase(pairing_id, phase_id, now)
            after = stored(tx, pairing_id)
            name = f"{after.phase.pilot_name}: {after.phase.name}" if after.phase else ""
            audit.record(tx, now, actor, ("pairing", pairing_id), "phase_assigned", phase=name)
            return after

    def act_by_date(self, now: datetime) -> int:
        """Start and complete what is due on the initiating institution's calendar; how many moves.

        Each pairing is a transaction of its own.
        """
        with self._storage.read() as tx:
            candidates = tx.pairings.in_states({PairingState.ACCEPTED, PairingState.ACTIVE})
        moves = 0
        for pairing_id in [each.id for each in candidates if due_action(each, now)]:
            with self._storage.write() as tx:
                moves += move_by_date(tx, pairing_id, now)
        return moves

    # Showing

    def get(self, actor: Person, pairing_id: str) -> PairingView:
        """The pairing's page for this person.

        Raises:
            NotFound: no such pairing for this person.
        """
        with self._storage.read() as tx:
            return pairing_views.view(tx, pairing_access(tx, actor, pairing_id))

    def mine(self, actor: Person) -> list[Pairing]:
        """Pairings of the courses that the person teaches or attends, the newest first."""
        with self._storage.read() as tx:
            found = [access_to(tx, actor, each) for each in tx.pairings.of_person(actor.id)]
        return [pairing_views.shown(each) for each in found if each.visible]

    def all(self, actor: Person) -> list[Pairing]:
        """Every pairing, the newest first.

        Raises:
            Forbidden: the person is neither administrator nor evaluation lead.
        """
        if not oversees(actor):
            raise Forbidden(mark("Only administrators and the evaluation lead see every pairing."))
        with self._storage.read() as tx:
            return tx.pairings.all()

    def _answer(
        self, actor: Person, pairing_id: str, action: Action, course_id: str | None, note: str
    ) -> Pairing:
        note, now = checked_reason(note, required=False), self._clock()
        answer = Answer.ACCEPTED if action is Action.ACCEPT else Answer.DECLINED
        with self._storage.write() as tx:
            access = self._permitted(tx, actor, pairing_id, action)
            courses = unanswered([each for each in access.teaching if not each.initiating], course_id)
            for each in courses:
                tx.pairings.set_answer(pairing_id, each.course.id, answer, actor.id, now)
            state = settle(stored(tx, pairing_id).courses)
            after = move(
                tx, now, actor, access.pairing, action, state=state, courses=names(courses), note=note
            )
            text = pairing_texts.answered(
                after,
                courses[0].course,
                accepted=answer is Answer.ACCEPTED,
                note=note,
                page=self._news.page(after),
            )
            self._news.tell(tx, actor, after, text, partners(after))
            return after

    def _withdraw_invitation(
        self, tx: Transaction, actor: Person, pairing: Pairing, course_id: str, reason: str
    ) -> Pairing:
        now = self._clock()
        [course] = unanswered([each for each in pairing.courses if not each.initiating], course_id)
        tx.pairings.set_answer(pairing.id, course_id, Answer.DECLINED, actor.id, now)
        state = settle(stored(tx, pairing.id).courses)
        if state is PairingState.DECLINED:
            state = PairingState.WITHDRAWN
        set_state(tx, now, pairing, state)
        detail = {"course": names([course])[0], "state": state.value, "reason": reason}
        audit.record(tx, now, actor, ("pairing", pairing.id), "invitation_withdrawn", **detail)
        after = stored(tx, pairing.id)
        page = self._news.page(after)
        self._news.tell(tx, actor, after, pairing_texts.ended(after, reason, 0, page), [course])
        if state is PairingState.ACCEPTED:
            self._news.tell(tx, actor, after, pairing_texts.agreed(after, page), partners(after))
        return after

    def _go_on(self, actor: Person, pairing_id: str, action: Action) -> Pairing:
        now = self._clock()
        with self._storage.write() as tx:
            access = self._permitted(tx, actor, pairing_id, action)
            if action is Action.COMPLETE and sessions_ahead(tx, pairing_id, now):
                raise Conflict(
                    mark("Sessions are still to come: cancel them first, or wait until they are over.")
                )
            after = move(tx, now, actor, access.pairing, action)
            text = pairing_texts.moved(after, actor, self._news.page(after))
            self._news.tell(tx, actor, after, text, partners(after))
            return after

    def _permitted(self, tx: Transaction, actor: Person, pairing_id: str, action: Action) -> Access:
        access = pairing_access(tx, actor, pairing_id, lock=True)
        check_state(action, access.pairing.state)
        check_who(action, access.parts)
        return access
