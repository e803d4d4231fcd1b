"""The REST endpoint /webservice/rest/server.php: Moodle's order of checks and its kinds of answers.

Functional errors are HTTP 200 with `exception`, `errorcode` and `message`; web services switched off are an
empty 403. The token is looked for before the function, the service's list after it, parameters last.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request

from connectors.moodle.simulator import errors
from connectors.moodle.simulator.contracts import BadParameters
from connectors.moodle.simulator.faults import Faults
from connectors.moodle.simulator.forms import Array, decode, pairs
from connectors.moodle.simulator.functions import FUNCTIONS
from connectors.moodle.simulator.functions.call import Call
from connectors.moodle.simulator.functions.site import functions_of
from connectors.moodle.simulator.mishaps import mishap
from connectors.moodle.simulator.records import Site, Token, User
from connectors.moodle.simulator.responses import answer_response, error_response
from connectors.moodle.simulator.traffic import Traffic
from connectors.moodle.simulator.world import World

_OWN_VARIABLES = ("wstoken", "wsfunction", "moodlewsrestformat")
_SETTINGS = "moodlewssetting"


@dataclass(frozen=True)
class Endpoint:
    """The REST server of one simulated Moodle."""

    world: World
    site: Site
    faults: Faults
    traffic: Traffic

    def blueprint(self) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("rest", __name__)
        routes.add_url_rule(
            "/webservice/rest/server.php", view_func=self.serve, methods=["GET", "POST"], endpoint="serve"
        )
        return routes

    def serve(self) -> Response:
        """Answer one request, unless a fault is in the way."""
        variables = _variables(self.site.max_input_vars)
        function = str(variables.get("wsfunction", ""))
        with self.traffic.busy():
            return mishap(self.faults, self.site, function, lambda: self._serve(function, variables))

    def _serve(self, function: str, variables: Array) -> Response:
        if not self.site.web_services:
            return Response("", 403, content_type="text/html; charset=utf-8")
        as_json = variables.get("moodlewsrestformat") == "json"
        try:
            body = self._answer(function, variables)
        except errors.MoodleException as error:
            self.traffic.log(function, variables, error.errorcode)
            return error_response(error, self.site, as_json=as_json)
        self.traffic.log(function, variables, "")
        return answer_response(body, as_json=as_json)

    def _answer(self, function: str, variables: Array) -> object:
        with self.world.lock:
            token, user = self._authenticate(variables.get("wstoken"))
            contract = functions_of(self.site).get(function)
            if contract is None or function not in FUNCTIONS:
                raise errors.MissingRecord("external_functions", self.site.release)
            if token.functions is not None and function not in token.functions:
                raise errors.access_refused()
            try:
                arguments = contract.accept(_arguments(variables))
            except BadParameters as refused:
                raise errors.invalid_parameter() from refused
            call = Call(self.world, self.site, user, token, arguments)
            return contract.answer(FUNCTIONS[function](call))

    def _authenticate(self, value: object) -> tuple[Token, User]:
        token = self.world.tokens.get(value) if isinstance(value, str) else None
        if token is None:
            raise errors.invalid_token()
        if token.valid_until is not None and token.valid_until < self.world.clock():
            del self.world.tokens[token.value]  # Moodle forgets an expired token at its first use
            raise errors.access_refused()
        user = self.world.users[token.user_id]
        if user.suspended:
            message = f"Refused web service access for suspended username: {user.username}"
            raise errors.plain("wsaccessusersuspended", message)
        if not token.allowed:
            raise errors.access_refused()
        return token, user


def _variables(limit: int) -> Array:
    """Return PHP's `$_GET` overlaid with `$_POST`; a JSON body or a Bearer header is no source."""
    variables = decode(pairs(request.query_string), limit)
    if request.mimetype == "application/x-www-form-urlencoded":
        variables |= decode(pairs(request.get_data()), limit)
    elif request.mimetype == "multipart/form-data":
        variables |= decode(request.form.items(multi=True), limit)
    return variables


def _arguments(variables: Array) -> Array:
    return {
        name: value
        for name, value in variables.items()
        if name not in _OWN_VARIABLES and not str(name).startswith(_SETTINGS)
    }
