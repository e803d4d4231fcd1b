"""Signing in by a one-time link, and out again.

The answer to a request is the same whether the person is known or not. The link opens a page that asks
first: mail scanners and Moodle's own link previews fetch addresses, and a fetch must not use the link up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import Site, SiteState
from coil_bridge.errors import InvalidInput
from coil_bridge.services.identity.signin import SignIn
from coil_bridge.services.moodles.sites import SiteRegistry
from coil_bridge.web.forms import Form, load
from coil_bridge.web.framing import framed
from coil_bridge.web.schemas.signin import SignInSchema
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import NEXT, Visitors

Answer = str | Response | tuple[str, int]


class SignInPages:
    """Ask for a link, use it, sign out."""

    def __init__(self, signin: SignIn, sites: SiteRegistry, visitors: Visitors, minutes: int) -> None:
        self._signin = signin
        self._sites = sites
        self._visitors = visitors
        self._minutes = minutes

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("signin", __name__)
        add = pages.add_url_rule
        add("/signin", "form", self.form)
        add("/signin", "ask", self.ask, methods=["POST"])
        add("/signin/sent", "sent", self.sent)
        add("/signin/<token>", "confirm", self.confirm)
        add("/signin/<token>", "use", self.use, methods=["POST"])
        add("/signout", "out", self.out, methods=["POST"])
        return pages

    def form(self) -> Answer:
        """University and login."""
        return self._page(Form())

    def sign_in_first(self) -> str:
        """The form in place of a page that needs a person; afterwards that page is opened."""
        if framed():
            return render_template("lti/again.html")  # a link in a mail would not open in this frame
        if request.method == "GET":
            session[NEXT] = request.full_path.rstrip("?")
        return self._page(Form(), wanted=True)

    def ask(self) -> Answer:
        """Ask for a link; who is known is not told."""
        try:
            values = load(SignInSchema())
            self._signin.request(
                values["site_id"], values["login"], self._visitors.language(), request.remote_addr or ""
            )
        except InvalidInput as error:
            return self._page(Form.refused(error)), 422
        return redirect(url_for("signin.sent"), 303)

    def sent(self) -> Answer:
        """Say where to look for the link."""
        return render_template("signin/sent.html", minutes=self._minutes)

    def confirm(self, token: str) -> Answer:
        """Say who would be signed in, and ask."""
        return render_template("signin/confirm.html", somebody=self._signin.peek(token), token=token)

    def use(self, token: str) -> Answer:
        """Sign in; the link is used up."""
        person = self._signin.consume(token)
        wanted = self._visitors.start(person)
        return redirect(wanted, 303)

    def out(self) -> Answer:
        """Sign out."""
        self._visitors.end()
        flash(gettext("You are signed out."), "info")
        return redirect(url_for("home.index"), 303)

    def _page(self, form: Form, *, wanted: bool = False) -> str:
        sites = site_choices(self._sites.all())
        return render_template("signin/form.html", form=form, sites=sites, wanted=wanted)


def site_choices(sites: Iterable[Site]) -> list[tuple[str, str]]:
    """The Moodles from which people can sign in, by university; a second one of it with its own name."""
    active = [site for site in sites if site.state is SiteState.ACTIVE]
    several = Counter(site.institution.id for site in active)
    return [(site.id, _site_label(site, alone=several[site.institution.id] == 1)) for site in active]


def _site_label(site: Site, *, alone: bool) -> str:
    return site.institution.name if alone else f"{site.institution.name} · {site.name}"
