"""Where a platform sends a browser to log in (1EdTech Security Framework 5.1.1.1), by POST or GET.

The cookie is tested before anything else: we set one and ask ourselves once more. A frame that keeps none
gets a link that begins the same login in a window of its own. Nothing may stand between the platform's
answer and the launch, so afterwards it would be too late.

Anybody can begin logins, and each is a row until its ten minutes are over, so a network has a share of them:
as many a minute as two large lectures that begin at once behind one address.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from coil_bridge.errors import TooManyRequests
from coil_bridge.i18n import mark
from coil_bridge.lti.launching import Launching
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.lti.tool_description import LAUNCH_PATH, LOGIN_PATH
from coil_bridge.services.context import Clock
from coil_bridge.services.limits import Buckets, network_of
from coil_bridge.web.cookies import Cookies
from coil_bridge.web.framing import frame_anywhere, framed

Reply = str | Response

_TEST = "coil_bridge_cookies"
_TESTED = "tested"
_PARAMETERS = (
    "iss",
    "target_link_uri",
    "login_hint",
    "lti_message_hint",
    "client_id",
    "lti_deployment_id",
)
A_MINUTE = 600
_WAIT = 10  # seconds
_LONGEST = 4000  # all of them together travel in an address


class LoginPages:
    """Begins logins."""

    def __init__(self, launching: Launching, cookies: Cookies, clock: Clock) -> None:
        self._launching = launching
        self._cookies = cookies
        self._begun = Buckets(clock, a_minute=A_MINUTE)

    def blueprint(self) -> Blueprint:
        """The index of URLs. What is posted comes from the platform, so no form token of ours is in it."""
        pages = Blueprint("lti_login", __name__)
        pages.add_url_rule(LOGIN_PATH, "begin", self.begin, methods=["GET", "POST"])
        return pages

    def begin(self) -> Reply:
        """Test the cookie, then send the browser back to log in.

        Raises:
            Refusal: as ``Launching.begin``.
            TooManyRequests: from this network.
        """
        parameters = _parameters()
        if _TEST in request.cookies:
            return self._log_in(parameters)
        if _TESTED in request.args:
            return self._without_cookies(parameters)
        again = redirect(_address(parameters | {_TESTED: "1"}), 303)
        self._cookies.keep(again, _TEST, "1", seconds=None, path=LOGIN_PATH)
        return again

    def _log_in(self, parameters: dict[str, str]) -> Response:
        if not self._begun.take(network_of(request.remote_addr)):
            frame_anywhere()
            raise TooManyRequests(mark("Please wait a little and try again."), _WAIT)
        begun = self._launching.begin(parameters)
        away = redirect(begun.url, 303)
        self._cookies.keep(
            away, begun.cookie_name, begun.cookie_value, seconds=begun.cookie_seconds, path=LAUNCH_PATH
        )
        return away

    def _without_cookies(self, parameters: dict[str, str]) -> str:
        frame_anywhere()
        return render_template("lti/no_cookie.html", again=_address(parameters), framed=framed())


def _address(parameters: Mapping[str, str]) -> str:
    return f"{url_for('lti_login.begin')}?{urlencode(parameters)}"


def _parameters() -> dict[str, str]:
    given = request.form if request.method == "POST" else request.args
    found = {name: given[name] for name in _PARAMETERS if name in given}
    if sum(map(len, found.values())) > _LONGEST:
        raise Refusal(Reason.LOGIN_INCOMPLETE, length="too_long")
    return found
