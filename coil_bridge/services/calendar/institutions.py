"""What a university is described by: its names, where it lies, its clock and its usual day.

It is given when its first Moodle is connected. Mistakes happen, and regions matter for public holidays, so an
administrator can write it anew. Calendars show names and clocks, hence they follow in the same transaction.
The zone stays while sessions are planned on its clock: what was agreed is a wall time of that zone, and a
form that no longer offers it would move sessions behind the teachers' backs.
"""

from __future__ import annotations

from dataclasses import asdict

from coil_bridge.domain import FeedKind, Institution, Pairing, Person, SessionState
from coil_bridge.errors import InvalidInput, NotFound
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.agreed.access import partners
from coil_bridge.services.agreed.pairing_states import AGREED
from coil_bridge.services.calendar.feeds import FeedService
from coil_bridge.services.context import Clock, administrators_only
from coil_bridge.services.moodles.site_inputs import (
    InstitutionInput,
    institution_problems,
    institution_record,
    raise_any,
)
from coil_bridge.storage.feed_subjects import about
from coil_bridge.storage.storage import Storage, Transaction

_NAME_TAKEN = mark("Another university has this name.")
_ZONE_IN_USE = mark(
    "Sessions are planned on this university's clock. Call them off, or move them to another one first."
)


class Institutions:
    """Describes the universities of the consortium; for administrators."""

    def __init__(self, *, storage: Storage, clock: Clock, feeds: FeedService) -> None:
        self._storage = storage
        self._clock = clock
        self._feeds = feeds

    def get(self, actor: Person, institution_id: str) -> Institution:
        """One university.

        Raises:
            Forbidden, NotFound
        """
        administrators_only(actor)
        with self._storage.read() as tx:
            return _found(tx, institution_id)

    def describe(self, actor: Person, institution_id: str, given: InstitutionInput) -> Institution:
        """Write a university's description anew; the same once more changes nothing.

        Raises:
            Forbidden, NotFound
            InvalidInput: reasons by field; the zone is in use, the name is taken.
        """
        administrators_only(actor)
        raise_any(institution_problems(given))
        with self._storage.write() as tx:
            before = _found(tx, institution_id)
            after = institution_record(institution_id, given)
            if after == before:
                return before
            # Whoever locks several pairings does it in the same order.
            ids = sorted(tx.feed_subjects.pairings(FeedKind.INSTITUTION, institution_id, AGREED))
            pairings = [found for each in ids if (found := tx.pairings.locked(each))]
            self._check(tx, before, after, pairings)
            tx.sites.update_institution(after)
            changes = _changes(before, after)
            audit.record(
                tx, self._clock(), actor, ("institution", institution_id), "described", changes=changes
            )
            self._let_calendars_follow(tx, institution_id, pairings)
            return after

    def _check(
        self, tx: Transaction, before: Institution, after: Institution, pairings: list[Pairing]
    ) -> None:
        known = tx.sites.institution_by_name(after.name)
        if known is not None and known.id != after.id:
            raise InvalidInput({"name": [_NAME_TAKEN]})
        if after.zone != before.zone and any(self._planned(tx, each, before.zone) for each in pairings):
            raise InvalidInput({"zone": [_ZONE_IN_USE]})

    def _planned(self, tx: Transaction, pairing: Pairing, zone: str) -> bool:
        return any(
            each.zone == zone and each.state is SessionState.PLANNED and each.starts_at > self._clock()
            for each in tx.sessions.of_pairing(pairing.id)
        )

    def _let_calendars_follow(self, tx: Transaction, institution_id: str, pairings: list[Pairing]) -> None:
        tx.feeds.mark_stale(about(FeedKind.INSTITUTION, institution_id))
        for each in pairings:
            self._feeds.rebuild(tx, each.id)
        courses = {partner.course.id for each in pairings for partner in partners(each)}
        if courses:
            tx.moodle_calendars.ask(sorted(courses), self._clock())


def _changes(before: Institution, after: Institution) -> dict[str, list[str]]:
    """Old and new by field, as plain text."""
    pairs = {name: (str(old or ""), str(asdict(after)[name] or "")) for name, old in asdict(before).items()}
    return {name: [old, new] for name, (old, new) in pairs.items() if old != new}


def _found(tx: Transaction, institution_id: str) -> Institution:
    for each in tx.sites.institutions():
        if each.id == institution_id:
            return each
    raise NotFound(mark("There is no such page."))
