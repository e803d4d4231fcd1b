"""/lib/ajax/service-nologin.php: the one question that a site answers without a token.

A JSON list of `{index, methodname, args}` in the body or in the `args` variable of the URL; the answer is a
list of `{error, data}` or `{error, exception}`. It works with web services off, and while maintenance is set
in the administration (the command line's kind stops every script).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from connectors.moodle.simulator.contracts import contracts
from connectors.moodle.simulator.faults import Faults
from connectors.moodle.simulator.mishaps import mishap
from connectors.moodle.simulator.records import Site

_PUBLIC_CONFIG = "tool_mobile_get_public_config"


@dataclass(frozen=True)
class NoLogin:
    """The anonymous AJAX service of one simulated Moodle."""

    site: Site
    faults: Faults

    def blueprint(self) -> Blueprint:
        """Return the route."""
        routes = Blueprint("nologin", __name__)
        routes.add_url_rule(
            "/lib/ajax/service-nologin.php", view_func=self.serve, methods=["GET", "POST"], endpoint="serve"
        )
        return routes

    def serve(self) -> Response:
        """Answer one request, unless a fault is in the way."""
        if self.faults.ui_maintenance:
            return self._serve()
        return mishap(self.faults, self.site, _PUBLIC_CONFIG, self._serve)

    def _serve(self) -> Response:
        asked = json.loads(request.args.get("args") or request.get_data() or b"[]")
        answers = [self._answer(str(each.get("methodname", ""))) for each in asked]
        return Response(json.dumps(answers), content_type="application/json; charset=utf-8")

    def _answer(self, method: str) -> dict[str, Any]:
        if method != _PUBLIC_CONFIG:
            message = "Web service is not available. (It doesn't exist or might be disabled.)"
            exception = {"message": message, "errorcode": "servicenotavailable", "moreinfourl": ""}
            return {"error": True, "exception": exception}
        contract = contracts(self.site.release.branch)[_PUBLIC_CONFIG]
        return {"error": False, "data": contract.answer(self._config())}

    def _config(self) -> dict[str, Any]:
        site = self.site
        return {
            "wwwroot": site.url,
            "httpswwwroot": site.url,
            "sitename": site.name,
            "guestlogin": 0,
            "rememberusername": 1,
            "authloginviaemail": 0,
            "registerauth": "",
            "forgottenpasswordurl": "",
            "authinstructions": "",
            "authnoneenabled": 0,
            "enablewebservices": int(site.web_services),
            "enablemobilewebservice": 0,
            "maintenanceenabled": int(self.faults.ui_maintenance),
            "maintenancemessage": "",
            "typeoflogin": 1,
            "showloginform": 1,
            "country": site.country,
            "lang": site.lang,
        }
