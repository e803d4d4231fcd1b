"""A Moodle's address as people paste it, in the one form in which it is stored."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit, urlunsplit

from coil_bridge.i18n import mark

# What people paste instead of the front page's address; all of it is below Moodle's wwwroot.
_PAGES = ("/webservice", "/login", "/my", "/admin", "/course", "/index.php", "/user", "/local", "/mod")


class UnusableAddress(ValueError):
    """The address cannot be a Moodle's; the message says what to write instead."""


def normalise(address: str, *, allow_http: bool) -> str:
    """Return a Moodle's address without a final slash, page, credentials, query or fragment.

    Raises:
        UnusableAddress: it is no web address, holds credentials, or is not https.
    """
    text = address.strip()
    if not text.isprintable():
        raise UnusableAddress(mark("This is not a web address."))
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        port = parts.port
    except ValueError:
        raise UnusableAddress(mark("This is not a web address.")) from None
    _check(parts, allow_http=allow_http)
    host = _ascii(parts.hostname or "")
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != {"https": 443, "http": 80}[parts.scheme]:
        netloc += f":{port}"
    return urlunsplit((parts.scheme, netloc, _root(parts.path), "", ""))


def _ascii(host: str) -> str:
    """A host as name servers know it (IDNA)."""
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        raise UnusableAddress(mark("This is not a web address.")) from None


def _check(parts: SplitResult, *, allow_http: bool) -> None:
    if parts.scheme not in ("https", "http") or not parts.hostname or " " in parts.netloc:
        raise UnusableAddress(mark("This is not a web address."))
    if parts.username or parts.password:
        raise UnusableAddress(mark("Leave user name and password out of the address."))
    if parts.scheme == "http" and not allow_http:
        raise UnusableAddress(mark("The address must begin with https: the token would travel unprotected."))


def _root(path: str) -> str:
    """The path of Moodle's wwwroot: what stands before one of Moodle's own pages."""
    path = path.rstrip("/")
    ends = [path.find(f"{page}/") for page in _PAGES if f"{page}/" in f"{path}/"]
    ends += [len(path) - len(page) for page in _PAGES if path.endswith(page)]
    return path[: min((end for end in ends if end >= 0), default=len(path))].rstrip("/")
