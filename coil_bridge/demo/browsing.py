"""A browser without a window, for what people of the demo do before anybody looks."""

from __future__ import annotations

from http.cookiejar import Cookie
from typing import Any

import requests
from requests.cookies import RequestsCookieJar


def browser() -> requests.Session:
    """A session that keeps cookies."""
    session = requests.Session()
    session.cookies = _LocalCookies()
    return session


class _LocalCookies(RequestsCookieJar):
    """Sends ``Secure`` cookies back over http, as real browsers do where the host is ``localhost``."""

    def set_cookie(self, cookie: Cookie, *args: Any, **kwargs: Any) -> None:
        cookie.secure = False
        super().set_cookie(cookie, *args, **kwargs)
