"""Every error of the product becomes one status and one page that says what to do next.

What does not exist and what somebody may not know of look exactly the same (404). An error that nobody
foresaw gives a reference number, the request's id, under which the log has it.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from coil_bridge.errors import CoilBridgeError, InvalidInput, NotSignedIn, TooManyRequests
from coil_bridge.web.requests_log import log_failure, request_id
from coil_bridge.web.texts import gettext, say


def handle_errors(app: Flask, sign_in_first: Callable[[], str]) -> None:
    """Map every exception; ``sign_in_first`` renders the sign-in form for pages that need a person."""

    @app.errorhandler(NotSignedIn)
    def _not_signed_in(_error: NotSignedIn) -> tuple[str, int]:
        return sign_in_first(), NotSignedIn.status

    @app.errorhandler(CoilBridgeError)
    def _ours(error: CoilBridgeError) -> Response:
        if error.status >= 500:
            log_failure(error)
        return _ours_page(error)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        if error.response is not None:
            return make_response(error.response)
        reason = csrf_reason() if isinstance(error, CSRFError) else ""
        page = error_page(error.code or 500, reason)
        for name, value in error.get_headers():
            if name not in ("Content-Type", "Content-Length"):
                page.headers[name] = value
        return page

    @app.errorhandler(Exception)
    def _unforeseen(error: Exception) -> Response:
        log_failure(error)
        g.person = None  # the page must not ask a database that may be the one that failed
        return error_page(500, "")


def error_page(status: int, reason: str) -> Response:
    """The page for a status; ``reason`` is a translated sentence."""
    title, advice = _explain(status)
    page = render_template(
        "error.html",
        status=status,
        title=title,
        reason=reason,
        advice=advice,
        reference=request_id() if status >= 500 else "",
        back=where_from(),
    )
    return make_response(page, status)


def message_of(error: CoilBridgeError) -> str:
    """The error's message in the reader's language."""
    return say(error.reason)


def csrf_reason() -> str:
    """Why a form without a valid CSRF token was not taken."""
    return gettext(
        "The form was open for longer than your session, or this browser does not keep our cookie. "
        "Nothing was changed. Open the page again, please."
    )


def _ours_page(error: CoilBridgeError) -> Response:
    if error.status >= 500:
        g.setdefault("person", None)
    reason = message_of(error) if error.status in (403, 409, 410, 429, 502, 503) else ""
    if isinstance(error, InvalidInput):
        reason = " ".join(gettext(text) for texts in error.errors.values() for text in texts)
    page = error_page(error.status, reason)
    if isinstance(error, TooManyRequests):
        page.headers["Retry-After"] = str(error.retry_after)
    return page


def where_from() -> str:
    """The page of ours that the person came from; another site's address is never linked."""
    referrer = request.referrer or ""
    return referrer if referrer.startswith(request.host_url) and referrer != request.url else ""


def _explain(status: int) -> tuple[str, str]:
    texts = {
        400: (gettext("This request was not understood"), ""),
        403: (gettext("This is not yours to do"), ""),
        404: (
            gettext("There is nothing at this address"),
            gettext(
                "The link may be incomplete, the page may have been removed, "
                "or it belongs to people you do not share a pairing with."
            ),
        ),
        405: (gettext("This page does not take that kind of request"), ""),
        409: (gettext("That is not possible as things stand"), ""),
        410: (gettext("This link is no longer valid"), ""),
        413: (gettext("That is too much at once"), gettext("Please shorten what you send.")),
        422: (gettext("Something in there needs your attention"), ""),
        429: (gettext("Too many attempts"), gettext("Please wait a little and try again.")),
        502: (
            gettext("A partner’s Moodle does not answer"),
            gettext("The other universities are not affected. Please try again in a few minutes."),
        ),
        503: (
            gettext("COIL Bridge is not ready at the moment"),
            gettext("Nothing was lost. Please try again in a minute."),
        ),
    }
    unforeseen = (
        gettext("Something went wrong on our side"),
        gettext("Nothing was half-saved. Try again; if it stays, tell your administrator this number:"),
    )
    return texts.get(status, unforeseen)
