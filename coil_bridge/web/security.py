"""Headers that keep browsers to what the pages need, and forms to our own pages.

Content-Security-Policy Level 3: nothing but our own static files; no inline script or style (``framing``).
The Referrer-Policy "same-origin" keeps secret addresses (sign-in, calendar) from leaving with a click on a
link.
"""

from __future__ import annotations

from flask import Flask, Response, abort, request, session
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from coil_bridge.settings import Settings
from coil_bridge.web.cookies import Cookies
from coil_bridge.web.framing import Framing
from coil_bridge.web.visitors import TOKEN

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_TWO_YEARS = 63_072_000
_A_YEAR = 31_536_000
BIGGEST_FORM = 256 * 1024
BIGGER_BODIES = {"uploads.take": 31 * 1024 * 1024}  # by endpoint: where files are uploaded


def secure(app: Flask, settings: Settings, cookies: Cookies, framing: Framing) -> CSRFProtect:
    """Cookies, CSRF protection, proxies and headers; what is exempt from CSRF is said by the caller."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="coil_bridge_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE=cookies.same_site,
        SESSION_COOKIE_SECURE=cookies.across_sites,
        SESSION_COOKIE_PARTITIONED=cookies.across_sites,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=settings.web_session_hours * 3600,
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open as long as the session lasts
        SEND_FILE_MAX_AGE_DEFAULT=_A_YEAR,  # static files are linked with their content's hash
        MAX_CONTENT_LENGTH=BIGGEST_FORM,
        MAX_FORM_MEMORY_SIZE=BIGGEST_FORM,
    )
    if count := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # Flask's documented way
    headers = _HEADERS | ({"Strict-Transport-Security": f"max-age={_TWO_YEARS}"} if settings.https else {})

    @app.before_request
    def _allow_files() -> None:
        # Before the form is read for its token; who has no session need not send much to be told so.
        if request.endpoint in BIGGER_BODIES and TOKEN in session:
            request.max_content_length = BIGGER_BODIES[request.endpoint]

    @app.before_request
    def _refuse_nul() -> None:
        # PostgreSQL cannot even be asked for an id with a NUL in it; forms refuse it field by field.
        if "\0" in request.path or any("\0" in value for _, value in request.args.items(multi=True)):
            abort(404)

    @app.after_request
    def _add_headers(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        framing.protect(response)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"  # pages are personal, computers in labs shared
        return response

    return CSRFProtect(app)
