"""The console's part on notifications: keys for a site's plugin, made, shown once, ended."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import Person, Role
from coil_bridge.services.activity.hook_keys import AT_ONCE, HookKeys
from coil_bridge.services.moodles.sites import SiteRegistry
from coil_bridge.web.forms import Form
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response


class HookKeyPages:
    """For administrators only."""

    def __init__(self, keys: HookKeys, sites: SiteRegistry, visitors: Visitors) -> None:
        self._keys = keys
        self._sites = sites
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("hook_keys", __name__, url_prefix="/console/sites/<site_id>/hooks")
        pages.add_url_rule("", "make", self.make, methods=["POST"])
        pages.add_url_rule("/<key_id>/end", "end", self.end, methods=["POST"])
        return pages

    def make(self, site_id: str) -> Reply:
        """Make a key and show it, this once."""
        person = self._administrator()
        made = self._keys.make(person, site_id, Form.typed().idempotency_key)
        others = len(self._keys.valid(person, site_id)) - 1
        site = self._sites.get(site_id)
        return render_template("console/hook_key.html", site=site, made=made, others=others, most=AT_ONCE)

    def end(self, site_id: str, key_id: str) -> Reply:
        """End a key."""
        self._keys.end(self._administrator(), site_id, key_id)
        flash(gettext("The key is ended. What is signed with it is refused within ten seconds."), "info")
        return redirect(url_for("sites.show", site_id=site_id, _anchor="hooks"), 303)

    def _administrator(self) -> Person:
        return self._visitors.with_role(Role.ADMINISTRATOR)
