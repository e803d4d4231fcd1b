"""A pairing as one person sees it: what is shown, and which moves are theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from coil_bridge.domain import AuditEntry, JointSession, PairedCourse, Pairing
from coil_bridge.errors import Conflict, Forbidden
from coil_bridge.services import audit
from coil_bridge.services.agreed.access import Access
from coil_bridge.services.agreed.pairing_states import (
    MOVES,
    PLANNING,
    Action,
    Move,
    check_state,
    check_who,
)
from coil_bridge.storage.storage import Transaction

Part = Literal["teacher", "student", "overseer", "left"]


@dataclass(frozen=True, slots=True)
class ActionOption:
    """A move and whether it is this person's now; ``why_not`` is the sentence to show otherwise."""

    action: Action
    allowed: bool
    why_not: str
    needs_reason: bool


@dataclass(frozen=True, slots=True)
class PairingView:
    """A pairing's page for one person; students get neither the message nor the trail."""

    pairing: Pairing
    part: Part
    my_courses: tuple[PairedCourse, ...]
    actions: tuple[ActionOption, ...]
    may_plan: bool
    sessions: tuple[JointSession, ...]
    audit: tuple[AuditEntry, ...]


def view(tx: Transaction, access: Access) -> PairingView:
    """What the person may see of the pairing, with the sessions in order of time."""
    pairing = access.pairing
    return PairingView(
        pairing=shown(access),
        part=_part(access),
        my_courses=(*access.teaching, *access.attending, *access.left),
        actions=tuple(_option(move, access) for move in MOVES) if access.teaching else (),
        may_plan=bool(access.teaching) and pairing.state in PLANNING,
        sessions=tuple(tx.sessions.of_pairing(pairing.id)) if access.sees_sessions else (),
        audit=tuple(audit.trail(tx, ("pairing", pairing.id))) if access.sees_negotiation else (),
    )


def shown(access: Access) -> Pairing:
    """The pairing without what is between the teachers, where the person is none of them."""
    return access.pairing if access.sees_negotiation else replace(access.pairing, message="")


def _part(access: Access) -> Part:
    if access.teaching:
        return "teacher"
    if access.attending:
        return "student"
    return "left" if access.left else "overseer"


def _option(move: Move, access: Access) -> ActionOption:
    try:
        check_state(move.action, access.pairing.state)
        check_who(move.action, access.parts)
    except (Conflict, Forbidden) as refusal:
        return ActionOption(move.action, False, refusal.message, move.needs_reason)
    return ActionOption(move.action, True, "", move.needs_reason)
