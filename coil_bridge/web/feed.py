"""Calendar feeds as calendar programs fetch them: ``/calendar/<token>.ics``.

The hot path of the whole service: no session, no cookie, no CSRF, one query, stored bytes. Conditional
requests follow RFC 9110, 13 (weak comparison; If-Modified-Since only without If-None-Match), because most
programs poll hourly and nothing has changed. A revoked link is 410, which makes Thunderbird stop asking.
"""

from __future__ import annotations

from flask import Blueprint, Request, Response, make_response, request

from coil_bridge.errors import Gone, NotFound
from coil_bridge.services.feeds import FeedService, StoredFeed

_TYPE = "text/calendar; charset=utf-8"
# Programs ask again anyway; a shared cache must not keep a private calendar, ours revalidate.
_CACHE = "private, no-cache"


class FeedPages:
    """The feeds."""

    def __init__(self, feeds: FeedService) -> None:
        self._feeds = feeds

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("feed", __name__)
        pages.add_url_rule("/calendar/<token>.ics", "serve", self.serve)
        return pages

    def serve(self, token: str) -> Response:
        """The stored bytes, 304 when the program has them, 410 when the link was revoked."""
        try:
            feed = self._feeds.serve(token)
        except (NotFound, Gone) as error:
            return _plain(error.status, error.message)
        return answer(feed, request)


def answer(feed: StoredFeed, asked: Request) -> Response:
    """Choose representation and status for what was asked."""
    zipped = _takes_gzip(asked)
    # One tag a representation (RFC 9110, 8.8.3.3): bytes that differ must not share a strong tag.
    etag = f"{feed.etag}-gz" if zipped else feed.etag
    response = make_response(b"")
    response.headers["Content-Type"] = _TYPE
    response.headers["Cache-Control"] = _CACHE
    response.headers["Vary"] = "Accept-Encoding"
    response.last_modified = feed.last_modified
    response.set_etag(etag)
    if _has_it_already(feed, asked):
        response.status_code = 304
        del response.headers["Content-Type"]
        return response
    response.set_data(feed.body_gzip if zipped else feed.body)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    if "download" in asked.args:
        response.headers["Content-Disposition"] = 'attachment; filename="coil-bridge.ics"'
    return response


def _has_it_already(feed: StoredFeed, asked: Request) -> bool:
    if "If-None-Match" in asked.headers:
        # A program that has either representation has the calendar.
        known = asked.if_none_match
        return known.contains_weak(feed.etag) or known.contains_weak(f"{feed.etag}-gz")
    since = asked.if_modified_since
    return since is not None and feed.last_modified.replace(microsecond=0) <= since


def _takes_gzip(asked: Request) -> bool:
    """Whether gzip is named and not refused; ``*`` alone is not enough for old calendar programs."""
    return any(name == "gzip" and quality > 0 for name, quality in asked.accept_encodings)


def _plain(status: int, message: str) -> Response:
    response = make_response(f"{message}\n", status)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Cache-Control"] = _CACHE
    return response
