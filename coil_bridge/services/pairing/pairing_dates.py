"""The last day of a pairing, which may be moved until the pairing is over.

A date that only one side wants is proposed anew by moving it: while nothing is agreed the proposing teachers
move it, and whoever has not answered answers to the new one. Once the partners have agreed, each teacher of
the pairing may move it, as each may plan and call off sessions; the others are told, it is on record, and
nothing that is planned may fall outside.
"""

from __future__ import annotations

from datetime import date

from coil_bridge.domain import Pairing, PairingState, Person, SessionState
from coil_bridge.errors import Conflict, EditConflict, Forbidden, InvalidInput
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.agreed.access import Access, pairing_access, partners, require_teacher
from coil_bridge.services.agreed.pairing_states import OPEN, Who, standing
from coil_bridge.services.agreed.proposals import LONGEST
from coil_bridge.services.context import Clock
from coil_bridge.services.pairing import pairing_texts
from coil_bridge.services.pairing.pairing_moves import stored
from coil_bridge.services.pairing.pairing_news import PairingNews
from coil_bridge.storage.storage import Storage, Transaction
from scheduling.zones import to_local


class PairingDates:
    """Moves the last day of pairings."""

    def __init__(self, *, storage: Storage, clock: Clock, news: PairingNews) -> None:
        self._storage = storage
        self._clock = clock
        self._news = news

    def move_end(self, actor: Person, pairing_id: str, ends_on: date, version: int) -> Pairing:
        """Move the last day, a day at the initiating institution; the same day again changes nothing.

        Raises:
            NotFound: no such pairing for this person.
            Forbidden: it is not this person's to move.
            Conflict: the pairing is over.
            EditConflict: somebody else changed the pairing since ``version``.
            InvalidInput: the day cannot be the last one; says why.
        """
        now = self._clock()
        with self._storage.write() as tx:
            access = pairing_access(tx, actor, pairing_id, lock=True)
            check_may_move(access)
            before = access.pairing
            if before.ends_on == ends_on:
                return before
            if before.version != version:
                raise EditConflict(
                    mark("Somebody else has changed this pairing since you opened it. Nothing was saved."),
                    current_version=before.version,
                )
            home = next(each.course.institution for each in before.courses if each.initiating)
            _check_day(before, ends_on, to_local(now, home.zone).date(), _last_session(tx, pairing_id))
            tx.pairings.set_end(pairing_id, ends_on, now)
            detail = {"old": before.ends_on.isoformat(), "new": ends_on.isoformat()}
            audit.record(tx, now, actor, ("pairing", pairing_id), "end_moved", **detail)
            after = stored(tx, pairing_id)
            text = pairing_texts.end_moved(after, before.ends_on, actor, self._news.page(after))
            self._news.tell(tx, actor, after, text, partners(after))
            return after


def check_may_move(access: Access) -> None:
    """Let whoever may move the last day pass.

    Raises:
        Forbidden: the person teaches none of the courses, or nothing is agreed and others proposed it.
        Conflict: the pairing is over.
    """
    require_teacher(access)
    state = access.pairing.state
    if state not in OPEN:
        raise Conflict(standing(state))
    if state is PairingState.PROPOSED and Who.INITIATING not in access.parts:
        raise Forbidden(mark("Only the teachers who proposed this pairing can do this."))


def _last_session(tx: Transaction, pairing_id: str) -> date | None:
    """The last day on which a session is planned, on its anchor's clock."""
    planned = [each for each in tx.sessions.of_pairing(pairing_id) if each.state is SessionState.PLANNED]
    return max((each.starts_local.date() for each in planned), default=None)


def _check_day(pairing: Pairing, ends_on: date, today: date, last_session: date | None) -> None:
    if ends_on <= pairing.starts_on:
        reason = mark("The last day comes after the first day.")
    elif ends_on - pairing.starts_on > LONGEST:
        reason = mark("A pairing lasts at most 400 days.")
    elif ends_on < today:
        reason = mark("This day has passed.")
    elif last_session and ends_on < last_session:
        reason = mark("Sessions are planned after that day: move them or call them off first.")
    else:
        return
    raise InvalidInput({"ends_on": [reason]})
