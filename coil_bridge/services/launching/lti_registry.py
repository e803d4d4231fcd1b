"""The Moodles in which the tool is registered: invitations, registration by hand, switching off.

An administrator of the consortium gives each partner a registration address that works once. Where a
Moodle cannot register by itself, the values of its "Tool configuration details" are pasted here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from coil_bridge.domain import Person, Site, SiteState
from coil_bridge.errors import Conflict, InvalidInput, NotFound
from coil_bridge.i18n import mark
from coil_bridge.lti.claims import LINE_ITEM_SCOPE, SCORE_SCOPE
from coil_bridge.lti.key_sets import KeySets
from coil_bridge.lti.keys import Keys
from coil_bridge.lti.refusals import Refusal
from coil_bridge.lti.registration import DEPLOYMENT_LENGTH, store_platform
from coil_bridge.lti.tool_description import REGISTER_PATH
from coil_bridge.lti.urls import same_origin, same_place, web_origin
from coil_bridge.services import audit
from coil_bridge.services.context import Clock, administrators_only
from coil_bridge.storage.lti_records import Invitation, Platform, RegisteredBy
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault, id_for, new_id, token_hash

INVITATION_LASTS = timedelta(days=7)
_KEPT_AFTER = timedelta(days=30)
_NO_SITE = mark("There is no such site, or it has been removed.")
_NO_PLATFORM = mark("There is no such registration.")


@dataclass(frozen=True, slots=True)
class ManualInput:
    """What Moodle shows under "Tool configuration details", field by field."""

    issuer: str
    client_id: str
    login_url: str
    token_url: str
    jwks_url: str
    deployment_id: str


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """A fresh registration address; it holds a secret and is shown once."""

    invitation: Invitation
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Registered:
    """A registration with its deployments; ``platform.pending`` until somebody has come from there."""

    platform: Platform
    deployments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """What the latest launch from a course of a Moodle said we may use there."""

    roster: bool
    grades: bool


class LtiRegistry:
    """What the console shows and does about registrations; whoever acts must be an administrator."""

    def __init__(
        self,
        *,
        storage: Storage,
        clock: Clock,
        vault: Vault,
        keys: Keys,
        key_sets: KeySets,
        public_url: str,
    ) -> None:
        self._storage = storage
        self._vault = vault
        self._clock = clock
        self._keys = keys
        self._key_sets = key_sets
        self._public_url = public_url

    def of_site(self, actor: Person, site_id: str) -> list[Registered]:
        """The registrations in a site's Moodle, the oldest first.

        Raises:
            Forbidden
        """
        administrators_only(actor)
        with self._storage.read() as tx:
            return [Registered(each, tuple(tx.lti.deployments(each.id))) for each in tx.lti.of_site(site_id)]

    def origins(self) -> set[str]:
        """The Moodles in which the tool is registered, as browsers name them ("https://moodle.example")."""
        with self._storage.read() as tx:
            return {web_origin(issuer) for issuer in tx.lti.issuers()} - {""}

    def offered(self, site_id: str) -> Offered:
        """The services that the latest launch named; none of them as long as none has."""
        with self._storage.read() as tx:
            latest = tx.lti_courses.latest_context(site_id)
        if latest is None:
            return Offered(roster=False, grades=False)
        gradebook = latest.line_items_url and {LINE_ITEM_SCOPE, SCORE_SCOPE} <= set(latest.grade_scopes)
        return Offered(bool(latest.roster_url), bool(gradebook))

    def invitations(self, actor: Person, site_id: str) -> list[Invitation]:
        """The registration addresses that a site was given, the newest first. Raises as ``of_site``."""
        administrators_only(actor)
        with self._storage.read() as tx:
            return tx.lti.invitations(site_id)

    def invite(self, actor: Person, site_id: str, form_key: str | None = None) -> NewInvitation:
        """Make a registration address for a site; it works once, for a week.

        The same form a second time gets the same address; without a form it is always a new one.

        Raises:
            Forbidden
            NotFound: there is no such site, or it has been removed.
        """
        administrators_only(actor)
        token = self._vault.token_for("lti_invitation", actor.id, site_id, form_key or new_id())
        now = self._clock()
        invitation = Invitation(new_id(), site_id, now, now + INVITATION_LASTS, 0, None, None)
        with self._storage.write() as tx:
            _site(tx, site_id)
            if tx.lti.insert_invitation(invitation, token_hash(token)):
                self._record(tx, actor, site_id, "lti_invited", invitation=invitation.id)
            stored = tx.lti.invitation(token_hash(token)) or invitation
        return NewInvitation(stored, f"{self._public_url}{REGISTER_PATH}/{token}")

    def register_by_hand(self, actor: Person, site_id: str, given: ManualInput) -> Platform:
        """Register what an administrator has pasted; the same client again is brought up to date.

        Raises:
            Forbidden, NotFound
            InvalidInput: an address is not on that site, or something is left out.
            Conflict: the client id belongs to another site.
        """
        administrators_only(actor)
        now = self._clock()
        with self._storage.write() as tx:
            site = _site(tx, site_id)
            clean = ManualInput(**{each.name: getattr(given, each.name).strip() for each in fields(given)})
            _check(clean, site)
            platform = self._stored(tx, _platform(clean, site, new_id(), now), clean.deployment_id)
            self._record(tx, actor, site_id, "lti_registered_by_hand", platform=platform.id)
        self._key_sets.prefetch(platform)
        return platform

    def add_deployment(self, actor: Person, platform_id: str, deployment_id: str) -> None:
        """Know one more deployment of a registration.

        Raises:
            Forbidden, NotFound
            InvalidInput: it is empty or too long.
        """
        administrators_only(actor)
        deployment_id = deployment_id.strip()
        _raise_any({"deployment_id": _length_problems(deployment_id, DEPLOYMENT_LENGTH)})
        with self._storage.write() as tx:
            platform = _found(tx, platform_id)
            if tx.lti.add_deployment(platform_id, deployment_id, self._clock()):
                self._record(tx, actor, platform.site_id, "lti_deployment_added", platform=platform_id)

    def disable(self, actor: Person, platform_id: str) -> None:
        """Let nobody in from there any more, and end the sessions of those who came.

        Raises:
            Forbidden, NotFound
        """
        administrators_only(actor)
        with self._storage.write() as tx:
            platform = _found(tx, platform_id)
            tx.lti.set_disabled(platform_id, self._clock())
            tx.lti_courses.end_sessions_of_platform(platform_id)
            self._record(tx, actor, platform.site_id, "lti_disabled", platform=platform_id)

    def enable(self, actor: Person, platform_id: str) -> None:
        """Let people in from there again. Raises as ``disable``."""
        administrators_only(actor)
        with self._storage.write() as tx:
            platform = _found(tx, platform_id)
            tx.lti.set_disabled(platform_id, None)
            self._record(tx, actor, platform.site_id, "lti_enabled", platform=platform_id)

    def replace_key(self, actor: Person, form_key: str | None = None) -> None:
        """Sign with a new key from now on; for the day on which the old one may have been stolen.

        The same form a second time changes nothing, however late; without a form it is always a new key.

        Raises:
            Forbidden
        """
        administrators_only(actor)
        kid, subject = id_for("lti_key", actor.id, form_key or new_id()), ("lti", "keys")
        with self._storage.write() as tx:
            made = any(each.detail.get("key") == kid for each in audit.trail(tx, subject))
            if not made and self._keys.replace(tx, kid):
                audit.record(tx, self._clock(), actor, subject, "lti_key_replaced", key=kid)

    def tidy(self) -> int:
        """The daily job: rotate our keys, delete what has expired; how many rows went."""
        self._keys.rotate()
        now = self._clock()
        with self._storage.write() as tx:
            return (
                tx.lti.prune_states(now)
                + tx.lti.prune_invitations(now - _KEPT_AFTER)
                + tx.lti_courses.prune_handovers(now)
            )

    def _stored(self, tx: Transaction, platform: Platform, deployment_id: str) -> Platform:
        try:
            return store_platform(tx, platform, deployment_id, self._clock())
        except Refusal as refusal:
            raise Conflict(refusal.administrator) from None

    def _record(self, tx: Transaction, actor: Person, site_id: str, action: str, **detail: object) -> None:
        audit.record(tx, self._clock(), actor, ("site", site_id), action, **detail)


def _site(tx: Transaction, site_id: str) -> Site:
    site = tx.sites.get(site_id)
    if site is None or site.state is SiteState.REMOVED:
        raise NotFound(_NO_SITE)
    return site


def _found(tx: Transaction, platform_id: str) -> Platform:
    platform = tx.lti.get(platform_id)
    if platform is None:
        raise NotFound(_NO_PLATFORM)
    return platform


def _platform(given: ManualInput, site: Site, platform_id: str, now: datetime) -> Platform:
    return Platform(
        id=platform_id,
        site_id=site.id,
        issuer=given.issuer,
        client_id=given.client_id,
        login_url=given.login_url,
        token_url=given.token_url,
        jwks_url=given.jwks_url,
        registered_by=RegisteredBy.MANUAL,
        release="",
        created_at=now,
        first_launch_at=None,
        disabled_at=None,
    )


def _check(given: ManualInput, site: Site) -> None:
    """Everything must be on the site itself: our requests go nowhere else, and its people come from there."""
    errors = {
        "client_id": _length_problems(given.client_id, 255),
        "deployment_id": _length_problems(given.deployment_id, DEPLOYMENT_LENGTH),
    }
    if not same_place(given.issuer, site.base_url):
        errors["issuer"] = [mark("The platform id must be the address under which this Moodle is connected.")]
    for name in ("login_url", "token_url", "jwks_url"):
        url = getattr(given, name)
        if not same_origin(url, site.base_url) or len(url) > 1000:
            errors[name] = [mark("This must be an address of the same Moodle.")]
    _raise_any(errors)


def _length_problems(text: str, longest: int) -> list[str]:
    fits = 1 <= len(text) <= longest and text.isprintable()
    return [] if fits else [mark("Paste this from Moodle, without anything around it.")]


def _raise_any(errors: dict[str, list[str]]) -> None:
    found = {name: reasons for name, reasons in errors.items() if reasons}
    if found:
        raise InvalidInput(found)
