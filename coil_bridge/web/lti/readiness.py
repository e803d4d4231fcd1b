"""The readiness report of a Moodle, for those who administer that Moodle and come from it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import Person
from coil_bridge.errors import NotFound
from coil_bridge.i18n import mark
from coil_bridge.services.launching.launch_sessions import LaunchSessions
from coil_bridge.services.launching.lti_registry import LtiRegistry
from coil_bridge.services.moodles.sites import SiteRegistry
from coil_bridge.web.sites import findings_of
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response


class ReadinessPages:
    """What works in a Moodle, and what its administrator can do about the rest."""

    def __init__(
        self, sites: SiteRegistry, registry: LtiRegistry, sessions: LaunchSessions, visitors: Visitors
    ) -> None:
        self._sites = sites
        self._registry = registry
        self._sessions = sessions
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("readiness", __name__)
        pages.add_url_rule("/readiness/<site_id>", "show", self.show)
        pages.add_url_rule("/readiness/<site_id>/check", "check", self.check, methods=["POST"])
        return pages

    def show(self, site_id: str) -> Reply:
        """The report of the last check.

        Raises:
            NotSignedIn
            NotFound: the session did not begin as an administrator of that Moodle.
        """
        self._administrator(site_id)
        site = self._sites.get(site_id)
        report = self._sites.readiness(site)
        return render_template(
            "lti/readiness.html",
            site=site,
            report=report,
            findings=findings_of(report, self._visitors.translator()),
            offered=self._registry.offered(site_id),
        )

    def check(self, site_id: str) -> Reply:
        """Check again, after something was changed in Moodle.

        Raises:
            NotSignedIn, NotFound: as ``show``.
            TooManyRequests: the last check was just now.
        """
        self._sites.recheck_own(self._administrator(site_id), site_id)
        flash(gettext("The site was checked."), "info")
        return redirect(url_for("readiness.show", site_id=site_id), 303)

    def _administrator(self, site_id: str) -> Person:
        person = self._visitors.signed_in()
        if not self._sessions.administers(self._visitors.token(), site_id):
            raise NotFound(mark("There is no such page."))
        return person
