"""Calendar feeds as calendar programs fetch them: ``/calendar/<token>.ics``.

The hot path of the whole service: thousands of programs poll, by the hour, and mostly nothing has changed.
So the stored bytes go out before Flask sets up what only pages need (session, CSRF, request id, a log line):
``QuickWay`` stands in front of the application and answers for every calendar that is there. What is not
there, not allowed or fails goes on to the ordinary route, which says so and logs it like any other page.

Conditional requests follow RFC 9110, 13 (weak comparison; If-Modified-Since only without If-None-Match). A
revoked link is 410, which makes Thunderbird stop asking.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, cast
from urllib.parse import parse_qs

from flask import Blueprint, Flask, Response, request
from flask.blueprints import BlueprintSetupState
from werkzeug.datastructures import Accept
from werkzeug.http import http_date, parse_accept_header, parse_date, parse_etags

from coil_bridge.errors import Gone, NotFound
from coil_bridge.services.calendar.feeds import FeedService, StoredFeed
from coil_bridge.web.metrics import Metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PATH = re.compile(r"/calendar/([^/]+)\.ics")
_ENDPOINT = "feed.serve"
# Programs ask again anyway; a shared cache must not keep a private calendar, ours revalidate.
_CACHE = "private, no-cache"
_ALWAYS = (
    ("Cache-Control", _CACHE),
    ("Vary", "Accept-Encoding"),
    ("X-Content-Type-Options", "nosniff"),
)


class Answer(NamedTuple):
    """A status line, the headers and the body of what goes out."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class FeedPages:
    """The feeds."""

    def __init__(self, feeds: FeedService, metrics: Metrics) -> None:
        self._feeds = feeds
        self._metrics = metrics

    def blueprint(self) -> Blueprint:
        """The index of URLs; registering it puts the quick way in front of the application."""
        pages = Blueprint("feed", __name__)
        pages.add_url_rule("/calendar/<token>.ics", "serve", self.serve)
        pages.record_once(self._go_in_front)
        return pages

    def serve(self, token: str) -> Response:
        """Whatever the quick way has not answered, and so in practice 404 and 410."""
        try:
            feed = self._feeds.serve(token)
        except (NotFound, Gone) as error:
            return _plain(error.status, error.message)
        status, headers, body = answer(feed, request.environ)
        return Response(body, status, headers)

    def _go_in_front(self, state: BlueprintSetupState) -> None:
        app = cast("Flask", state.app)  # annotated as what Flask and Quart share
        quick = QuickWay(app.wsgi_app, self._feeds, self._metrics)
        app.wsgi_app = quick  # type: ignore[method-assign]  # Flask's documented way


class QuickWay:
    """WSGI middleware (PEP 3333) that answers GET and HEAD for every calendar that is there."""

    def __init__(self, app: WSGIApplication, feeds: FeedService, metrics: Metrics) -> None:
        self._app = app
        self._feeds = feeds
        self._metrics = metrics

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or let the application do it."""
        path = _PATH.fullmatch(environ["PATH_INFO"])
        method = environ["REQUEST_METHOD"]
        if path is None or method not in ("GET", "HEAD"):
            return self._app(environ, start_response)
        began = time.perf_counter()
        try:
            feed = self._feeds.serve(path[1])
        except Exception:  # noqa: BLE001 - whatever it is, the route meets it too, answers and logs it
            return self._app(environ, start_response)
        status, headers, body = answer(feed, environ)
        start_response(status, headers)
        self._metrics.request(method, _ENDPOINT, int(status[:3]), time.perf_counter() - began)
        return [body] if body and method == "GET" else []


def answer(feed: StoredFeed, environ: WSGIEnvironment) -> Answer:
    """Choose representation and status for what was asked."""
    zipped = _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    # One tag a representation (RFC 9110, 8.8.3.3): bytes that differ must not share a strong tag.
    tag = f'"{feed.etag}-gz"' if zipped else f'"{feed.etag}"'
    headers = [("ETag", tag), ("Last-Modified", http_date(feed.last_modified)), *_ALWAYS]
    if _has_it_already(feed, environ):
        return Answer("304 NOT MODIFIED", headers, b"")
    body = feed.body_gzip if zipped else feed.body
    headers += [("Content-Type", "text/calendar; charset=utf-8"), ("Content-Length", str(len(body)))]
    if zipped:
        headers.append(("Content-Encoding", "gzip"))
    if "download" in parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True):
        headers.append(("Content-Disposition", 'attachment; filename="coil-bridge.ics"'))
    return Answer("200 OK", headers, body)


def _has_it_already(feed: StoredFeed, environ: WSGIEnvironment) -> bool:
    tags = environ.get("HTTP_IF_NONE_MATCH")
    if tags is not None:
        # A program that has either representation has the calendar.
        known = parse_etags(tags)
        return known.contains_weak(feed.etag) or known.contains_weak(f"{feed.etag}-gz")
    since = parse_date(environ.get("HTTP_IF_MODIFIED_SINCE"))
    return since is not None and feed.last_modified.replace(microsecond=0) <= since


@lru_cache(maxsize=256)
def _takes_gzip(accepted: str) -> bool:
    """Whether gzip is named and not refused; ``*`` alone is not enough for old calendar programs."""
    return any(name == "gzip" and quality > 0 for name, quality in parse_accept_header(accepted, Accept))


def _plain(status: int, message: str) -> Response:
    response = Response(f"{message}\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = _CACHE
    return response
