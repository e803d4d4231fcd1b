"""Dynamic registration as a Moodle's administrator sees it: in a frame of Moodle, a question and an answer.

Whoever has the address with its invitation may register that one Moodle, so there is no form token: the
frame may keep no cookie to go with one.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request

from coil_bridge.domain import Site
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.lti.registration import Registration
from coil_bridge.lti.tool_description import REGISTER_PATH
from coil_bridge.lti.urls import host_of, same_origin, web_origin
from coil_bridge.web.framing import frame_in

_CONFIGURATION, _TOKEN = "openid_configuration", "registration_token"


class RegisterPages:
    """Asks, and registers."""

    def __init__(self, registration: Registration) -> None:
        self._registration = registration

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("lti_register", __name__)
        pages.add_url_rule(f"{REGISTER_PATH}/<token>", "ask", self.ask)
        pages.add_url_rule(f"{REGISTER_PATH}/<token>", "complete", self.complete, methods=["POST"])
        return pages

    def ask(self, token: str) -> str:
        """Say which Moodle asks, and for which one the address was made.

        Raises:
            Refusal: the invitation cannot be used, or another Moodle asks.
        """
        site = self._registration.peek(token)[1]
        configuration, registration_token = request.args.get(_CONFIGURATION, ""), request.args.get(_TOKEN, "")
        if not configuration or not registration_token:
            raise Refusal(Reason.REGISTRATION_INCOMPLETE, site=site.id)
        if not same_origin(configuration, site.base_url):
            raise Refusal(Reason.SITE_MISMATCH, site=site.id, configuration=host_of(configuration))
        _framed_by(site)
        return render_template(
            "lti/register.html",
            site=site,
            host=host_of(configuration),
            fields={_CONFIGURATION: configuration, _TOKEN: registration_token},
        )

    def complete(self, token: str) -> str:
        """Register, and say what is left to do in Moodle.

        Raises:
            Refusal: as ``Registration.complete``.
        """
        site = self._registration.peek(token)[1]
        self._registration.complete(token, request.form.get(_CONFIGURATION, ""), request.form.get(_TOKEN, ""))
        _framed_by(site)
        return render_template("lti/registered.html", site=site, origin=web_origin(site.base_url))


def _framed_by(site: Site) -> None:
    frame_in(web_origin(site.base_url))
