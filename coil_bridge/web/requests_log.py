"""One log line and one measurement a request, with an id that error pages show.

What is logged is the endpoint and the URL rule, never the path: calendar and sign-in addresses carry
secrets in it. No query string, no form, no name, no network address.
"""

from __future__ import annotations

import re
import time

import structlog
from flask import Flask, Response, g, request

from coil_bridge.logs import what_failed
from coil_bridge.vault import new_id
from coil_bridge.web.metrics import Metrics

log = structlog.get_logger("coil_bridge.web")
_SOUND_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Asked every few seconds by machines; a line each would bury the others.
_SILENT = frozenset({"health.alive", "health.ready", "health.metrics", "static"})


def observe_requests(app: Flask, metrics: Metrics, *, behind_proxy: bool) -> None:
    """Give every request an id, a log line and a place in the metrics.

    A proxy in front that sets X-Request-ID is believed (``behind_proxy``); anybody else is not.
    """

    @app.before_request
    def _begin() -> None:
        given = request.headers.get("X-Request-ID", "") if behind_proxy else ""
        g.request_id = given if _SOUND_ID.fullmatch(given) else new_id()
        g.began = time.perf_counter()

    @app.after_request
    def _end(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        endpoint = request.endpoint or "none"
        metrics.request(request.method, endpoint, response.status_code, seconds)
        response.headers["X-Request-ID"] = request_id()
        if endpoint not in _SILENT:
            log.info(
                "request",
                request_id=request_id(),
                method=request.method,
                endpoint=endpoint,
                rule=request.url_rule.rule if request.url_rule else None,
                status=response.status_code,
                ms=round(seconds * 1000, 1),
            )
        return response


def request_id() -> str:
    """The id of the current request; the reference number of error pages."""
    found: str = g.setdefault("request_id", new_id())
    return found


def log_failure(error: BaseException) -> None:
    """Log an unexpected error: its type and where it came from, not its message."""
    log.error(
        "failure",
        request_id=request_id(),
        endpoint=request.endpoint,
        rule=request.url_rule.rule if request.url_rule else None,
        **what_failed(error),
    )
