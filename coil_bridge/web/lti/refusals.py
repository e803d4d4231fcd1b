"""The page of whatever the LTI tool refuses, and the log line that its reference number leads to."""

from __future__ import annotations

from flask import Flask, Response, g, make_response, render_template, request

from coil_bridge.lti.refusals import Reason, Refusal, record
from coil_bridge.web.framing import frame_anywhere
from coil_bridge.web.requests_log import request_id

_LONGEST = 300


def handle_refusals(app: Flask) -> None:
    """Answer every ``Refusal`` with its page."""

    @app.errorhandler(Refusal)
    def _refused(refusal: Refusal) -> Response:
        record(refusal, request_id=request_id())
        # A frame of a Moodle that we do not know shows it too, and nobody's name belongs on it: whoever is
        # signed in from an earlier launch may be somebody else.
        frame_anywhere()
        g.person = None
        page = render_template("lti/refused.html", refusal=refusal, said=_said_by_platform(refusal))
        answer = make_response(page, refusal.status)
        if refusal.code is Reason.METHOD:
            answer.headers["Allow"] = "POST"
        return answer


def _said_by_platform(refusal: Refusal) -> str:
    """The words with which a platform refused to log somebody in; shown, never logged."""
    if refusal.code is not Reason.PLATFORM_ERROR:
        return ""
    parts = (request.form.get(name, "").strip() for name in ("error", "error_description"))
    return ": ".join(part for part in parts if part)[:_LONGEST]
