"""The console's part on LTI: registration addresses, registrations by hand, switching off, our keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import Person, Role, Site
from coil_bridge.errors import Conflict, InvalidInput
from coil_bridge.lti.messages import VARIABLES
from coil_bridge.lti.tool_description import KEYS_PATH, LAUNCH_PATH, LOGIN_PATH
from coil_bridge.services.context import Clock
from coil_bridge.services.launching.lti_registry import INVITATION_LASTS, LtiRegistry, Registered
from coil_bridge.services.moodles.sites import SiteRegistry
from coil_bridge.storage.lti_records import Invitation
from coil_bridge.web import wording
from coil_bridge.web.forms import Form, load
from coil_bridge.web.schemas.lti import DeploymentSchema, PlatformSchema
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response | tuple[str, int]
_SHOWN = 5  # invitations; the older ones are history


@dataclass(frozen=True, slots=True)
class PlatformRow:
    """A registration and how it stands."""

    registered: Registered
    badge: wording.Badge


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """A registration address that was given out; the address itself is not known any more."""

    invitation: Invitation
    badge: wording.Badge


@dataclass(frozen=True, slots=True)
class Section:
    """What a site's page shows."""

    platforms: tuple[PlatformRow, ...]
    invitations: tuple[InvitationRow, ...]


class LtiConsolePages:
    """For administrators only."""

    def __init__(
        self, registry: LtiRegistry, sites: SiteRegistry, visitors: Visitors, clock: Clock, public_url: str
    ) -> None:
        self._registry = registry
        self._sites = sites
        self._visitors = visitors
        self._clock = clock
        self._public_url = public_url

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("lti_console", __name__, url_prefix="/console")
        add = pages.add_url_rule
        add("/sites/<site_id>/lti/invitations", "invite", self.invite, methods=["POST"])
        add("/sites/<site_id>/lti/new", "new", self.new)
        add("/sites/<site_id>/lti", "register", self.register, methods=["POST"])
        platform = "/sites/<site_id>/lti/<platform_id>"
        add(f"{platform}/disable", "disable", self.disable, methods=["POST"])
        add(f"{platform}/enable", "enable", self.enable, methods=["POST"])
        add(f"{platform}/deployments", "add_deployment", self.add_deployment, methods=["POST"])
        add("/lti/keys", "keys", self.keys)
        add("/lti/keys", "replace_key", self.replace_key, methods=["POST"])
        return pages

    def section(self, person: Person, site_id: str) -> Section:
        """The registrations and addresses of a site, for its page."""
        now = self._clock()
        return Section(
            tuple(PlatformRow(each, _standing(each)) for each in self._registry.of_site(person, site_id)),
            tuple(
                InvitationRow(each, _use(each, now))
                for each in self._registry.invitations(person, site_id)[:_SHOWN]
            ),
        )

    def invite(self, site_id: str) -> Reply:
        """Make a registration address and show it, this once."""
        person = self._administrator()
        made = self._registry.invite(person, site_id, Form.typed().idempotency_key)
        return render_template(
            "console/lti_invitation.html",
            site=self._sites.get(site_id),
            made=made,
            days=INVITATION_LASTS.days,
        )

    def new(self, site_id: str) -> Reply:
        """The form for a Moodle that cannot register by itself, and our values for it."""
        self._administrator()
        site = self._sites.get(site_id)
        return self._new_page(site, Form.blank(**_moodle_addresses(site.base_url)))

    def register(self, site_id: str) -> Reply:
        """Register what was pasted."""
        person = self._administrator()
        site = self._sites.get(site_id)
        try:
            self._registry.register_by_hand(person, site_id, load(PlatformSchema()))
        except InvalidInput as error:
            return self._new_page(site, Form.refused(error)), 422
        except Conflict as error:
            return self._new_page(site, Form.typed({"client_id": [error.message]})), error.status
        flash(gettext("The Moodle is registered. Open COIL Bridge once from a course to try it."), "good")
        return _to(site_id)

    def disable(self, site_id: str, platform_id: str) -> Reply:
        """Let nobody in from there."""
        self._registry.disable(self._administrator(), platform_id)
        flash(gettext("Nobody can come in through this registration now; who had, was signed out."), "info")
        return _to(site_id)

    def enable(self, site_id: str, platform_id: str) -> Reply:
        """Let people in from there again."""
        self._registry.enable(self._administrator(), platform_id)
        flash(gettext("The registration is in use again."), "good")
        return _to(site_id)

    def add_deployment(self, site_id: str, platform_id: str) -> Reply:
        """Know one more deployment."""
        person = self._administrator()
        self._registry.add_deployment(person, platform_id, load(DeploymentSchema())["deployment_id"])
        flash(gettext("The deployment is added."), "good")
        return _to(site_id)

    def keys(self) -> Reply:
        """Ask before our key is replaced."""
        self._administrator()
        return render_template("console/lti_keys.html", form=Form())

    def replace_key(self) -> Reply:
        """Sign with a new key from now on."""
        self._registry.replace_key(self._administrator(), Form.typed().idempotency_key)
        flash(gettext("COIL Bridge signs with a new key now. The old one is no longer published."), "good")
        return redirect(url_for("sites.index"), 303)

    def _administrator(self) -> Person:
        return self._visitors.with_role(Role.ADMINISTRATOR)

    def _new_page(self, site: Site, form: Form) -> str:
        return render_template("console/lti_new.html", site=site, form=form, ours=self._our_values())

    def _our_values(self) -> list[tuple[str, str, str]]:
        """What to paste into Moodle's form: an id, the label there, the value."""
        url = self._public_url
        custom = "\n".join(f"{name}={value}" for name, value in VARIABLES.items())
        return [
            ("tool-url", gettext("Tool URL"), f"{url}{LAUNCH_PATH}"),
            ("keys-url", gettext("Public keyset"), f"{url}{KEYS_PATH}"),
            ("login-url", gettext("Initiate login URL"), f"{url}{LOGIN_PATH}"),
            ("redirect-url", gettext("Redirection URI(s)"), f"{url}{LAUNCH_PATH}"),
            ("content-url", gettext("Content Selection URL"), f"{url}{LAUNCH_PATH}"),
            ("custom", gettext("Custom parameters"), custom),
        ]


def _standing(registered: Registered) -> wording.Badge:
    platform = registered.platform
    state = "disabled" if platform.disabled_at else "pending" if platform.pending else "open"
    return wording.LTI_PLATFORMS[state]


def _use(invitation: Invitation, now: datetime) -> wording.Badge:
    state = "used" if invitation.used_at else "waiting" if invitation.expires_at > now else "expired"
    return wording.LTI_INVITATIONS[state]


def _moodle_addresses(base_url: str) -> Mapping[str, Any]:
    """What every Moodle of that address will show; only client and deployment id are its own."""
    scripts = f"{base_url}/mod/lti"
    return {
        "issuer": base_url,
        "login_url": f"{scripts}/auth.php",
        "token_url": f"{scripts}/token.php",
        "jwks_url": f"{scripts}/certs.php",
    }


def _to(site_id: str) -> Response:
    return redirect(url_for("sites.show", site_id=site_id, _anchor="lti"), 303)
