"""What can go wrong between here and another machine. Messages name the host and nothing secret."""

from __future__ import annotations


class TransportError(Exception):
    """No usable answer. ``host`` is the name asked for; ``detail`` is short, technical and in English."""

    def __init__(self, host: str, detail: str) -> None:
        super().__init__(f"{host}: {detail}")
        self.host = host
        self.detail = detail


class AddressRefused(TransportError):
    """The address is one that we never talk to. ``reason`` is ``url``, ``http`` or ``network``."""

    def __init__(self, host: str, detail: str, reason: str) -> None:
        super().__init__(host, detail)
        self.reason = reason


class ConnectionFailed(TransportError):
    """No connection came about, so nothing was sent. ``reason`` is ``name`` (lookup) or ``connect``."""

    def __init__(self, host: str, detail: str, reason: str) -> None:
        super().__init__(host, detail)
        self.reason = reason


class TlsFailed(TransportError):
    """The certificate or the TLS handshake is not acceptable; nothing was sent."""


class TimedOut(TransportError):
    """A limit of time has passed. Whether the other side acted on the request is unknown."""


class TooLarge(TransportError):
    """The body is larger than the limit; it was not read further."""


class BrokenOff(TransportError):
    """The connection ended in the middle. Whether the other side acted on the request is unknown."""


class RedirectRefused(TransportError):
    """The server sent us elsewhere. ``location`` has no query, because Moodle repeats parameters in it."""

    def __init__(self, host: str, location: str) -> None:
        super().__init__(host, f"answers with a redirect to {location or 'nowhere'}")
        self.location = location
