"""Where launches arrive: by POST from the platform's page, once, and straight on to where they lead.

A saved link is fetched by Moodle itself with GET to see whether it is alive: that gets a quiet page.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from coil_bridge.lti.launching import Launching
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.lti.state import cookie_of
from coil_bridge.lti.tool_description import LAUNCH_PATH
from coil_bridge.services.launching.launch_sessions import LaunchSessions
from coil_bridge.services.launching.launches import Launches, Place
from coil_bridge.services.launching.placements import Picker, Placements
from coil_bridge.web.cookies import Cookies
from coil_bridge.web.framing import frame_anywhere
from coil_bridge.web.lti.landings import landing_url
from coil_bridge.web.visitors import Visitors

Reply = str | Response


class LaunchPages:
    """Receives launches."""

    def __init__(
        self,
        *,
        launching: Launching,
        launches: Launches,
        sessions: LaunchSessions,
        placements: Placements,
        show_picker: Callable[[Picker], str],
        visitors: Visitors,
        cookies: Cookies,
    ) -> None:
        self._launching = launching
        self._launches = launches
        self._sessions = sessions
        self._placements = placements
        self._show_picker = show_picker
        self._visitors = visitors
        self._cookies = cookies

    def blueprint(self) -> Blueprint:
        """The index of URLs. The launch is protected by its own state and cookie, not by a form token."""
        pages = Blueprint("lti_launch", __name__)
        pages.add_url_rule(LAUNCH_PATH, "look", self.look)
        pages.add_url_rule(LAUNCH_PATH, "receive", self.receive, methods=["POST"])
        return pages

    def look(self) -> str:
        """Say what this address is for.

        Raises:
            Refusal: a launch came by GET, so that its token is in logs and histories.
        """
        if not request.args.keys().isdisjoint(("id_token", "state", "error")):
            raise Refusal(Reason.METHOD)
        frame_anywhere()
        return render_template("lti/launch.html")

    def receive(self) -> Reply:
        """Let somebody in, who goes on to where the launch leads.

        Raises:
            Refusal: as ``Launching.receive``; nobody is signed in then.
        """
        message = self._launching.receive(request.form, request.cookies)
        arrival = self._launches.enter(message)
        picks = arrival.landing.place is Place.PICK
        picker = self._placements.open(message, arrival.scope) if picks else None
        self._visitors.begin(arrival.person, self._sessions.start(arrival.scope))
        answer = (
            Response(self._show_picker(picker), mimetype="text/html")
            if picker
            else redirect(landing_url(arrival.landing), 303)
        )
        self._cookies.drop(answer, cookie_of(request.form["state"]), path=LAUNCH_PATH)
        return answer
