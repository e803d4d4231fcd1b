"""What each move with a pairing is called before, while and after it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coil_bridge.services.pairing_states import Action
from coil_bridge.web.texts import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Asking:
    """The page that asks first: its question, what will happen, its button; ``grave`` moves end something."""

    title: str
    what: str
    button: str
    note: str
    icon: str
    grave: bool = False


_NOTE = _l("A word to the other teachers")
_REASON = _l("Reason")

ASKING: Mapping[Action, Asking] = {
    Action.ACCEPT: Asking(
        _l("Accept this proposal?"),
        _l("The proposing teachers are told. When every invited course has answered, you can plan sessions."),
        _l("Accept"),
        _NOTE,
        "check",
    ),
    Action.DECLINE: Asking(
        _l("Decline this proposal?"),
        _l("Your course leaves the pairing and the proposing teachers are told. A new proposal can be made."),
        _l("Decline"),
        _NOTE,
        "cross",
        grave=True,
    ),
    Action.WITHDRAW: Asking(
        _l("Withdraw the proposal?"),
        _l("The invited teachers are told that the proposal no longer stands. A new one can be made."),
        _l("Withdraw"),
        _REASON,
        "back",
        grave=True,
    ),
    Action.START: Asking(
        _l("Start the pairing now?"),
        _l("It would start by itself on its first day. The teachers are told."),
        _l("Start"),
        "",
        "play",
    ),
    Action.COMPLETE: Asking(
        _l("Complete the pairing now?"),
        _l("It would complete by itself after its last day. Nothing about it can change afterwards."),
        _l("Complete"),
        "",
        "flag",
    ),
    Action.CANCEL: Asking(
        _l("Call off the whole pairing?"),
        _l("Every session that lies ahead is called off too, and everybody concerned is told."),
        _l("Call it off"),
        _REASON,
        "cross",
        grave=True,
    ),
}

DONE: Mapping[Action, str] = {
    Action.ACCEPT: _l("You have accepted. The others are told."),
    Action.DECLINE: _l("You have declined. The others are told."),
    Action.WITHDRAW: _l("The proposal is withdrawn."),
    Action.START: _l("The pairing has started."),
    Action.COMPLETE: _l("The pairing is completed."),
    Action.CANCEL: _l("The pairing and its coming sessions are called off."),
}

OFFER: Mapping[Action, str] = {
    Action.ACCEPT: _l("Accept…"),
    Action.DECLINE: _l("Decline…"),
    Action.WITHDRAW: _l("Withdraw…"),
    Action.START: _l("Start early…"),
    Action.COMPLETE: _l("Complete early…"),
    Action.CANCEL: _l("Call off the pairing…"),
}
