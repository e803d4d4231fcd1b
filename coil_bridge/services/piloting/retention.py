"""How long a pilot's rows about people are kept, and their end.

A pilot is kept for five years after its last day unless its lead decides otherwise: that is how long a
beneficiary of an Erasmus+ grant above 60 000 EUR keeps records (model grant agreement, article 20). When the
time is over the key is destroyed and every row about a person goes; name, dates and the audit trail stay.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta

from coil_bridge.domain import Person, Pilot
from coil_bridge.errors import Conflict, InvalidInput
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.context import SYSTEM, Clock
from coil_bridge.services.piloting.pilot_groups import pilot_for
from coil_bridge.storage.retention import Kept
from coil_bridge.storage.storage import Storage, Transaction

YEARS = 5
_LONGEST = timedelta(days=15 * 366)


class RetentionService:
    """Times of keeping."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def of_pilot(self, actor: Person, pilot_id: str) -> Kept:
        """What holds for a pilot.

        Raises:
            NotFound: there is no such pilot, or the actor may not know of it.
        """
        with self._storage.read() as tx:
            return kept(tx, pilot_for(tx, actor, pilot_id))

    def decide(self, actor: Person, pilot_id: str, keep_until: date) -> Kept:
        """Keep a pilot's rows until a day (UTC), that day included.

        Raises:
            NotFound: as ``of_pilot``.
            InvalidInput: the day lies before the pilot's end, in the past, or too far away.
            Conflict: they have gone already.
        """
        now = self._clock()
        with self._storage.write() as tx:
            pilot = pilot_for(tx, actor, pilot_id)
            if kept(tx, pilot).ended_at is not None:
                raise Conflict(mark("The rows of this pilot have been deleted already."))
            _check(keep_until, pilot, now.astimezone(UTC).date())
            tx.retention.set(pilot_id, keep_until)
            audit.record(
                tx, now, actor, ("pilot", pilot_id), "retention_set", keep_until=keep_until.isoformat()
            )
            return kept(tx, pilot)

    def act_by_date(self) -> int:
        """Delete the rows of every pilot whose time is over; how many pilots that were."""
        now, ended = self._clock(), 0
        with self._storage.write() as tx:
            for pilot in tx.pilots.all():
                held = kept(tx, pilot)
                if held.ended_at is None and now.astimezone(UTC).date() > held.keep_until:
                    tx.pilots.destroy_key(pilot.id, now)
                    tx.surveys.delete_answers(pilot.id)
                    tx.erasure.pilot(pilot.id)
                    tx.retention.set(pilot.id, held.keep_until)
                    tx.retention.end(pilot.id, now)
                    audit.record(tx, now, SYSTEM, ("pilot", pilot.id), "retention_ended")
                    ended += 1
        return ended


def kept(tx: Transaction, pilot: Pilot) -> Kept:
    """What was decided for a pilot, or what holds without a decision."""
    return tx.retention.of_pilot(pilot.id) or Kept(pilot.id, _years_after(pilot.ends_on), None)


def _years_after(day: date) -> date:
    try:
        return day.replace(year=day.year + YEARS)
    except ValueError:  # 29 February
        return day.replace(year=day.year + YEARS, day=28)


def _check(keep_until: date, pilot: Pilot, today: date) -> None:
    if keep_until < max(pilot.ends_on, today):
        raise InvalidInput({"keep_until": [mark("Choose a day to come, not before the pilot’s end.")]})
    if keep_until > pilot.ends_on + _LONGEST:
        raise InvalidInput({"keep_until": [mark("Fifteen years after the pilot is the longest.")]})
