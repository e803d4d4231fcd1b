"""What keeps a flood of requests from anybody's work: a share for each site or network, in each process."""

from __future__ import annotations

import threading
from datetime import datetime
from ipaddress import ip_address, ip_network

from coil_bridge.services.context import Clock

_MOST_REQUESTERS = 1000


class Buckets:
    """How much each requester may still send: a bucket that fills by ``a_minute`` and holds as much."""

    def __init__(self, clock: Clock, *, a_minute: int = 60) -> None:
        self._clock = clock
        self._a_minute = a_minute
        self._lock = threading.Lock()
        self._left: dict[str, tuple[datetime, float]] = {}

    def take(self, requester: str) -> bool:
        """Take one; ``False`` when nothing is left."""
        now = self._clock()
        with self._lock:
            if len(self._left) >= _MOST_REQUESTERS and requester not in self._left:
                self._left.clear()
            at, left = self._left.get(requester, (now, float(self._a_minute)))
            passed = (now - at).total_seconds() if at <= now else 60.0  # the clock was set back: begin anew
            left = min(self._a_minute, left + passed * self._a_minute / 60)
            taken = left >= 1
            self._left[requester] = (now, left - 1 if taken else left)
        return taken


def network_of(remote: str | None) -> str:
    """Whom an address stands for: an IPv6 subscriber has a whole /64 of them (RFC 6177)."""
    try:
        address = ip_address(remote or "")
    except ValueError:
        return remote or ""
    mapped = address.ipv4_mapped if address.version == 6 else address
    return str(mapped or ip_network((address, 64), strict=False))
