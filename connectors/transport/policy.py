"""What a request may cost and where it may go, and what comes back from it: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

_MIB = 1024 * 1024


@dataclass(frozen=True)
class TransportPolicy:
    """Limits of every request of one transport. Times are in seconds, sizes in bytes after decompression.

    ``total_timeout`` covers everything: name lookup, all attempts, the pauses between them and the
    last byte of the body, however slowly a server drips. ``attempts`` counts the first one.
    ``allow_private`` admits loopback and private networks (the demo, tests, a Moodle in the same
    campus network); link-local and cloud metadata addresses stay closed. ``ca_file`` adds nothing to
    the public authorities but replaces them, for a consortium with its own certification authority.
    """

    connect_timeout: float = 5.0
    read_timeout: float = 20.0
    total_timeout: float = 45.0
    max_bytes: int = 20 * _MIB
    attempts: int = 3
    allow_private: bool = False
    allow_http: bool = False
    user_agent: str = "COIL-Bridge"
    ca_file: str | None = None


@dataclass(frozen=True)
class Reply:
    """A complete answer, whatever its status.

    ``url`` has no query. ``elapsed`` is in seconds and includes earlier attempts; ``sent_at`` and
    ``received_at`` (UTC) enclose the moment at which the server made the headers of this answer.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    elapsed: float
    url: str
    sent_at: datetime
    received_at: datetime


@dataclass(frozen=True)
class Exchange:
    """One attempt, as metrics and logs may see it: no path, no query, no headers, no body.

    ``outcome`` is ``"answered"`` or the class name of the error; ``elapsed`` is in seconds.
    """

    method: str
    host: str
    attempt: int
    outcome: str
    status: int | None
    elapsed: float
    received: int
