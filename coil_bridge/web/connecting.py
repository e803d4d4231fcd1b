"""Connecting a Moodle account with an address and its role: ask for the link, open it, confirm."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from coil_bridge.services.launching.connecting import Connecting
from coil_bridge.services.launching.launch_sessions import LaunchSessions
from coil_bridge.storage.lti_records import LaunchScope
from coil_bridge.web.forms import Form
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response


class ConnectPages:
    """The pages of ``services.connecting``."""

    def __init__(self, connecting: Connecting, sessions: LaunchSessions, visitors: Visitors) -> None:
        self._connecting = connecting
        self._sessions = sessions
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("connect", __name__)
        add = pages.add_url_rule
        add("/me/connect", "invite", self.invite, methods=["POST"])
        add("/connect/<token>", "ask", self.ask)
        add("/connect/<token>", "confirm", self.confirm, methods=["POST"])
        return pages

    def invite(self) -> Reply:
        """Send the link to the own mailbox."""
        self._connecting.invite(self._visitors.signed_in(), Form.typed().idempotency_key)
        flash(gettext("The link is on its way to your mailbox. The mail says how to go on."), "good")
        return redirect(url_for("me.page"), 303)

    def ask(self, token: str) -> Reply:
        """Name both sides and ask; opening the link changes nothing, since mail scanners open links."""
        asked = self._connecting.peek(token)
        if self._scope() is None:
            return render_template("connect/first.html", token=token)
        return render_template("connect/ask.html", token=token, asked=asked)

    def confirm(self, token: str) -> Reply:
        """Join the two sides."""
        person, scope = self._visitors.signed_in(), self._scope()
        if scope is None:
            return redirect(url_for("connect.ask", token=token), 303)
        self._connecting.connect(person, scope, token)
        flash(
            gettext("Your Moodle account is connected. You come here from Moodle with your role now."), "good"
        )
        return redirect(url_for("home.index"), 303)

    def _scope(self) -> LaunchScope | None:
        """What this session is bound to, if it began with a launch."""
        token = self._visitors.token()
        return self._sessions.scope(token) if token else None
