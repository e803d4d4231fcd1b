"""Tells the plugins in partners' Moodles which of their courses are paired.

In these the plugin shows the way to the joint sessions, and of these alone it notifies. The list is told as
a whole, when a pairing begins or ends and again and again: what was lost, or changed in Moodle meanwhile, is
right after the next time. A Moodle without the plugin is left in peace after one question.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from coil_bridge.domain import PairingState, SiteState
from coil_bridge.services.context import Clock
from coil_bridge.services.moodles.partners import PartnerFailed, Partners
from coil_bridge.storage.storage import Storage, Transaction
from connectors.moodle.errors import FunctionNotAllowed, PermissionMissing, RecordUnknown
from connectors.moodle.plugin import PairedCourse

TELL_PLUGIN = "tell_plugin"
"""The kind of task; its payload names the site."""

PAIRED = frozenset({PairingState.ACCEPTED, PairingState.ACTIVE})
"""The states in which a pairing's courses are told as paired."""
# What a site without the plugin answers, or one whose token or role does not reach so far.
_NOT_THERE = (RecordUnknown, FunctionNotAllowed, PermissionMissing)


def queue_telling(tx: Transaction, now: datetime, site_ids: Collection[str] | None = None) -> None:
    """Queue the telling of every active site, or of those among these, of each once."""
    for site in tx.sites.all([SiteState.ACTIVE]):
        if site_ids is None or site.id in site_ids:
            key = f"{TELL_PLUGIN}:{site.id}"
            tx.tasks.queue(TELL_PLUGIN, {"site_id": site.id}, at=now, site_id=site.id, dedup_key=key)


class ToldCourses:
    """What the plugins know of pairings."""

    def __init__(self, *, storage: Storage, partners: Partners, clock: Clock, public_url: str) -> None:
        self._storage = storage
        self._partners = partners
        self._clock = clock
        self._public_url = public_url

    def queue_all(self) -> None:
        """Queue the telling of every active site."""
        with self._storage.write() as tx:
            queue_telling(tx, self._clock())

    def perform(self, payload: Mapping[str, Any]) -> None:
        """The task of ``queue_telling``."""
        self.tell(payload["site_id"])

    def tell(self, site_id: str) -> int | None:
        """Tell one site; how many courses it now shows as paired, ``None`` without the plugin.

        Raises:
            NotFound, PartnerUnavailable: as ``Partners.call``.
        """
        courses = self.courses_of(site_id)
        try:
            return self._partners.call(site_id, lambda client: client.set_courses(courses)).courses
        except PartnerFailed as failure:
            if isinstance(failure.__cause__, _NOT_THERE):
                return None
            raise

    def courses_of(self, site_id: str) -> list[PairedCourse]:
        """A site's courses in pairings that are agreed and not over; each leads to its own page."""
        with self._storage.read() as tx:
            pairings = tx.pairings.in_states(PAIRED)
        found = {
            paired.course.moodle_id: PairedCourse(
                paired.course.moodle_id,
                pairing.id,
                f"{self._public_url}/courses/{paired.course.id}/sessions",
            )
            for pairing in pairings
            for paired in pairing.courses
            if paired.course.site_id == site_id
        }
        return [found[moodle_id] for moodle_id in sorted(found)]
