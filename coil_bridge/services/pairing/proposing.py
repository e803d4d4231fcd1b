"""How a proposal comes into being exactly once, and how the invited teachers come to know of it.

1. The form carries a key of its own. A second POST of it finds the pairing that the first one made.
2. The courses are locked, so that of two proposals over the same courses the second sees the first.
3. Teachers whom we know are told in the same transaction; a task asks the partner's Moodle for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from coil_bridge.domain import Pairing, PairingState, Person
from coil_bridge.errors import Conflict, TooManyRequests
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.agreed import proposals
from coil_bridge.services.agreed.pairing_states import OPEN
from coil_bridge.services.agreed.proposals import Chosen, ProposalInput
from coil_bridge.services.checks import check_key
from coil_bridge.services.context import Clock
from coil_bridge.services.pairing.pairing_moves import names
from coil_bridge.services.pairing.pairing_news import PairingNews
from coil_bridge.storage.storage import Storage, Transaction

MOST_PROPOSALS, MOST_INVITED = 20, 60
"""So many pairings may a person propose within a day, and so many courses invite: each is a message."""

_A_DAY = timedelta(days=1)

TELL_OF_PROPOSAL = "tell_of_proposal"
"""The kind of the task that looks up an invited course's teachers and tells them."""


class Proposing:
    """Makes proposals, for ``PairingService``."""

    def __init__(
        self, *, storage: Storage, clock: Clock, news: PairingNews, sync_teachers: Callable[[str], object]
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._news = news
        self._sync_teachers = sync_teachers

    def propose(self, actor: Person, form: ProposalInput, idempotency_key: str) -> Pairing:
        """See ``PairingService.propose``."""
        check_key(idempotency_key)
        form, now = proposals.tidy(form), self._clock()
        with self._storage.write() as tx:
            if before := tx.pairings.by_key(actor.id, idempotency_key):
                return before
            chosen = proposals.check(tx, actor, form, now)
            tx.pairings.lock_courses([chosen.own.id, *(each.id for each in chosen.partners)])
            # Asked again: the same form may have been stored while this one waited for the lock.
            if before := tx.pairings.by_key(actor.id, idempotency_key):
                return before
            _check_not_paired(tx, chosen)
            _check_not_too_many(tx, actor, len(chosen.partners), now)
            pairing = proposals.as_pairing(form, chosen, actor, now)
            if tx.pairings.insert(pairing, idempotency_key):
                self._make_known(tx, now, actor, pairing)
            # Read back: another thread may have stored this form with other courses in the meantime.
            return tx.pairings.by_key(actor.id, idempotency_key) or pairing

    def tell_of_proposal(self, payload: Mapping[str, Any]) -> None:
        """See ``PairingService.tell_of_proposal``."""
        pairing_id, course_id = str(payload["pairing_id"]), str(payload["course_id"])
        self._sync_teachers(course_id)
        with self._storage.write() as tx:
            pairing = tx.pairings.locked(pairing_id)
            proposer = tx.people.get(pairing.proposed_by) if pairing else None
            if pairing is None or proposer is None or pairing.state is not PairingState.PROPOSED:
                return
            for course in pairing.courses:
                if course.course.id == course_id:
                    self._news.tell_of_proposal(tx, proposer, pairing, course)

    def _make_known(self, tx: Transaction, now: datetime, actor: Person, pairing: Pairing) -> None:
        subject = ("pairing", pairing.id)
        audit.record(tx, now, actor, subject, "proposed", courses=names(pairing.courses))
        for each in pairing.courses:
            if not each.initiating:
                self._news.tell_of_proposal(tx, actor, pairing, each)
                payload = {"pairing_id": pairing.id, "course_id": each.course.id}
                key = f"{TELL_OF_PROPOSAL}:{pairing.id}:{each.course.id}"
                tx.tasks.queue(TELL_OF_PROPOSAL, payload, at=now, site_id=each.course.site_id, dedup_key=key)


def _check_not_paired(tx: Transaction, chosen: Chosen) -> None:
    there = tx.pairings.between(chosen.own.id, [each.id for each in chosen.partners], OPEN)
    if there:
        raise Conflict(
            mark("These courses have an open pairing already: “%(title)s”."),
            {"title": there[0].title, "pairing_id": there[0].id},
        )


def _check_not_too_many(tx: Transaction, actor: Person, inviting: int, now: datetime) -> None:
    proposed, invited = tx.pairings.proposed_since(actor.id, now - _A_DAY)
    if proposed >= MOST_PROPOSALS or invited + inviting > MOST_INVITED:
        raise TooManyRequests(
            mark(
                "Within a day a person can propose up to %(proposals)s pairings and invite up to %(courses)s "
                "courses, because every invited teacher gets a message. Please go on tomorrow."
            ),
            retry_after=int(_A_DAY.total_seconds()),
            values={"proposals": MOST_PROPOSALS, "courses": MOST_INVITED},
        )
