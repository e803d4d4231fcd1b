"""The scripts that tools talk to without a browser: key set, configuration, registration, token, services.

None of them knows cookies. Each meets the simulator's faults under its path, for example
`faults.error_500(function="mod/lti/token.php")`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from connectors.moodle.simulator.faults import Faults
from connectors.moodle.simulator.lti import openid, registration
from connectors.moodle.simulator.lti.errors import BadToken, ServiceError
from connectors.moodle.simulator.lti.line_items import LINE_ITEM_RESOURCE, LINE_ITEMS_RESOURCE
from connectors.moodle.simulator.lti.memberships import ROSTER
from connectors.moodle.simulator.lti.platform import Platform
from connectors.moodle.simulator.lti.registration_request import describe
from connectors.moodle.simulator.lti.scores import RESULTS, SCORES
from connectors.moodle.simulator.lti.service_requests import ServiceRequest
from connectors.moodle.simulator.lti.tokens import grant
from connectors.moodle.simulator.lti.tool_keys import ToolKeys
from connectors.moodle.simulator.mishaps import mishap

_HTML = "text/html; charset=utf-8"
_JSON = "application/json; charset=utf-8"
_RESOURCES = (LINE_ITEM_RESOURCE, LINE_ITEMS_RESOURCE, RESULTS, SCORES, ROSTER)
_METHODS = ["GET", "POST", "PUT", "DELETE"]


@dataclass(frozen=True)
class Endpoints:
    """The machine side of one platform."""

    platform: Platform
    keys: ToolKeys
    faults: Faults

    def blueprint(self) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("lti_endpoints", __name__)
        self._add(routes, "certs.php", self._certs, ["GET"])
        self._add(routes, "openid-configuration.php", self._configuration, ["GET"])
        self._add(routes, "openid-registration.php", self._registration, ["GET", "POST"])
        self._add(routes, "token.php", self._token, ["GET", "POST"])
        self._add(routes, "services.php", self._services, _METHODS, below="<path:path>")
        routes.before_request(self._note)
        return routes

    def _add(
        self,
        routes: Blueprint,
        script: str,
        serve: Callable[[], Response],
        methods: list[str],
        below: str = "",
    ) -> None:
        def answer(path: str = "") -> Response:  # noqa: ARG001 - Flask passes what the rule holds
            return mishap(self.faults, self.platform.site, f"mod/lti/{script}", serve)

        rule = f"/mod/lti/{script}" + (f"/{below}" if below else "")
        routes.add_url_rule(rule, script.removesuffix(".php"), answer, methods=methods)

    def _note(self) -> None:
        self.platform.requests.append(f"{request.method} {request.path}")

    def _certs(self) -> Response:
        return _json(self.platform.key.key_set())

    def _configuration(self) -> Response:
        return _json(openid.configuration(self.platform))

    def _registration(self) -> Response:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer":
            return Response("missing_registration_token", 401, content_type=_HTML)
        payload = request.get_json(force=True, silent=True)
        try:
            with self.platform.world.lock:
                tool = registration.register(
                    self.platform, token.strip(), payload if isinstance(payload, dict) else {}
                )
        except BadToken as error:
            return Response(
                f"<!DOCTYPE html>\n<title>Error</title>\n<p>{error}</p>\n", 404, content_type=_HTML
            )
        except ServiceError as error:
            return Response(str(error), error.status, content_type=_HTML)
        body = json.dumps(describe(tool)).replace("/", "\\/")  # as PHP writes slashes
        return Response(body, content_type=_JSON)

    def _token(self) -> Response:
        form = request.form if request.method == "POST" else {}
        try:
            body = grant(self.platform, self.keys, form)
        except ServiceError as error:
            return Response(json.dumps({"error": str(error)}), error.status, content_type=_HTML)
        return Response(json.dumps(body), content_type=_HTML)  # Moodle sets no media type here

    def _services(self) -> Response:
        accept, content_type = request.headers.get("Accept", ""), request.headers.get("Content-Type", "")
        for resource in _RESOURCES:
            parts = resource.match(request.path, request.method, accept, content_type)
            if parts is not None:
                serve = resource.methods.get(request.method)
                return (
                    Response(status=405)
                    if serve is None
                    else self._serve(serve, _request(self.platform, parts))
                )
        return Response(status=400)

    def _serve(self, serve: Callable[[ServiceRequest], Any], asked: ServiceRequest) -> Response:
        try:
            with self.platform.world.lock:
                answer = serve(asked)
        except ServiceError as error:
            return Response(status=error.status)
        response = Response(answer.body, answer.status, content_type=answer.media_type)
        if answer.link:
            response.headers["Link"] = answer.link.encode().decode("latin-1")  # WSGI's form of UTF-8
        return response


def _request(platform: Platform, parts: dict[str, str]) -> ServiceRequest:
    return ServiceRequest(
        platform,
        request.method,
        request.headers.get("Accept", ""),
        request.headers.get("Content-Type", ""),
        request.headers.get("Authorization", ""),
        request.args.to_dict(),
        request.get_data(),
        parts,
    )


def _json(document: dict[str, Any]) -> Response:
    return Response(json.dumps(document), content_type=_JSON)
