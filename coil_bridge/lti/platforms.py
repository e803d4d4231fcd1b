"""Which registration a login belongs to: issuer, client and deployment, letter by letter.

An issuer may have several clients, a client several deployments, an institution several Moodles. Nothing
is guessed: an issuer with a slash too many is another issuer.
"""

from __future__ import annotations

from coil_bridge.domain import SiteState
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.lti.urls import host_of
from coil_bridge.storage.lti_records import Platform
from coil_bridge.storage.storage import Transaction


def for_login(tx: Transaction, issuer: str, client_id: str, deployment_id: str) -> Platform:
    """The registration that a login names; client and deployment may be left out (``""``).

    Raises:
        Refusal: unknown issuer, client or deployment, or switched off; also when the client is left out
            and the issuer has several.
    """
    known = tx.lti.of_issuer(issuer)
    if not known:
        raise Refusal(Reason.ISSUER_UNKNOWN, host=host_of(issuer))
    if not client_id and len(known) > 1:
        raise Refusal(Reason.CLIENT_UNKNOWN, host=host_of(issuer), client="none_of_several")
    found = next((each for each in known if client_id in ("", each.client_id)), None)
    if found is None:
        raise Refusal(Reason.CLIENT_UNKNOWN, host=host_of(issuer), client=client_id)
    check_open(tx, found)
    if deployment_id:
        check_deployment(tx, found, deployment_id)
    return found


def for_launch(tx: Transaction, platform_id: str) -> Platform:
    """The registration for which a login was begun, which may have been switched off since.

    Raises:
        Refusal: it is switched off.
    """
    found = tx.lti.get(platform_id)
    if found is None:
        raise Refusal(Reason.PLATFORM_DISABLED, platform=platform_id)
    check_open(tx, found)
    return found


def check_open(tx: Transaction, platform: Platform) -> None:
    """Refuse a registration that is switched off, and one whose site has been removed.

    Raises:
        Refusal
    """
    site = tx.sites.get(platform.site_id)
    if platform.disabled_at is not None or site is None or site.state is SiteState.REMOVED:
        raise Refusal(Reason.PLATFORM_DISABLED, platform=platform.id)


def check_deployment(tx: Transaction, platform: Platform, deployment_id: object) -> None:
    """Refuse a deployment that was not registered; a number is not the text of it.

    Raises:
        Refusal
    """
    if not isinstance(deployment_id, str) or deployment_id not in tx.lti.deployments(platform.id):
        raise Refusal(Reason.DEPLOYMENT_UNKNOWN, platform=platform.id, deployment=deployment_id)
