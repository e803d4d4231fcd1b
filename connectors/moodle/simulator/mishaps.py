"""How a fault looks on the wire."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from typing import NoReturn

from flask import Response, request

from connectors.moodle.simulator import errors
from connectors.moodle.simulator.faults import Fault, Faults
from connectors.moodle.simulator.records import Site
from connectors.moodle.simulator.responses import error_response

_HANG_AT_MOST = 600.0  # seconds; a forgotten fault must not keep a thread for ever
_HTML = "text/html; charset=utf-8"
_SIGN_IN = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n"


def mishap(faults: Faults, site: Site, function: str, serve: Callable[[], Response]) -> Response:
    """Return what a request meets: the first fault that applies, or the real answer."""
    released = faults.released
    delay, fault = faults.take(function)
    if delay:
        released.wait(delay)
    if fault is None:
        return serve()
    if fault.kind == "hang":
        released.wait(_HANG_AT_MOST)
    if fault.kind in {"hang", "reset"}:
        _reset()
    if fault.kind == "half_json":
        return _half(serve())
    return _broken(fault, site)


def _broken(fault: Fault, site: Site) -> Response:
    as_json = request.values.get("moodlewsrestformat") == "json"
    match fault.kind:
        case "maintenance":
            page = "<html><body>Maintenance</body></html>"
            return Response(page, 503, content_type=_HTML, headers={"Retry-After": "300"})
        case "ui_maintenance":
            return error_response(errors.maintenance(), site, as_json=as_json)
        case "html":
            return Response(_SIGN_IN, content_type=_HTML)
        case "error":
            error = errors.plain(fault.errorcode, f"error/{fault.errorcode}")
            return error_response(error, site, as_json=as_json)
        case _:
            return Response("", 500, content_type=_HTML)


def _half(answer: Response) -> Response:
    body = answer.get_data()
    answer.set_data(body[: len(body) // 2])
    return answer


def _reset() -> NoReturn:
    """Close the connection so that the client sees a reset, and abandon the request."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    # SO_LINGER with a timeout of zero makes close() send RST instead of FIN; detached, so that the server's
    # own orderly shutdown finds nothing left to do.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.close(connection.detach())
    raise ConnectionResetError
