"""Connecting partners' Moodles: add, check, pause, remove.

A site is checked as soon as it is added and is kept even if the check finds something wrong: the report
says what to do, and doing it is a matter of minutes in Moodle, not of filling in the form again. Tokens
are sealed before they are stored and never shown again.
"""

from __future__ import annotations

from datetime import timedelta

from coil_bridge.domain import Institution, Person, Site, SiteState
from coil_bridge.errors import Conflict, NotFound, Reason, TooManyRequests
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.context import Clock, administrators_only
from coil_bridge.services.moodles.addresses import UnusableAddress, normalise
from coil_bridge.services.moodles.catalogue import Catalogue
from coil_bridge.services.moodles.partners import FIRST_PAUSE, Partners, reason_of
from coil_bridge.services.moodles.site_inputs import (
    InstitutionInput,
    SiteInput,
    institution_problems,
    institution_record,
    raise_any,
    token_problems,
)
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault, new_id
from connectors.moodle.readiness import Readiness, from_json, probe, to_json

_CHECKED_EVERY = timedelta(minutes=1)


class SiteRegistry:
    """The sites of the consortium. Every method that takes an actor is for administrators only."""

    def __init__(
        self,
        *,
        storage: Storage,
        vault: Vault,
        clock: Clock,
        partners: Partners,
        catalogue: Catalogue,
        allow_http: bool,
    ) -> None:
        self._storage = storage
        self._vault = vault
        self._clock = clock
        self._partners = partners
        self._catalogue = catalogue
        self._allow_http = allow_http

    def add(self, actor: Person, given: SiteInput) -> Site:
        """Connect a Moodle and check it at once; a removed site at the same address comes back to life.

        Raises:
            Forbidden, InvalidInput
            Conflict: a site at this address is connected already.
        """
        administrators_only(actor)
        base_url = self._checked_address(given)
        with self._storage.write() as tx:
            site_id = self._store(tx, given, base_url)
            self._record(tx, actor, site_id, "added", base_url=base_url)
            self._catalogue.queue_sync(tx, site_id)
        return self.recheck(actor, site_id)

    def all(self) -> list[Site]:
        """Every site that has not been removed, by institution."""
        with self._storage.read() as tx:
            return tx.sites.all([SiteState.ACTIVE, SiteState.PAUSED])

    def institutions(self) -> list[Institution]:
        """Every institution, by name."""
        with self._storage.read() as tx:
            return tx.sites.institutions()

    def get(self, site_id: str) -> Site:
        """One site, a removed one too.

        Raises:
            NotFound: there is none of that id.
        """
        with self._storage.read() as tx:
            return _found(tx, site_id)

    @staticmethod
    def readiness(site: Site) -> Readiness | None:
        """The report of the last check."""
        return from_json(site.readiness) if site.readiness else None

    def recheck(self, actor: Person, site_id: str) -> Site:
        """Check a site now, also one that is paused or left alone after failures.

        Raises:
            Forbidden, NotFound: there is no such site, or it has been removed.
        """
        administrators_only(actor)
        return self._checked(actor, site_id)

    def recheck_own(self, actor: Person, site_id: str) -> Site:
        """Check an active site for somebody who administers that Moodle; the caller has made sure of it.

        Raises:
            NotFound: there is no such site, or it is not in use at present.
            TooManyRequests: it was checked within the last minute.
        """
        site = self.get(site_id)
        if site.state is not SiteState.ACTIVE:
            raise NotFound(mark("There is no such site, or it has been removed."))
        if site.checked_at and self._clock() - site.checked_at < _CHECKED_EVERY:
            raise TooManyRequests(
                mark("This Moodle was checked within the last minute. Please try again in a moment."),
                retry_after=int(_CHECKED_EVERY.total_seconds()),
            )
        return self._checked(actor, site_id)

    def _checked(self, actor: Person, site_id: str) -> Site:
        report = probe(self._partners.client(site_id))
        now = self._clock()
        with self._storage.write() as tx:
            tx.sites.set_readiness(site_id, to_json(report), now)
            if report.failure is None:
                tx.sites.record_success(site_id, now)
            else:
                tx.sites.record_failure(site_id, now, _failure(report), now + FIRST_PAUSE)
            levels = [check.level for check in report.checks]
            self._record(
                tx, actor, site_id, "checked", errors=levels.count("error"), warnings=levels.count("warning")
            )
            return _found(tx, site_id)

    def replace_token(self, actor: Person, site_id: str, token: str) -> Site:
        """Store another token and check the site with it.

        Raises:
            Forbidden, NotFound, InvalidInput
            Conflict: the site has been removed; add it again instead.
        """
        administrators_only(actor)
        raise_any({"token": token_problems(token)})
        with self._storage.write() as tx:
            _not_removed(_found(tx, site_id))
            tx.sites.set_token(site_id, self._vault.encrypt(token.strip()))
            self._record(tx, actor, site_id, "token_replaced")
        return self.recheck(actor, site_id)

    def pause(self, actor: Person, site_id: str) -> Site:
        """Stop asking a site anything; what is known of it stays visible to its people.

        Raises:
            Forbidden, NotFound, Conflict: it has been removed.
        """
        return self._set_state(actor, site_id, SiteState.PAUSED, "paused")

    def resume(self, actor: Person, site_id: str) -> Site:
        """Go on asking; raises as ``pause``."""
        return self._set_state(actor, site_id, SiteState.ACTIVE, "resumed")

    def remove(self, actor: Person, site_id: str) -> Site:
        """Wipe the token, sign its people out; courses and pairings stay. Raises as ``pause``.

        Its people's parts in courses end, and with them their calendars and the messages to them. They
        come back with the site: a teacher's when the roster is read, a student's at the next sign-in.
        """
        administrators_only(actor)
        with self._storage.write() as tx:
            _not_removed(_found(tx, site_id))
            tx.sites.set_token(site_id, None)
            tx.sites.set_state(site_id, SiteState.REMOVED)
            tx.people.end_web_sessions_of_site(site_id)
            tx.courses.end_enrolments_of_site(site_id)
            self._record(tx, actor, site_id, "removed")
            return _found(tx, site_id)

    def _set_state(self, actor: Person, site_id: str, state: SiteState, action: str) -> Site:
        administrators_only(actor)
        with self._storage.write() as tx:
            site = _not_removed(_found(tx, site_id))
            if site.state is not state:
                tx.sites.set_state(site_id, state)
                self._record(tx, actor, site_id, action)
            return _found(tx, site_id)

    def _checked_address(self, given: SiteInput) -> str:
        errors = institution_problems(given.institution)
        errors["token"] = token_problems(given.token)
        base_url = ""
        try:
            base_url = normalise(given.base_url, allow_http=self._allow_http)
        except UnusableAddress as error:
            errors["base_url"] = [str(error)]
        raise_any(errors)
        return base_url

    def _store(self, tx: Transaction, given: SiteInput, base_url: str) -> str:
        sealed = self._vault.encrypt(given.token.strip())
        known = tx.sites.by_base_url(base_url)
        if known is None:
            site = self._new_site(_institution(tx, given.institution), given.name.strip(), base_url)
            tx.sites.insert(site, sealed)
            return site.id
        if known.state is not SiteState.REMOVED:
            raise Conflict(mark("This Moodle is connected already, as %(site)s."), {"site": known.name})
        if known.institution.name.lower() != given.institution.name.strip().lower():
            raise Conflict(
                mark(
                    "This address belonged to %(institution)s; name the same institution to connect it again."
                ),
                {"institution": known.institution.name},
            )
        tx.sites.set_token(known.id, sealed)
        tx.sites.set_state(known.id, SiteState.ACTIVE)
        return known.id

    def _new_site(self, institution: Institution, name: str, base_url: str) -> Site:
        return Site(
            id=new_id(),
            institution=institution,
            name=name or f"{institution.short_name} Moodle",
            base_url=base_url,
            state=SiteState.ACTIVE,
            added_at=self._clock(),
            checked_at=None,
            readiness=None,
            last_ok_at=None,
            last_error=None,
            last_error_at=None,
            failures=0,
            retry_at=None,
            courses_synced_at=None,
        )

    def _record(self, tx: Transaction, actor: Person, site_id: str, action: str, **detail: object) -> None:
        audit.record(tx, self._clock(), actor, ("site", site_id), action, **detail)


def _found(tx: Transaction, site_id: str) -> Site:
    site = tx.sites.get(site_id)
    if site is None:
        raise NotFound(mark("There is no such site, or it has been removed."))
    return site


def _not_removed(site: Site) -> Site:
    if site.state is SiteState.REMOVED:
        raise Conflict(mark("%(site)s has been removed. Add it again to use it."), {"site": site.name})
    return site


def _failure(report: Readiness) -> Reason:
    """Why a site could not be asked at all."""
    found = next(check for check in report.checks if check.key == f"failed.{report.failure}")
    return reason_of(str(report.failure), found.values)


def _institution(tx: Transaction, given: InstitutionInput) -> Institution:
    known = tx.sites.institution_by_name(given.name.strip())
    if known:
        return known
    institution = institution_record(new_id(), given)
    tx.sites.insert_institution(institution)
    return institution
