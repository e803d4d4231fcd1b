"""Login and launch (1EdTech Security Framework 5.1.1, OpenID Connect implicit flow with form_post).

1. The platform sends the browser to us with ``iss``, ``login_hint`` and so on: ``begin``.
2. We send it to the platform's authorisation address with a state, a nonce and a cookie of this login.
   A page of ours may stand here (to test the cookie), but never between 3 and 4: a launch works once.
3. The platform posts an id_token and the state back: ``receive``. The state is used up first, whatever
   comes after; then the cookie, the token, the nonce, the deployment and the message are checked.

Nothing is written about a launch that is refused; what a login left behind is gone by then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode, urlsplit, urlunsplit

from coil_bridge.lti import claims as names
from coil_bridge.lti.id_tokens import check_nonce, verified
from coil_bridge.lti.key_sets import KeySets
from coil_bridge.lti.messages import Message, read_message
from coil_bridge.lti.platforms import check_deployment, for_launch, for_login
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.lti.state import LASTS, Begun, Logins
from coil_bridge.lti.tool_description import LAUNCH_PATH
from coil_bridge.lti.urls import same_origin
from coil_bridge.storage.lti_records import Platform
from coil_bridge.storage.storage import Storage


@dataclass(frozen=True, slots=True)
class Redirection:
    """Where the browser goes to log in, and the cookie that it must keep until it is back."""

    url: str = field(repr=False)
    cookie_name: str
    cookie_value: str = field(repr=False)
    cookie_seconds: int


class Launching:
    """Begins logins and receives launches. Parameters are those of the request, form or query."""

    def __init__(
        self, *, storage: Storage, keys: KeySets, clock: Callable[[], datetime], public_url: str
    ) -> None:
        self._storage = storage
        self._keys = keys
        self._clock = clock
        self._public_url = public_url
        self._logins = Logins(storage=storage, clock=clock)

    @property
    def launch_url(self) -> str:
        """The one address to which platforms send launches, and the target of every link."""
        return f"{self._public_url}{LAUNCH_PATH}"

    def begin(self, parameters: Mapping[str, str]) -> Redirection:
        """Begin the login that a platform asked for.

        Raises:
            Refusal: parameters are missing, the target is not ours, or the platform is not registered.
        """
        issuer, hint = parameters.get("iss", ""), parameters.get("login_hint", "")
        target = parameters.get("target_link_uri", "")
        if missing := [name for name in ("iss", "login_hint", "target_link_uri") if not parameters.get(name)]:
            raise Refusal(Reason.LOGIN_INCOMPLETE, missing="+".join(missing))
        if not same_origin(target, self._public_url):
            raise Refusal(Reason.TARGET_FOREIGN)
        client_id, deployment_id = parameters.get("client_id", ""), parameters.get("lti_deployment_id", "")
        with self._storage.write() as tx:
            platform = for_login(tx, issuer, client_id, deployment_id)
            begun = self._logins.begin(tx, platform)
        url = self._authorisation_url(platform, begun, hint, parameters.get("lti_message_hint"))
        return Redirection(url, begun.cookie_name, begun.cookie_value, int(LASTS.total_seconds()))

    def receive(self, form: Mapping[str, str], cookies: Mapping[str, str]) -> Message:
        """The launch in a form that was posted to us.

        Raises:
            Refusal: see the checklist in ``refusals.Reason``; nobody may be signed in then.
        """
        state = self._logins.take(form.get("state", ""), cookies)
        if "error" in form:
            raise Refusal(Reason.PLATFORM_ERROR, platform=state.platform_id, error=form["error"])
        with self._storage.read() as tx:
            platform = for_launch(tx, state.platform_id)
        claims = verified(form.get("id_token", ""), platform, self._keys, self._clock())
        check_nonce(claims, state.nonce_hash)
        deployment_id = claims.get(names.DEPLOYMENT_ID)
        with self._storage.read() as tx:
            check_deployment(tx, platform, deployment_id)
        return read_message(claims, platform, str(deployment_id), self._public_url)

    def _authorisation_url(
        self, platform: Platform, begun: Begun, login_hint: str, message_hint: str | None
    ) -> str:
        query = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": platform.client_id,
            "redirect_uri": self.launch_url,
            "login_hint": login_hint,
            "state": begun.state,
            "nonce": begun.nonce,
        }
        if message_hint is not None:
            query["lti_message_hint"] = message_hint
        parts = urlsplit(platform.login_url)
        together = "&".join(part for part in (parts.query, urlencode(query)) if part)
        return urlunsplit((parts.scheme, parts.netloc, parts.path, together, ""))
