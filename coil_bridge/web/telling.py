"""What a person wants to be told: the choice on the own page, and the page that a link in an e-mail opens.

The link (RFC 8058) works without a sign-in and without our form: mail programs send its POST themselves. A
GET changes nothing, since scanners of mail open every link.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import MessageKind
from coil_bridge.services.messaging.telling_choices import TellingChoices
from coil_bridge.web.forms import load
from coil_bridge.web.schemas.me import MessagesSchema
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors


class TellingPages:
    """The person's own choice."""

    def __init__(self, choices: TellingChoices, visitors: Visitors) -> None:
        self._choices = choices
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("telling", __name__)
        pages.add_url_rule("/me/messages", "save", self.save, methods=["POST"])
        return pages

    def save(self) -> Response:
        """Store what the person wants to be told."""
        self._choices.choose(self._visitors.signed_in(), load(MessagesSchema()))
        flash(gettext("Your choices are saved."), "good")
        return redirect(url_for("me.page", _anchor="messages"), 303)


class StopPages:
    """The pages behind the links in e-mails; their POST comes from mail programs too."""

    def __init__(self, choices: TellingChoices) -> None:
        self._choices = choices

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("stop", __name__)
        pages.add_url_rule("/stop/<token>", "ask", self.ask)
        pages.add_url_rule("/stop/<token>", "stop", self.stop, methods=["POST"])
        return pages

    def ask(self, token: str) -> str:
        """Ask first."""
        return self._page(token, self._choices.asked(token), done=False)

    def stop(self, token: str) -> str:
        """End messages of the link's kind."""
        return self._page(token, self._choices.stop(token), done=True)

    @staticmethod
    def _page(token: str, kind: MessageKind, *, done: bool) -> str:
        return render_template("stop.html", token=token, kind=kind, done=done)
