"""The one HTTP doorway of the project: everything that leaves for another machine leaves through here.

Kept in one place so that time limits, size limits, the address policy and the silence about secrets
hold for every partner, not only where somebody remembered them.
"""

from connectors.transport.doorway import Transport
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
from connectors.transport.policy import Exchange, Reply, TransportPolicy

__all__ = [
    "AddressRefused",
    "BrokenOff",
    "ConnectionFailed",
    "Exchange",
    "RedirectRefused",
    "Reply",
    "TimedOut",
    "TlsFailed",
    "TooLarge",
    "Transport",
    "TransportError",
    "TransportPolicy",
]
