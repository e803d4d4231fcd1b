"""The transport itself: one request, its attempts, and the translation of every failure.

What may be repeated: a request whose connection never came about, always, because nothing was sent;
anything else only when the caller says that it is ``repeatable``. A read that timed out is never
repeated: the other side is probably still working on it, and asking again doubles the load that made
it slow.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NoReturn
from urllib.parse import urlsplit, urlunsplit

import requests
import urllib3

from connectors.transport.connections import Resolver, guarded_adapter, system_resolver
from connectors.transport.errors import (
    AddressRefused,
    BrokenOff,
    ConnectionFailed,
    RedirectRefused,
    TimedOut,
    TlsFailed,
    TooLarge,
    TransportError,
)
from connectors.transport.leash import Leash, leashed
from connectors.transport.policy import Exchange, Reply, TransportPolicy

Form = Sequence[tuple[str, str]] | Mapping[str, str] | bytes

_CHUNK = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WORTH_REPEATING = frozenset({429, 502, 503, 504})
_TIMEOUTS = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
_LONGEST_PAUSE = 5.0
_FIRST_PAUSE = 0.4


def utc_now() -> datetime:
    """Return the present instant, UTC."""
    return datetime.now(UTC)


class Transport:
    """Sends requests under one policy; safe to share between threads.

    ``observe`` is called after every attempt, for metrics. ``resolve``, ``pause`` and ``now`` stand
    for the system's resolver, ``time.sleep`` and the clock.
    """

    def __init__(
        self,
        policy: TransportPolicy | None = None,
        *,
        observe: Callable[[Exchange], None] | None = None,
        resolve: Resolver = system_resolver,
        pause: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.policy = policy or TransportPolicy()
        self._observe = observe
        self._pause = pause
        self.now = now
        self._random = random.SystemRandom()
        self._adapter = guarded_adapter(resolve)

    def request(
        self,
        method: str,
        url: str,
        *,
        data: Form | None = None,
        json: object | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
        read_timeout: float | None = None,
        total_timeout: float | None = None,
        max_bytes: int | None = None,
    ) -> Reply:
        """Send a request and return the whole answer, whatever its status except a redirect.

        ``data`` is sent as a form. The last three arguments (seconds, bytes) replace those of the
        policy for this request. Raises the tree of TransportError.
        """
        policy = _overridden(self.policy, read_timeout, total_timeout, max_bytes)
        host = _checked_host(url, policy)
        sent = {"User-Agent": policy.user_agent, "Accept-Encoding": "gzip", **(headers or {})}
        try:
            prepared = _prepared(method, url, data, json, sent)
        except (requests.RequestException, UnicodeError):
            raise AddressRefused(host, "the address cannot be used", "url") from None
        with leashed(Leash(policy, time.monotonic() + policy.total_timeout)) as leash:
            return self._attempts(prepared, host, leash, repeatable=repeatable)

    def close(self) -> None:
        """Close the pooled connections."""
        self._adapter.close()

    def _attempts(
        self, prepared: requests.PreparedRequest, host: str, leash: Leash, *, repeatable: bool
    ) -> Reply:
        started = time.monotonic()
        for attempt in range(1, leash.policy.attempts + 1):
            last = attempt == leash.policy.attempts
            try:
                reply = self._observed(prepared, host, leash, attempt)
            except (ConnectionFailed, BrokenOff) as error:
                again = not last and (repeatable or isinstance(error, ConnectionFailed))
                if not (again and self._paused(attempt, None, leash)):
                    raise
                continue
            again = not last and repeatable and reply.status in _WORTH_REPEATING
            if not (again and self._paused(attempt, reply, leash)):
                return replace(reply, elapsed=time.monotonic() - started)
        raise AssertionError("a policy allows at least one attempt")

    def _paused(self, attempt: int, reply: Reply | None, leash: Leash) -> bool:
        """Pause with full jitter, or say that there is no time left for a repetition."""
        asked = _retry_after(reply)
        pause = self._random.uniform(0, _FIRST_PAUSE * 2**attempt) if asked is None else asked
        if pause > _LONGEST_PAUSE or time.monotonic() + pause >= leash.deadline:
            return False
        self._pause(pause)
        return True

    def _observed(self, prepared: requests.PreparedRequest, host: str, leash: Leash, attempt: int) -> Reply:
        started = time.monotonic()
        reply: Reply | None = None
        outcome = "answered"
        try:
            reply = self._once(prepared, host, leash)
        except TransportError as error:
            outcome = type(error).__name__
            raise
        else:
            return reply
        finally:
            if self._observe is not None:
                elapsed = time.monotonic() - started
                status, received = (reply.status, len(reply.body)) if reply else (None, 0)
                self._observe(
                    Exchange(prepared.method or "", host, attempt, outcome, status, elapsed, received)
                )

    def _once(self, prepared: requests.PreparedRequest, host: str, leash: Leash) -> Reply:
        policy = leash.policy
        started, sent_at = time.monotonic(), self.now()
        try:
            limits = (leash.remaining(policy.connect_timeout), leash.remaining(policy.read_timeout))
            verify = policy.ca_file or True
            response = self._adapter.send(prepared, stream=True, timeout=limits, verify=verify)
            received_at = self.now()
            with response:
                _refuse_redirect(response, host)
                body = _read(response, policy.max_bytes, host)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            _translate(error, host)
        return Reply(
            status=response.status_code,
            headers=response.headers,
            body=body,
            elapsed=time.monotonic() - started,
            url=_without_query(prepared.url or ""),
            sent_at=sent_at,
            received_at=received_at,
        )


def _prepared(
    method: str, url: str, data: Form | None, json: object | None, headers: Mapping[str, str]
) -> requests.PreparedRequest:
    """Build the request without a session: no cookies, no proxy, no netrc, no redirect handling.

    A session would look at the target of a redirect and read its body even when told not to follow.
    """
    return requests.Request(method, url, data=data, json=json, headers=dict(headers)).prepare()


def _overridden(
    policy: TransportPolicy, read_timeout: float | None, total_timeout: float | None, max_bytes: int | None
) -> TransportPolicy:
    return replace(
        policy,
        read_timeout=policy.read_timeout if read_timeout is None else read_timeout,
        total_timeout=policy.total_timeout if total_timeout is None else total_timeout,
        max_bytes=policy.max_bytes if max_bytes is None else max_bytes,
    )


def _checked_host(url: str, policy: TransportPolicy) -> str:
    """Return the host of an address that has the right form; whose address it is comes later."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise AddressRefused("", "the address cannot be read", "url") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise AddressRefused(host, "the address is not a web address", "url")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(host, "the address contains a user name", "url")
    if parts.scheme == "http" and not policy.allow_http:
        raise AddressRefused(host, "the address is not https", "http")
    return host


def _without_query(url: str) -> str:
    """Keep scheme, host, port and path; drop user name, query and fragment, where secrets travel."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _refuse_redirect(response: requests.Response, host: str) -> None:
    if response.status_code in _REDIRECTS:
        raise RedirectRefused(host, _without_query(response.headers.get("Location", "")))


def _read(response: requests.Response, max_bytes: int, host: str) -> bytes:
    declared = response.headers.get("Content-Length", "")
    too_large = TooLarge(host, f"the answer is larger than {max_bytes} bytes")
    if declared.isdecimal() and int(declared) > max_bytes:
        raise too_large
    body = bytearray()
    for chunk in response.raw.stream(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > max_bytes:
            raise too_large
    return bytes(body)


def _retry_after(reply: Reply | None) -> float | None:
    """Return the seconds a server asks us to wait (RFC 9110, 10.2.3, the form in seconds)."""
    asked = reply.headers.get("Retry-After", "") if reply else ""
    return float(asked) if asked.isdecimal() else None


def _translate(error: Exception, host: str) -> NoReturn:
    """Raise our own error; the original is cut off because it repeats the whole address."""
    if isinstance(error, requests.exceptions.SSLError):
        raise TlsFailed(host, _tls_reason(error)) from None
    if any(isinstance(cause, _TIMEOUTS) for cause in _causes(error)):
        raise TimedOut(host, "no complete answer in time") from None
    raise BrokenOff(host, "the connection broke off in the middle of the answer") from None


def _tls_reason(error: BaseException) -> str:
    """Find OpenSSL's own short reason in the chain of wrapped errors."""
    messages = (getattr(cause, "verify_message", "") for cause in _causes(error))
    return next((str(message) for message in messages if message), "no secure connection")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk through the errors that `requests` and urllib3 have wrapped into each other."""
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop()
        if isinstance(cause, BaseException):
            yield cause
            waiting += [*cause.args, getattr(cause, "reason", None)]
