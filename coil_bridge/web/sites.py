"""The console: partners' Moodles, how each is doing, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import Person, Role, Site, SiteState
from coil_bridge.errors import Conflict, InvalidInput
from coil_bridge.i18n import Translator
from coil_bridge.services.activity.hook_keys import HookKeys
from coil_bridge.services.moodles.sites import SiteRegistry
from coil_bridge.web.forms import Form, load
from coil_bridge.web.lti.console import LtiConsolePages
from coil_bridge.web.places import country_choices, zone_choices
from coil_bridge.web.schemas.site import SiteSchema, TokenSchema
from coil_bridge.web.texts import gettext, say
from coil_bridge.web.visitors import Visitors
from connectors.moodle.readiness_texts import CheckText, describe
from connectors.moodle.report import Check, Readiness

Reply = str | Response | tuple[str, int]
_WORST_FIRST = ("error", "warning", "ok")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the readiness report in words."""

    level: str
    text: CheckText


class SitePages:
    """Sites."""

    def __init__(
        self, sites: SiteRegistry, lti: LtiConsolePages, hook_keys: HookKeys, visitors: Visitors
    ) -> None:
        self._sites = sites
        self._hook_keys = hook_keys
        self._lti = lti
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("sites", __name__, url_prefix="/console/sites")
        add = pages.add_url_rule
        add("", "index", self.index)
        add("/new", "new", self.new)
        add("", "add", self.add, methods=["POST"])
        add("/<site_id>", "show", self.show)
        add("/<site_id>/check", "check", self.check, methods=["POST"])
        add("/<site_id>/token", "token", self.token, methods=["POST"])
        add("/<site_id>/pause", "pause", self.pause, methods=["POST"])
        add("/<site_id>/resume", "resume", self.resume, methods=["POST"])
        add("/<site_id>/remove", "confirm_remove", self.confirm_remove)
        add("/<site_id>/remove", "remove", self.remove, methods=["POST"])
        return pages

    def index(self) -> Reply:
        """Every site with its health and since when."""
        self._administrator()
        return render_template("console/sites.html", sites=self._sites.all())

    def new(self) -> Reply:
        """The form to connect a Moodle."""
        self._administrator()
        return self._new_page(Form.blank(day_starts="08:00", day_ends="20:00"))

    def add(self) -> Reply:
        """Connect a Moodle; it is checked at once and kept even if the check finds something."""
        person = self._administrator()
        try:
            site = self._sites.add(person, load(SiteSchema()))
        except InvalidInput as error:
            return self._new_page(Form.refused(error)), 422
        except Conflict as error:
            return self._new_page(Form.typed({"base_url": [say(error.reason)]})), error.status
        flash(gettext("%(site)s is connected and was checked.", site=site.name), "good")
        return redirect(url_for("sites.show", site_id=site.id), 303)

    def show(self, site_id: str) -> Reply:
        """One site with its readiness report."""
        person = self._administrator()
        return self._show_page(person, self._sites.get(site_id), Form())

    def check(self, site_id: str) -> Reply:
        """Check again, now."""
        self._sites.recheck(self._administrator(), site_id)
        flash(gettext("The site was checked."), "info")
        return _to(site_id)

    def token(self, site_id: str) -> Reply:
        """Replace the token and check with it."""
        person = self._administrator()
        try:
            self._sites.replace_token(person, site_id, load(TokenSchema())["token"])
        except InvalidInput as error:
            return self._show_page(person, self._sites.get(site_id), Form({}, error.errors)), 422
        flash(gettext("The token is replaced, and the site was checked with it."), "good")
        return _to(site_id)

    def pause(self, site_id: str) -> Reply:
        """Stop asking the site."""
        self._sites.pause(self._administrator(), site_id)
        flash(gettext("The site is paused. What is known of it stays visible."), "info")
        return _to(site_id)

    def resume(self, site_id: str) -> Reply:
        """Ask the site again."""
        self._sites.resume(self._administrator(), site_id)
        flash(gettext("The site is in use again."), "good")
        return _to(site_id)

    def confirm_remove(self, site_id: str) -> Reply:
        """Ask before a site is removed."""
        self._administrator()
        return render_template("console/remove.html", site=self._sites.get(site_id))

    def remove(self, site_id: str) -> Reply:
        """Wipe the token and stop."""
        site = self._sites.remove(self._administrator(), site_id)
        flash(gettext("%(site)s is removed and its token wiped.", site=site.name), "info")
        return redirect(url_for("sites.index"), 303)

    def _administrator(self) -> Person:
        return self._visitors.with_role(Role.ADMINISTRATOR)

    def _new_page(self, form: Form) -> str:
        language = self._visitors.language()
        return render_template(
            "console/site_new.html",
            form=form,
            zones=zone_choices(language),
            countries=country_choices(language),
        )

    def _show_page(self, person: Person, site: Site, form: Form) -> str:
        report = self._sites.readiness(site)
        return render_template(
            "console/site.html",
            site=site,
            report=report,
            findings=findings_of(report, self._visitors.translator()),
            removed=site.state is SiteState.REMOVED,
            form=form,
            lti=self._lti.section(person, site.id),
            hooks=self._hook_keys.valid(person, site.id),
        )


def findings_of(report: Readiness | None, words: Translator) -> list[Finding]:
    """A report in words, the worst first; nothing where there is none."""
    if report is None:
        return []
    found = [Finding(each.level, _words(each, words)) for each in report.checks]
    return sorted(found, key=lambda each: _WORST_FIRST.index(each.level))


def _words(check: Check, words: Translator) -> CheckText:
    try:
        return describe(check, words.gettext)
    except KeyError:  # a report of an older version; the next check writes a new one
        return CheckText(check.key, "")


def _to(site_id: str) -> Response:
    return redirect(url_for("sites.show", site_id=site_id), 303)
