"""One move of a pairing, written down with its audit entry; and what decides about moves by the calendar."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from coil_bridge.domain import Answer, PairedCourse, Pairing, PairingState, Person, SessionState
from coil_bridge.errors import Conflict, NotFound
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.activity.told_courses import PAIRED, queue_telling
from coil_bridge.services.agreed.pairing_states import Action, due, move_of
from coil_bridge.services.agreed.session_changes import ends_at
from coil_bridge.services.context import SYSTEM
from coil_bridge.storage.storage import Transaction
from scheduling.zones import to_local


def move(
    tx: Transaction,
    now: datetime,
    actor: Person,
    before: Pairing,
    action: Action,
    *,
    state: PairingState | None = None,
    **detail: Any,
) -> Pairing:
    """Write a permitted move and its audit entry; ``state`` is needed where the table has several."""
    target = state or move_of(action).target[-1]
    set_state(tx, now, before, target)
    audit.record(tx, now, actor, ("pairing", before.id), action.value, state=target.value, **detail)
    return stored(tx, before.id)


def set_state(tx: Transaction, now: datetime, before: Pairing, state: PairingState) -> None:
    """Set a pairing's state; where it begins or ends by that, its Moodles' plugins are told soon."""
    tx.pairings.set_state(before.id, state, now)
    if (before.state in PAIRED) != (state in PAIRED):
        queue_telling(tx, now, {each.course.site_id for each in before.courses})


def move_by_date(tx: Transaction, pairing_id: str, now: datetime) -> int:
    """Start and complete a pairing as its dates say; how many moves."""
    pairing, moves = tx.pairings.locked(pairing_id), 0
    while pairing and (action := due_action(pairing, now)):
        if action is Action.COMPLETE and sessions_ahead(tx, pairing_id, now):
            break
        pairing = move(tx, now, SYSTEM, pairing, action)
        moves += 1
    return moves


def due_action(pairing: Pairing, now: datetime) -> Action | None:
    """The move that is due on the initiating institution's calendar."""
    home = next(each.course.institution for each in pairing.courses if each.initiating)
    return due(pairing.state, pairing.starts_on, pairing.ends_on, to_local(now, home.zone).date())


def sessions_ahead(tx: Transaction, pairing_id: str, now: datetime) -> bool:
    """Whether a session is still to come or is on."""
    sessions = tx.sessions.of_pairing(pairing_id)
    return any(each.state is SessionState.PLANNED and ends_at(each) > now for each in sessions)


def unanswered(courses: Collection[PairedCourse], course_id: str | None) -> list[PairedCourse]:
    """Those of these courses (or the one named) that still have to answer.

    Raises:
        NotFound: the course named is not among them.
        Conflict: there is nothing left to answer.
    """
    named = [each for each in courses if course_id in {None, each.course.id}]
    if not named:
        raise NotFound(mark("There is no such course in this pairing."))
    pending = [each for each in named if each.answer is Answer.PENDING]
    if not pending:
        raise Conflict(mark("This pairing is proposed, and this course has given its answer already."))
    return pending


def stored(tx: Transaction, pairing_id: str) -> Pairing:
    """The pairing after what this transaction has written; the caller holds its lock, so it is there."""
    pairing = tx.pairings.get(pairing_id)
    if pairing is None:
        raise NotFound(mark("There is no such pairing."))
    return pairing


def names(courses: Collection[PairedCourse]) -> list[str]:
    """The courses as the audit trail names them."""
    return [f"{each.course.fullname} ({each.course.institution.short_name})" for each in courses]
