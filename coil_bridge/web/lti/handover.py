"""From Moodle's frame into a tab of its own.

The frame's cookie is not the tab's, so a one-time address carries the session over. Making it is a POST in
the frame; using it is the click that follows. An address that arrives in any other way (a mail, another
site) asks first: nobody should find themselves signed in as whoever sent it.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from coil_bridge.services.launching.launch_sessions import LaunchSessions
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response


class HandOverPages:
    """Makes and uses one-time addresses."""

    def __init__(self, sessions: LaunchSessions, visitors: Visitors) -> None:
        self._sessions = sessions
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("lti_handover", __name__)
        add = pages.add_url_rule
        add("/lti/open", "offer", self.offer, methods=["POST"])
        add("/lti/open/<token>", "arrive", self.arrive)
        add("/lti/open/<token>", "use", self.use, methods=["POST"])
        return pages

    def offer(self) -> Reply:
        """Make an address for a page: the script asks for the bare address, others get it as a link.

        Raises:
            NotSignedIn, InvalidInput: as ``LaunchSessions.hand_over``.
        """
        token = self._sessions.hand_over(self._visitors.token(), request.form.get("path", ""))
        address = url_for("lti_handover.arrive", token=token)
        if "X-Fragment" in request.headers:
            return Response(address, mimetype="text/plain")
        return render_template("lti/offer.html", address=address)

    def arrive(self, token: str) -> Reply:
        """Go on in this tab, at once when our own page led here."""
        if _from_our_page():
            return self.use(token)
        return render_template("lti/arrive.html", token=token, title=gettext("Open COIL Bridge"))

    def use(self, token: str) -> Reply:
        """Begin the session of this tab.

        Raises:
            Gone: the address was used or has expired.
        """
        taken = self._sessions.take_over(token)
        self._visitors.resume(taken.token)
        return redirect(taken.path, 303)


def _from_our_page() -> bool:
    """Whether a page of ours led here (Fetch Metadata; older browsers tell by the Referer)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return (request.referrer or "").startswith(request.host_url)
