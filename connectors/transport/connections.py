"""Connections that look an address up once, judge it, and connect to exactly what was judged.

Checking a name and then letting the HTTP library look it up again leaves a gap in which the answer
can change (DNS rebinding). Here the lookup, the check and the connect use the same numeric address,
and the check runs for every new connection. Proxies from the environment are off for the same reason.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from connectors.transport.addresses import refusal
from connectors.transport.errors import AddressRefused, ConnectionFailed, TimedOut
from connectors.transport.leash import LeashedSocket, LeashedTlsSocket, current_leash

Resolver = Callable[[str, int], Sequence[str]]

_HOSTS_KEPT = 64
_CONNECTIONS_PER_HOST = 4


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Return the numeric addresses of a host in the system's order; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def guarded_adapter(resolve: Resolver) -> HTTPAdapter:
    """Build the adapter of one transport; it never retries by itself and pools connections per host."""

    def connect(host: str, port: int) -> socket.socket:
        return _connect_to_any(host, port, _permitted(host, _look_up(resolve, host, port)))

    class GuardedHttp(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self._dns_host, self.port)

    class GuardedHttps(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self._dns_host, self.port)

    class HttpPool(HTTPConnectionPool):
        ConnectionCls = GuardedHttp

    class HttpsPool(HTTPSConnectionPool):
        ConnectionCls = GuardedHttps

    class Adapter(HTTPAdapter):
        def init_poolmanager(
            self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
        ) -> None:
            super().init_poolmanager(
                connections, maxsize, block=block, ssl_context=_tls_context(), **pool_kwargs
            )
            self.poolmanager.pool_classes_by_scheme = {"http": HttpPool, "https": HttpsPool}

    return Adapter(pool_connections=_HOSTS_KEPT, pool_maxsize=_CONNECTIONS_PER_HOST, max_retries=0)


def _tls_context() -> ssl.SSLContext:
    context = create_urllib3_context()
    context.sslsocket_class = LeashedTlsSocket
    return context


def _look_up(resolve: Resolver, host: str, port: int) -> Sequence[str]:
    """Look a name up in a thread of its own: the system's resolver knows no time limit."""
    if numeric := _numeric(host):
        return [numeric]
    answers: queue.SimpleQueue[Sequence[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def work() -> None:
        try:
            answers.put(resolve(host, port))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    leash = current_leash()
    threading.Thread(target=work, name="name-lookup", daemon=True).start()
    try:
        answer = answers.get(timeout=leash.remaining(leash.policy.connect_timeout))
    except queue.Empty:
        raise TimedOut(host, "the name lookup took too long") from None
    if isinstance(answer, (OSError, UnicodeError)) or not answer:
        raise ConnectionFailed(host, "the name is not known", "name")
    return answer


def _numeric(host: str) -> str | None:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def _permitted(host: str, addresses: Sequence[str]) -> Sequence[str]:
    """Refuse the host when any of its addresses is closed: a mixed answer is a trick or a mistake."""
    allow_private = current_leash().policy.allow_private
    for address in addresses:
        reason = refusal(address, allow_private=allow_private)
        if reason is not None:
            raise AddressRefused(host, f"{address} {reason}", "network")
    return addresses


def _connect_to_any(host: str, port: int, addresses: Sequence[str]) -> socket.socket:
    failure: Exception | None = None
    for address in addresses:
        try:
            return _connect(address, port)
        except TimeoutError:
            failure = TimedOut(host, "no connection in time")
        except OSError as error:
            failure = ConnectionFailed(host, error.strerror or "no connection", "connect")
    raise failure or ConnectionFailed(host, "no address", "name")


def _connect(address: str, port: int) -> socket.socket:
    leash = current_leash()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = LeashedSocket(family, socket.SOCK_STREAM)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(leash.remaining(leash.policy.connect_timeout))
        connection.connect((address, port))
    except BaseException:
        connection.close()
        raise
    return connection
