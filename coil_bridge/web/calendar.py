"""A pairing's calendar as a page (made for paper too), and the person's private subscription to it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import Person
from coil_bridge.services.context import Clock
from coil_bridge.services.feeds import FeedService
from coil_bridge.services.pairings import PairingService
from coil_bridge.web.errors import where_from
from coil_bridge.web.session_views import session_card
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response


class CalendarPages:
    """The calendar page and its subscription addresses."""

    def __init__(
        self, feeds: FeedService, pairings: PairingService, visitors: Visitors, clock: Clock
    ) -> None:
        self._feeds = feeds
        self._pairings = pairings
        self._visitors = visitors
        self._clock = clock

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("calendar", __name__)
        add = pages.add_url_rule
        add("/pairings/<pairing_id>/calendar", "page", self.page)
        add("/pairings/<pairing_id>/calendar", "subscribe", self.subscribe, methods=["POST"])
        add("/calendar-links/<link_id>/revoke", "confirm_revoke", self.confirm_revoke)
        add("/calendar-links/<link_id>/revoke", "revoke", self.revoke, methods=["POST"])
        return pages

    def page(self, pairing_id: str) -> Reply:
        """Every session on every clock, and the five doors to the subscription."""
        return self._page(self._visitors.signed_in(), pairing_id)

    def subscribe(self, pairing_id: str) -> Reply:
        """Give the person an address; the same one as long as it is not revoked."""
        self._feeds.link(self._visitors.signed_in(), pairing_id)
        return redirect(url_for("calendar.page", pairing_id=pairing_id, _anchor="subscribe"), 303)

    def confirm_revoke(self, link_id: str) -> Reply:
        """Ask before an address is ended."""
        self._feeds.own_link(self._visitors.signed_in(), link_id)
        return render_template("calendar/revoke.html", link_id=link_id, keep=where_from())

    def revoke(self, link_id: str) -> Reply:
        """End the address for good."""
        link = self._feeds.revoke(self._visitors.signed_in(), link_id)
        flash(gettext("The old address shows nothing any more. You can get a new one here."), "good")
        return redirect(url_for("calendar.page", pairing_id=link.pairing_id), 303)

    def _page(self, person: Person, pairing_id: str) -> str:
        view = self._pairings.get(person, pairing_id)
        now = self._clock()
        links = self._feeds.links(person, pairing_id)
        return render_template(
            "calendar/page.html",
            view=view,
            pairing=view.pairing,
            cards=[session_card(each, view.pairing, self._visitors, now) for each in view.sessions],
            link=links[0] if links else None,
            doors=self._feeds.addresses(links[0], view.pairing.title) if links else None,
            may_subscribe=view.part in ("teacher", "student"),
        )
