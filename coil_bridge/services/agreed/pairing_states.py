"""Every move that a pairing can make: the one table, and the rules that read it.

A pairing is proposed by the teachers of one course and answered by every invited course. When all that
remain have accepted (and at least one has) it is accepted, started by a teacher or by its first day,
completed by a teacher or after its last day. A proposal can be withdrawn, an agreed pairing cancelled.
Pure values: no storage, no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from coil_bridge.domain import Answer, PairedCourse, PairingState
from coil_bridge.errors import Conflict, Forbidden
from coil_bridge.i18n import mark


class Action(StrEnum):
    """What somebody can do with a pairing as a whole."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    START = "start"
    COMPLETE = "complete"
    CANCEL = "cancel"


class Who(StrEnum):
    """Whose move it is, by the courses of the pairing that the person teaches."""

    INITIATING = "initiating"
    INVITED = "invited"
    TEACHER = "teacher"


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the table. With several targets the answers of the courses decide (``settle``)."""

    action: Action
    source: tuple[PairingState, ...]
    target: tuple[PairingState, ...]
    who: Who
    needs_reason: bool = False
    by_date: bool = False


_P = PairingState
MOVES: tuple[Move, ...] = (
    Move(Action.ACCEPT, (_P.PROPOSED,), (_P.PROPOSED, _P.ACCEPTED), Who.INVITED),
    Move(Action.DECLINE, (_P.PROPOSED,), (_P.PROPOSED, _P.ACCEPTED, _P.DECLINED), Who.INVITED),
    # Also the invitation of one course alone can be withdrawn, so that silence does not hold up the others.
    Move(Action.WITHDRAW, (_P.PROPOSED,), (_P.PROPOSED, _P.ACCEPTED, _P.WITHDRAWN), Who.INITIATING),
    Move(Action.START, (_P.ACCEPTED,), (_P.ACTIVE,), Who.TEACHER, by_date=True),
    Move(Action.COMPLETE, (_P.ACTIVE,), (_P.COMPLETED,), Who.TEACHER, by_date=True),
    Move(Action.CANCEL, (_P.ACCEPTED, _P.ACTIVE), (_P.CANCELLED,), Who.TEACHER, needs_reason=True),
)
_BY_ACTION = {move.action: move for move in MOVES}

OPEN = frozenset({_P.PROPOSED, _P.ACCEPTED, _P.ACTIVE})
"""States in which the same courses cannot be paired a second time."""

AGREED = frozenset({_P.ACCEPTED, _P.ACTIVE, _P.COMPLETED, _P.CANCELLED})
"""States that students see: what teachers negotiate before is between them."""

PLANNING = frozenset({_P.ACCEPTED, _P.ACTIVE})
"""States in which teachers plan sessions. Accepted counts: partners agree on dates before the first day
of teaching, and students need the calendar by then."""

# One whole sentence a state, so that each language can say it properly. A test holds them to MOVES.
_STANDS = {
    _P.PROPOSED: mark(
        "This pairing is proposed: the invited teachers can accept or decline it, the proposing teachers "
        "can withdraw it."
    ),
    _P.ACCEPTED: mark("This pairing is accepted: its teachers can start it or call it off."),
    _P.ACTIVE: mark("This pairing is active: its teachers can complete it or call it off."),
    _P.COMPLETED: mark("This pairing is completed; nothing about it can change any more."),
    _P.DECLINED: mark("This pairing was declined; a new proposal can be made."),
    _P.WITHDRAWN: mark("This pairing was withdrawn; a new proposal can be made."),
    _P.CANCELLED: mark("This pairing was called off; a new proposal can be made."),
}

_RESERVED = {
    Who.INITIATING: mark("Only the teachers who proposed this pairing can do this."),
    Who.INVITED: mark("Only the teachers of an invited course can answer this proposal."),
    Who.TEACHER: mark("Only the teachers of this pairing's courses can do this."),
}


def move_of(action: Action) -> Move:
    """The table's line for an action."""
    return _BY_ACTION[action]


def possible(state: PairingState) -> tuple[Action, ...]:
    """What the table allows from a state, whoever does it."""
    return tuple(move.action for move in MOVES if state in move.source)


def standing(state: PairingState) -> str:
    """The sentence that says where a pairing stands and what would be possible."""
    return _STANDS[state]


def check_state(action: Action, state: PairingState) -> None:
    """Let a permitted move pass.

    Raises:
        Conflict: the table has no such move from this state; says the state and what is possible.
    """
    if state not in move_of(action).source:
        raise Conflict(_STANDS[state])


def check_who(action: Action, parts: frozenset[Who]) -> None:
    """Let the person whose move it is pass; ``parts`` are the parts that the person has.

    Raises:
        Forbidden: it is somebody else's move; says whose.
    """
    who = move_of(action).who
    if who not in parts:
        raise Forbidden(_RESERVED[who])


def settle(courses: Sequence[PairedCourse]) -> PairingState:
    """Where a proposal stands by its invited courses' answers; those that declined have left."""
    remaining = {each.answer for each in courses if not each.initiating} - {Answer.DECLINED}
    if not remaining:
        return PairingState.DECLINED
    return PairingState.PROPOSED if Answer.PENDING in remaining else PairingState.ACCEPTED


def due(state: PairingState, starts_on: date, ends_on: date, today: date) -> Action | None:
    """The move that is due by date; ``today`` is the initiating institution's local day."""
    if state is PairingState.ACCEPTED and today >= starts_on:
        return Action.START
    if state is PairingState.ACTIVE and today > ends_on:
        return Action.COMPLETE
    return None
