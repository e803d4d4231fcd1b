"""Who may show our pages in a frame, and where their forms may go (Content-Security-Policy Level 3).

Moodle shows the tool in a frame, so every page that people use may be framed by the Moodles in which the
tool is registered, and by nobody else. The console is for tabs only. A page that must be readable before a
Moodle is known (a refusal, a cookie that cannot be set) says so itself, and has nothing on it to click away.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

import structlog
from flask import Response, g, request

ANYBODY = "*"
_OURSELVES = "'self'"
_KEPT_FOR = timedelta(seconds=10)  # short: whoever registers a Moodle tries it at once
_IN_TABS_ONLY = "/console/"
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
)

log = structlog.get_logger("coil_bridge.web")


class Framing:
    """Puts the two headers about frames on a response."""

    def __init__(self, origins: Callable[[], Collection[str]], clock: Callable[[], datetime]) -> None:
        self._ask = origins
        self._clock = clock
        self._origins: Sequence[str] = ()
        self._asked_at: datetime | None = None
        self._lock = threading.Lock()

    def protect(self, response: Response) -> None:
        """Set the policy, and X-Frame-Options where it says the same (it cannot name another site)."""
        ancestors = self._ancestors() if response.mimetype == "text/html" else (_OURSELVES,)
        response.headers["Content-Security-Policy"] = _policy(ancestors, g.get("form_targets", ()))
        if ancestors == (_OURSELVES,):
            response.headers["X-Frame-Options"] = "SAMEORIGIN"

    def _ancestors(self) -> tuple[str, ...]:
        chosen: tuple[str, ...] | None = g.get("frame_ancestors")
        if chosen is not None:
            return chosen
        if request.path.startswith(_IN_TABS_ONLY):
            return (_OURSELVES,)
        return (_OURSELVES, *self._platforms())

    def _platforms(self) -> Sequence[str]:
        now = self._clock()
        with self._lock:
            if self._asked_at is None or not timedelta() <= now - self._asked_at < _KEPT_FOR:
                try:
                    self._origins = sorted(self._ask())
                except Exception as error:  # noqa: BLE001 - the page of a failed database must still go out
                    log.warning("frame_ancestors_unknown", error=type(error).__name__)
                self._asked_at = now
            return self._origins


def frame_anywhere() -> None:
    """This response may be framed by a site that we do not know (yet)."""
    g.frame_ancestors = (ANYBODY,)


def frame_in(*origins: str) -> None:
    """This response may be framed by these sites."""
    g.frame_ancestors = (_OURSELVES, *origins)


def may_post_to(origin: str) -> None:
    """The forms of this response may also go to that site."""
    g.form_targets = (origin,)


def framed() -> bool:
    """Whether the browser says that it shows this page in a frame (Fetch Metadata, W3C)."""
    return request.headers.get("Sec-Fetch-Dest") in ("iframe", "frame")


def _policy(ancestors: Sequence[str], targets: Sequence[str]) -> str:
    forms = f"form-action {' '.join((_OURSELVES, *targets))}"
    return "; ".join((*_POLICY, forms, f"frame-ancestors {' '.join(ancestors)}"))
