"""Which web addresses belong together: the same scheme, host and port (RFC 6454)."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

Origin = tuple[str, str, int]

_PORTS = {"http": 80, "https": 443}


def origin(url: object) -> Origin | None:
    """The origin of a web address; ``None`` for anything else, and for one with a user name in it.

    A backslash or white space is refused: browsers and libraries read such addresses differently.
    """
    parts = _split(url)
    if parts is None or parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]


def web_origin(url: str) -> str:
    """The origin as browsers write it (RFC 6454, 6.2), in lower case; empty for what is no web address."""
    found = origin(url)
    if found is None:
        return ""
    scheme, host, port = found
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}" if port == _PORTS[scheme] else f"{scheme}://{host}:{port}"


def same_origin(one: object, other: object) -> bool:
    """Whether two addresses are on the same machine under the same scheme and port."""
    first = origin(one)
    return first is not None and first == origin(other)


def host_of(url: object) -> str:
    """The host of an address, for a log line; never more of it, since the rest may hold a secret."""
    found = origin(url)
    return found[1] if found else ""


def same_place(one: object, other: object) -> bool:
    """Whether two addresses are the same apart from a final slash and the spelling of the host."""
    if not same_origin(one, other):
        return False
    return urlsplit(str(one)).path.rstrip("/") == urlsplit(str(other)).path.rstrip("/")


def _split(url: object) -> SplitResult | None:
    if not isinstance(url, str) or "\\" in url or any(letter <= " " for letter in url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    return parts
