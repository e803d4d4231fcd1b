"""A small factory of launches: a login that was begun, claims as Moodle sends them, and a token over them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from coil_bridge.lti import claims as names
from coil_bridge.lti.launching import Launching
from coil_bridge.lti.messages import Message
from coil_bridge.storage.lti_records import Platform
from tests.builders import SettableClock
from tests.unit.lti.moodle import SigningKey

SAMPLES = Path(__file__).parent / "samples"
PUBLIC_URL = "https://bridge.example.org"
LAUNCH_URL = f"{PUBLIC_URL}/lti/launch"


def sample(name: str) -> dict[str, Any]:
    """Claims as recorded from a real Moodle: "51-teacher", "45-LtiSubmissionReviewRequest"."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}-claims.json").read_text("utf-8"))
    return found


@dataclass
class Attempt:
    """A launch that is about to be sent; a test spoils whatever it likes."""

    launching: Launching
    key: SigningKey
    claims: dict[str, Any]
    state: str
    cookies: dict[str, str]
    headers: dict[str, Any] = field(default_factory=dict)
    token: str | None = None
    form: dict[str, str] = field(default_factory=dict)

    def send(self) -> Message:
        """Sign (unless the test brought a token) and send."""
        token = self.token if self.token is not None else self.key.sign(self.claims, **self.headers)
        form = {"state": self.state, "id_token": token, **self.form}
        return self.launching.receive({name: value for name, value in form.items() if value}, self.cookies)


@dataclass
class Launcher:
    """Makes attempts from one platform."""

    launching: Launching
    platform: Platform
    deployment_id: str
    key: SigningKey
    clock: SettableClock

    def login(self, **changes: str) -> dict[str, str]:
        """The parameters with which Moodle begins a login."""
        return {
            "iss": self.platform.issuer,
            "target_link_uri": LAUNCH_URL,
            "login_hint": "5",
            "lti_message_hint": '{"cmid":3,"launchid":"ltilaunch1_302844858"}',
            "client_id": self.platform.client_id,
            "lti_deployment_id": self.deployment_id,
        } | changes

    def attempt(self, of: str = "51-teacher", **changes: Any) -> Attempt:
        """A good launch after a real login; ``changes`` replace claims (``None`` leaves one out)."""
        begun = self.launching.begin(self.login())
        query = {name: values[0] for name, values in parse_qs(urlsplit(begun.url).query).items()}
        now = int(self.clock().timestamp())
        claims = sample(of) | {
            "iss": self.platform.issuer,
            "aud": self.platform.client_id,
            "nonce": query["nonce"],
            "iat": now,
            "exp": now + 60,
            names.DEPLOYMENT_ID: self.deployment_id,
            names.TARGET_LINK_URI: LAUNCH_URL,
        }
        claims = _moved(claims, self.platform.issuer) | changes
        claims = {name: value for name, value in claims.items() if value is not None}
        cookies = {begun.cookie_name: begun.cookie_value}
        return Attempt(self.launching, self.key, claims, query["state"], cookies)


def _moved(claims: dict[str, Any], issuer: str) -> dict[str, Any]:
    """The recorded addresses, as this Moodle would spell them."""
    text = json.dumps(claims)
    for port in ("8041", "8045", "8051"):
        text = text.replace(f"http://127.0.0.1:{port}", issuer)
    moved: dict[str, Any] = json.loads(text)
    return moved
