"""A tiny LTI tool, only as good as these tests need: it believes everything and remembers what it got."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from flask import Flask, Response, redirect, request
from jwt.algorithms import RSAAlgorithm
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as AnyResponse

from connectors.moodle.simulator.lti.records import ToolSettings
from connectors.moodle.simulator.lti.registration_request import CONFIGURATION
from connectors.moodle.simulator.lti.scopes import GRADING, MEMBERSHIP_READ

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
KID = "tool-1"


@dataclass
class Tool:
    """The tool's server. `auth` overrides its authentication requests, `payload` its registration."""

    key: RSAPrivateKey
    url: str = ""
    auth: dict[str, str | None] = field(default_factory=dict)
    payload: dict[str, Any] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)
    logins: list[dict[str, str]] = field(default_factory=list)
    launches: list[dict[str, str]] = field(default_factory=list)
    registrations: list[requests.Response] = field(default_factory=list)
    visits: list[str] = field(default_factory=list)

    def start(self) -> Tool:
        self.server = make_server("127.0.0.1", 0, self._build(), threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def settings(self, **changes: Any) -> ToolSettings:
        """What an administrator types to configure it by hand."""
        given: dict[str, Any] = {
            "name": "COIL Bridge",
            "url": f"{self.url}/launch",
            "login_url": f"{self.url}/login",
            "redirect_uris": (f"{self.url}/launch", f"{self.url}/dl"),
            "jwks_url": f"{self.url}/jwks",
            "deep_linking_url": f"{self.url}/dl",
        }
        return ToolSettings(**given | changes)

    def registration(self) -> dict[str, Any]:
        """What it asks for in dynamic registration."""
        host = self.url.removeprefix("http://")
        return {
            "application_type": "web",
            "response_types": ["id_token"],
            "grant_types": ["implicit", "client_credentials"],
            "initiate_login_uri": f"{self.url}/login",
            "redirect_uris": [f"{self.url}/launch", f"{self.url}/dl"],
            "client_name": "COIL Bridge",
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_method": "private_key_jwt",
            "scope": " ".join([*sorted(GRADING), MEMBERSHIP_READ]),
            CONFIGURATION: {
                "domain": host,
                "target_link_uri": f"{self.url}/launch",
                "custom_parameters": {"tz": "$Person.address.timezone"},
                "claims": ["iss", "sub", "name", "email"],
                "messages": [
                    {"type": "LtiResourceLinkRequest"},
                    {"type": "LtiDeepLinkingRequest", "target_link_uri": f"{self.url}/dl"},
                ],
            },
        } | self.payload

    def sign(self, claims: Mapping[str, Any], kid: str = KID) -> str:
        return jwt.encode(dict(claims), self.key, "RS256", headers={"kid": kid})

    def claims(self) -> dict[str, Any]:
        """The claims of the last launch; the signature is for the tests to check."""
        return dict(jwt.decode(self.launches[-1]["id_token"], options={"verify_signature": False}))

    def _build(self) -> Flask:
        app = Flask(__name__)
        both = ["GET", "POST"]
        app.add_url_rule("/login", view_func=self._login, methods=both)
        app.add_url_rule("/launch", view_func=self._launch, methods=both)
        app.add_url_rule("/dl", view_func=self._choose, methods=["POST"])
        app.add_url_rule("/session/<number>", view_func=self._visit)
        app.add_url_rule("/jwks", view_func=self._jwks)
        app.add_url_rule("/register", view_func=self._register)
        return app

    def _login(self) -> AnyResponse:
        login = request.values.to_dict()
        self.logins.append(login)
        asked: dict[str, str | None] = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": login["client_id"],
            "redirect_uri": login["target_link_uri"],
            "login_hint": login["login_hint"],
            "lti_message_hint": login["lti_message_hint"],
            "state": "state-1",
            "nonce": "nonce-1",
        }
        query = {name: value for name, value in (asked | self.auth).items() if value is not None}
        return redirect(f"{login['iss']}/mod/lti/auth.php?{urlencode(query)}")

    def _launch(self) -> str:
        self.visits.append(f"{request.method} {request.headers['User-Agent']}")
        if request.method == "POST":
            self.launches.append(request.form.to_dict())
        return "the tool"

    def _visit(self, number: str) -> Response:
        self.visits.append(f"session {number}")
        return Response(status=500)

    def _choose(self) -> str:
        self.launches.append(request.form.to_dict())
        claims = self.claims()
        answer = self.sign(
            {
                "iss": claims["aud"],
                "aud": claims["iss"],
                "iat": claims["iat"],
                "exp": claims["exp"],
                "nonce": "nonce-2",
                LTI + "message_type": "LtiDeepLinkingResponse",
                LTI + "version": "1.3.0",
                LTI + "deployment_id": claims[LTI + "deployment_id"],
                DL + "content_items": self.items,
            }
        )
        target = claims[DL + "deep_linking_settings"]["deep_link_return_url"].replace("&", "&amp;")
        return (
            f'<form method="post" action="{target}"><input type="hidden" name="JWT" value="{answer}"></form>'
        )

    def _jwks(self) -> Response:
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return Response(json.dumps({"keys": [public | {"kid": KID, "use": "sig", "alg": "RS256"}]}))

    def _register(self) -> str:
        configuration = requests.get(request.args["openid_configuration"], timeout=5).json()
        bearer = {"Authorization": f"Bearer {request.args['registration_token']}"}
        address = configuration["registration_endpoint"]
        answer = requests.post(address, json=self.registration(), headers=bearer, timeout=5)
        self.registrations.append(answer)
        return f"{request.args.get('invitation', '')} {answer.status_code}"
