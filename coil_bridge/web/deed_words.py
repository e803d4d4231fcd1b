"""What each move with a pairing is called before, while and after it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coil_bridge.services.agreed.pairing_states import Action
from coil_bridge.web.texts import lazy_gettext


@dataclass(frozen=True, slots=True)
class Asking:
    """The page that asks first: its question, what will happen, its button; ``grave`` moves end something."""

    title: str
    what: str
    button: str
    note: str
    icon: str
    grave: bool = False


_NOTE = lazy_gettext("A word to the other teachers")
_REASON = lazy_gettext("Reason")

ASKING: Mapping[Action, Asking] = {
    Action.ACCEPT: Asking(
        lazy_gettext("Accept this proposal?"),
        lazy_gettext(
            "The proposing teachers are told. When every invited course has answered, you can plan sessions."
        ),
        lazy_gettext("Accept"),
        _NOTE,
        "check",
    ),
    Action.DECLINE: Asking(
        lazy_gettext("Decline this proposal?"),
        lazy_gettext(
            "Your course leaves the pairing and the proposing teachers are told. A new proposal can be made."
        ),
        lazy_gettext("Decline"),
        _NOTE,
        "cross",
        grave=True,
    ),
    Action.WITHDRAW: Asking(
        lazy_gettext("Withdraw the proposal?"),
        lazy_gettext(
            "The invited teachers are told that the proposal no longer stands. A new one can be made."
        ),
        lazy_gettext("Withdraw"),
        _REASON,
        "back",
        grave=True,
    ),
    Action.START: Asking(
        lazy_gettext("Start the pairing now?"),
        lazy_gettext("It would start by itself on its first day. The teachers are told."),
        lazy_gettext("Start"),
        "",
        "play",
    ),
    Action.COMPLETE: Asking(
        lazy_gettext("Complete the pairing now?"),
        lazy_gettext(
            "It would complete by itself after its last day. Nothing about it can change afterwards."
        ),
        lazy_gettext("Complete"),
        "",
        "flag",
    ),
    Action.CANCEL: Asking(
        lazy_gettext("Call off the whole pairing?"),
        lazy_gettext("Every session that lies ahead is called off too, and everybody concerned is told."),
        lazy_gettext("Call it off"),
        _REASON,
        "cross",
        grave=True,
    ),
}

DONE: Mapping[Action, str] = {
    Action.ACCEPT: lazy_gettext("You have accepted. The others are told."),
    Action.DECLINE: lazy_gettext("You have declined. The others are told."),
    Action.WITHDRAW: lazy_gettext("The proposal is withdrawn."),
    Action.START: lazy_gettext("The pairing has started."),
    Action.COMPLETE: lazy_gettext("The pairing is completed."),
    Action.CANCEL: lazy_gettext("The pairing and its coming sessions are called off."),
}

OFFER: Mapping[Action, str] = {
    Action.ACCEPT: lazy_gettext("Accept…"),
    Action.DECLINE: lazy_gettext("Decline…"),
    Action.WITHDRAW: lazy_gettext("Withdraw…"),
    Action.START: lazy_gettext("Start early…"),
    Action.COMPLETE: lazy_gettext("Complete early…"),
    Action.CANCEL: lazy_gettext("Call off the pairing…"),
}
