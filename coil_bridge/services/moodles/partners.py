"""The way to each partner's Moodle, with a memory of how it went.

A site that fails is left alone for a while, longer each time, and says so at once instead of letting
somebody wait: a dead partner must not slow down work for the others. One good answer ends that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from coil_bridge.domain import Site, SiteState
from coil_bridge.errors import NotFound, PartnerUnavailable, Reason
from coil_bridge.i18n import mark
from coil_bridge.services.context import Clock
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault
from connectors.moodle.client import MoodleClient
from connectors.moodle.error_texts import explain
from connectors.moodle.errors import (
    AnswerUnreadable,
    FunctionNotAllowed,
    MoodleError,
    ParameterRefused,
    PermissionMissing,
    RecordUnknown,
)
from connectors.moodle.functions import PLUGIN_FUNCTIONS
from connectors.transport import Transport

Answer = TypeVar("Answer")

FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(minutes=30)
_OK_NOTED_EVERY = timedelta(minutes=1)
# The site itself is well when it says one of these: they are about one course, person or function.
_ABOUT_ONE_THING = (PermissionMissing, RecordUnknown, ParameterRefused)


class PartnerFailed(PartnerUnavailable):
    """One call to a partner failed; ``temporary``: it may succeed later without anybody doing anything.

    ``may_have_happened``: what was to be written there may have been written all the same.
    """

    def __init__(self, error: MoodleError) -> None:
        told = reason_of(error.key, error.values)
        super().__init__(told.message, told.values)
        self.advice = error.advice
        self.temporary = error.temporary
        self.may_have_happened = error.may_have_happened


def reason_of(key: str, values: Mapping[str, object]) -> Reason:
    """What a Moodle error says (its ``key`` and ``values``), to be kept and told in any language."""
    places = {name: f"%({name})s" for name in values}
    return Reason(explain(key, places).message, values)


class Partners:
    """Clients of the partners' Moodles, and the bookkeeping around each call."""

    def __init__(self, *, storage: Storage, vault: Vault, transport: Transport, clock: Clock) -> None:
        self._storage = storage
        self._vault = vault
        self._transport = transport
        self._clock = clock

    def client(self, site_id: str) -> MoodleClient:
        """A client with the site's token.

        Raises:
            NotFound: there is no such site, or it was removed and has no token any more.
        """
        return self._open(site_id)[1]

    def call(self, site_id: str, work: Callable[[MoodleClient], Answer], *, forced: bool = False) -> Answer:
        """Let ``work`` talk to a site, and remember how it went.

        ``forced`` (a check that an administrator asked for) also tries a site that is left alone or paused.

        Raises:
            NotFound: as ``client``.
            PartnerUnavailable: the site is paused or left alone for a while (nothing was asked).
            PartnerFailed: the call failed; its ``__cause__`` is the Moodle error.
        """
        site, client = self._open(site_id)
        if not forced:
            self._check_open(site)
        try:
            answer = work(client)
        except MoodleError as error:
            self._note_error(site, error)
            raise PartnerFailed(error) from error
        self._note_success(site)
        return answer

    def close(self) -> None:
        """Close the pooled connections."""
        self._transport.close()

    def _open(self, site_id: str) -> tuple[Site, MoodleClient]:
        with self._storage.read() as tx:
            site, sealed = tx.sites.get(site_id), tx.sites.sealed_token(site_id)
        if site is None or sealed is None:
            raise NotFound(mark("There is no such site, or it has been removed."))
        token = self._vault.decrypt(sealed)
        return site, MoodleClient(site.name, site.base_url, token, self._transport)

    def _check_open(self, site: Site) -> None:
        if site.state is not SiteState.ACTIVE:
            raise PartnerUnavailable(mark("%(site)s is paused."), {"site": site.name})
        if site.retry_at and site.retry_at > self._clock():
            raise PartnerUnavailable(
                mark("%(site)s cannot be used at the moment and will be tried again soon: %(error)s"),
                {"site": site.name, "error": site.last_error or ""},
            )

    def _note_error(self, site: Site, error: MoodleError) -> None:
        if isinstance(error, _ABOUT_ONE_THING) or _about_one_function(error):
            self._note_success(site)
            return
        now = self._clock()
        with self._storage.write() as tx:
            reason = reason_of(error.key, error.values)
            tx.sites.record_failure(site.id, now, reason, now + _pause(site.failures))

    def _note_success(self, site: Site) -> None:
        now = self._clock()
        if site.failures or _long_ago(site.last_ok_at, now):
            with self._storage.write() as tx:
                tx.sites.record_success(site.id, now)


def _about_one_function(error: MoodleError) -> bool:
    """Whether the service lacks it, or our plugin there is another than we can read."""
    if isinstance(error, FunctionNotAllowed):
        return error.reason != "access"
    of_plugin = isinstance(error, AnswerUnreadable) and error.function in PLUGIN_FUNCTIONS
    return of_plugin and error.reason == "shape"


def _pause(failures_before: int) -> timedelta:
    return min(FIRST_PAUSE * (1 << min(failures_before, 10)), _LONGEST_PAUSE)


def _long_ago(at: datetime | None, now: datetime) -> bool:
    return at is None or now - at >= _OK_NOTED_EVERY
