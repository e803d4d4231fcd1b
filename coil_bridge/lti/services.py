"""The services of a platform: access tokens, and calls with them (1EdTech Security Framework 4).

A token is asked for with an assertion that our key signs (RFC 7523) and kept until shortly before it ends.
Failures name the Moodle and say what to do; ``temporary`` ones may be tried again later.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from coil_bridge.errors import PartnerUnavailable
from coil_bridge.i18n import mark
from coil_bridge.lti.keys import Keys
from coil_bridge.lti.urls import host_of, same_origin
from coil_bridge.storage.lti_records import Platform
from coil_bridge.vault import new_id
from connectors.transport import Reply, Transport, TransportError

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
BACKDATED = timedelta(seconds=30)  # Moodle refuses an `iat` that its own clock has not reached
ASSERTION_LASTS = timedelta(minutes=5)
_SPARE = timedelta(minutes=1)  # a token is not used in its last minute
_MAX_LIFE = timedelta(hours=1)
_WORTH_WAITING = frozenset({408, 425, 429, 500, 502, 503, 504})


class ServiceFailed(PartnerUnavailable):
    """A platform's service gave no usable answer; ``http_status`` is ``None`` when it gave none at all."""

    def __init__(
        self, message: str, platform: Platform, *, http_status: int | None = None, temporary: bool = False
    ) -> None:
        super().__init__(message, {"host": host_of(platform.issuer), "status": http_status or "-"})
        self.http_status = http_status
        self.temporary = temporary


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    ends_at: datetime


class ServiceCalls:
    """Calls a platform's services with the right token. Safe to share between threads."""

    def __init__(self, *, transport: Transport, keys: Keys, clock: Callable[[], datetime]) -> None:
        self._transport = transport
        self._keys = keys
        self._clock = clock
        self._tokens: dict[tuple[str, frozenset[str]], _Token] = {}
        self._lock = threading.Lock()

    def call(
        self,
        platform: Platform,
        scopes: Collection[str],
        method: str,
        url: str,
        *,
        accept: str,
        body: tuple[str, Any] | None = None,
        repeatable: bool = False,
    ) -> Reply:
        """Call a service; ``body`` is a media type and a JSON value. Any status but 401 is the caller's.

        A token that is refused is asked for anew, once.

        Raises:
            ServiceFailed: no token, no answer, or the token is refused again.
        """
        if not same_origin(url, platform.issuer):
            raise ServiceFailed(mark("%(host)s named a service on another server."), platform)
        headers = {"Accept": accept}
        data = None
        if body is not None:
            headers["Content-Type"], data = body[0], json.dumps(body[1]).encode()
        for fresh in (False, True):
            headers["Authorization"] = f"Bearer {self._token(platform, frozenset(scopes), fresh=fresh)}"
            reply = self._send(platform, method, url, data=data, headers=headers, repeatable=repeatable)
            if reply.status != 401:
                return reply
        raise ServiceFailed(
            mark(
                "%(host)s refused our access token (%(status)s). If nothing was changed there, its web "
                "server may be taking the Authorization header away (Apache: CGIPassAuth On)."
            ),
            platform,
            http_status=401,
        )

    def _token(self, platform: Platform, scopes: frozenset[str], *, fresh: bool) -> str:
        key, now = (platform.id, scopes), self._clock()
        with self._lock:
            known = self._tokens.get(key)
        if known is not None and not fresh and now < known.ends_at:
            return known.value
        token = self._ask_for_token(platform, scopes, now)
        with self._lock:
            self._tokens[key] = token
        return token.value

    def _ask_for_token(self, platform: Platform, scopes: frozenset[str], now: datetime) -> _Token:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(platform, now),
            "scope": " ".join(sorted(scopes)),
        }
        headers = {"Accept": "application/json"}
        reply = self._send(platform, "POST", platform.token_url, data=form, headers=headers, repeatable=True)
        if reply.status != 200:
            raise ServiceFailed(
                mark(
                    "%(host)s gave us no access token (%(status)s). The tool must be active there, "
                    "and %(host)s must be able to fetch our public keys."
                ),
                platform,
                http_status=reply.status,
                temporary=reply.status in _WORTH_WAITING,
            )
        return _read_token(platform, reply, now)

    def _assertion(self, platform: Platform, now: datetime) -> str:
        return self._keys.signer().sign(
            {
                "iss": platform.client_id,
                "sub": platform.client_id,
                "aud": platform.token_url,
                "iat": int((now - BACKDATED).timestamp()),
                "exp": int((now + ASSERTION_LASTS).timestamp()),
                "jti": new_id(),
            }
        )

    def _send(
        self,
        platform: Platform,
        method: str,
        url: str,
        *,
        data: Mapping[str, str] | bytes | None,
        headers: Mapping[str, str],
        repeatable: bool,
    ) -> Reply:
        try:
            return self._transport.request(method, url, data=data, headers=headers, repeatable=repeatable)
        except TransportError:
            raise ServiceFailed(mark("%(host)s does not answer."), platform, temporary=True) from None


def read_json(platform: Platform, reply: Reply) -> Any:
    """The JSON of a good answer, whatever the media type says (Moodle calls it text/html in places).

    Raises:
        ServiceFailed: another status than 2xx, or no JSON.
    """
    if not 200 <= reply.status < 300:
        raise ServiceFailed(
            mark("%(host)s refused a request to its LTI services (%(status)s)."),
            platform,
            http_status=reply.status,
            temporary=reply.status in _WORTH_WAITING,
        )
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        raise _unreadable(platform, reply) from None


def _read_token(platform: Platform, reply: Reply, now: datetime) -> _Token:
    found = read_json(platform, reply)
    value = found.get("access_token") if isinstance(found, dict) else None
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        raise _unreadable(platform, reply)
    try:
        life = min(timedelta(seconds=float(found.get("expires_in", 0))), _MAX_LIFE)
    except (TypeError, ValueError, OverflowError):
        raise _unreadable(platform, reply) from None
    return _Token(value, now + life - _SPARE)


def _unreadable(platform: Platform, reply: Reply) -> ServiceFailed:
    return ServiceFailed(
        mark("%(host)s gave an answer that cannot be read (%(status)s)."), platform, http_status=reply.status
    )
