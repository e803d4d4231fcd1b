"""Values that are safe to write into a calendar file (RFC 5545, 3.3.11 and 3.3.13).

icalendar escapes text and refuses a line break in a URI, but passes control characters on, and
several readers take VT, FF, NEL or U+2028 for the end of a line: whoever may name a session could
then write properties of their own into everybody's calendar. So such text is refused here, the
last place before the bytes; forms ask ``has_control_characters`` earlier and say it kindly.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from icalendar import vCalAddress, vDatetime, vDuration, vText, vUri

# C0 without TAB, LF and CR; DEL and C1; the two Unicode line ends; halves of surrogate pairs,
# which have no UTF-8 form.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LINE_BREAK = re.compile(r"\r\n?")
_SPACE_AND_BREAKS = re.compile(r"(?<!\s)\s*[\r\n\t]\s*")
_NOT_IN_URI = re.compile(r'[\s"<>\\^`{|}]')
_EMAIL = re.compile(r"[^\s@<>(),;:\\\"\[\]]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", re.ASCII)
_PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F))


class UnsafeText(ValueError):
    """Text or an address that must not go into a calendar file; names the field, not the content."""


def has_control_characters(text: str) -> bool:
    """Whether ``text`` holds a character that no calendar file may carry; tabs and line breaks may pass."""
    return _CONTROL.search(text) is not None


class SafeText(vText):
    r"""Escaped text; icalendar 7.3 itself takes a typed ``\N`` (as in ``C:\New``) for a line break."""

    def to_ical(self) -> bytes:
        """The escaped UTF-8 bytes of RFC 5545, 3.3.11."""
        escaped = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return escaped.encode()


def text_lines(text: str, field: str) -> SafeText:
    """Text of several lines. Raises UnsafeText."""
    return SafeText(_LINE_BREAK.sub("\n", _checked(text, field)))


def text_line(text: str, field: str) -> SafeText:
    """Text of one line; a line break inside becomes a space. Raises UnsafeText, also when empty."""
    line = _SPACE_AND_BREAKS.sub(" ", _checked(text, field)).strip()
    if not line:
        raise UnsafeText(f"{field} is empty")
    return SafeText(line)


def web_address(url: str, field: str) -> vUri:
    """An http or https address in ASCII (RFC 3986): other characters are percent-encoded, the host as IDNA.

    Raises UnsafeText.
    """
    return vUri(urlunsplit(split_web_address(url, field)))


def split_web_address(url: str, field: str) -> SplitResult:
    """The parts of such an address. Raises UnsafeText for anything else, and for one with a password."""
    try:
        parts = urlsplit("" if _NOT_IN_URI.search(url) else _checked(url, field))
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except ValueError as error:
        raise UnsafeText(f"{field} is no web address") from error
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc:
        raise UnsafeText(f"{field} is no web address")
    host = f"[{host}]" if ":" in host else host
    netloc = host if port is None else f"{host}:{port}"
    path, query, fragment = (quote(part, safe=_PRINTABLE) for part in parts[2:])
    return SplitResult(parts.scheme, netloc, path, query, fragment)


def person(name: str, email: str, field: str) -> vCalAddress:
    """A ``mailto:`` address with its CN (RFC 5545, 3.3.3; RFC 6068). Raises UnsafeText."""
    if not _EMAIL.fullmatch(email):
        raise UnsafeText(f"{field} has no usable e-mail address")
    address = vCalAddress("mailto:" + quote(email, safe="@+!$'*_.~-"))
    # RFC 6868 has an escape for quotation marks that mail programs show as it stands: ^'
    address.params["CN"] = text_line(name, field).replace('"', "'")
    return address


def utc(moment: datetime) -> vDatetime:
    """An instant as ``20261103T140000Z``. Raises TypeError for a naive one."""
    if moment.tzinfo is None:
        raise TypeError("A calendar file gets instants; this datetime is naive")
    return vDatetime(moment.astimezone(UTC))


def duration(length: timedelta) -> vDuration:
    """A positive length. Handed to icalendar as it is, a timedelta is written ``12:00:00``."""
    if length <= timedelta(0):
        raise ValueError("A refresh interval is longer than nothing")
    return vDuration(length)


def before_start(length: timedelta) -> vDuration:
    """A time before the start, for a TRIGGER: ``-PT15M``."""
    if length <= timedelta(0):
        raise ValueError("An alarm comes before the start")
    return vDuration(-length)


def _checked(text: str, field: str) -> str:
    if has_control_characters(text):
        raise UnsafeText(f"{field} contains control characters")
    return text
