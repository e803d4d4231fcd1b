"""Moodle's REST protocol: how parameters are written and how an answer is read.

PHP fills ``$_POST`` from bracketed names, so a list is ``ids[0]=4&ids[1]=7`` and an empty list cannot
be said at all. Types are strict: PARAM_BOOL takes ``1`` and ``0`` only, PARAM_INT no ``1.0``. PHP drops
every variable beyond ``max_input_vars`` (1000 unless configured) without a word, and Moodle then
answers the shortened question with status 200; so long requests are refused here and never sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn

from connectors.moodle.errors import (
    AnswerUnreadable,
    MoodleError,
    MoodleFault,
    SiteInMaintenance,
    SiteTimeout,
    SiteUnreachable,
    WebServicesOff,
    error_for,
)
from connectors.moodle.functions import Function
from connectors.transport import (
    AddressRefused,
    BrokenOff,
    ConnectionFailed,
    RedirectRefused,
    Reply,
    TimedOut,
    TlsFailed,
    TooLarge,
    TransportError,
)

MAX_VARIABLES = 900

Scalar = str | int | bool
Value = Scalar | Sequence["Value"] | Mapping[str, "Value | None"]


def encode(parameters: Mapping[str, Value | None]) -> list[tuple[str, str]]:
    """Write parameters as PHP expects them; a ``None`` in a mapping is left out.

    Raises ValueError for an empty list and for more variables than PHP is sure to take, TypeError for
    a value of another type (a float would be refused by Moodle's PARAM_INT).
    """
    pairs = [
        pair for name, value in parameters.items() if value is not None for pair in _written(name, value)
    ]
    if len(pairs) > MAX_VARIABLES:
        raise ValueError(f"{len(pairs)} variables in one request; PHP may silently drop some")
    return pairs


def _written(name: str, value: Value) -> Iterator[tuple[str, str]]:
    if isinstance(value, (bytes, bytearray)):  # a sequence of numbers to Python
        raise TypeError(f"{name} is made of bytes; decode them first")
    if isinstance(value, bool):
        yield name, "1" if value else "0"
    elif isinstance(value, (str, int)):
        yield name, str(value)
    elif isinstance(value, Mapping):
        yield from _members(name, [(key, member) for key, member in value.items() if member is not None])
    elif isinstance(value, Sequence):
        yield from _members(name, list(enumerate(value)))
    else:
        raise TypeError(f"{name} is of a type that Moodle does not take: {type(value).__name__}")


def _members(name: str, members: Sequence[tuple[str | int, Value]]) -> Iterator[tuple[str, str]]:
    if not members:
        raise ValueError(f"{name} is empty, and an empty list cannot be expressed")
    for key, member in members:
        yield from _written(f"{name}[{key}]", member)


def read_answer(site: str, function: str, reply: Reply) -> object:
    """Return the data of an answer, or raise what Moodle or its web server says instead."""
    try:
        answer: object = json.loads(reply.body)
    except (ValueError, RecursionError):
        _raise_for_page(site, function, reply)
    if isinstance(answer, dict):
        _raise_for_error(site, function, answer)
    if reply.status != 200:
        _raise_for_page(site, function, reply)
    return answer


def _raise_for_error(site: str, function: str, answer: Mapping[str, object]) -> None:
    errorcode, exception = answer.get("errorcode"), answer.get("exception")
    if isinstance(errorcode, str):
        raise error_for(site, function, errorcode, Function.SITE_INFO)
    if isinstance(exception, str):
        # PHP's own errors ("Error", "TypeError") come without a code, with status 200.
        raise MoodleFault(site, function, reason="php", detail=exception[:80])


def _raise_for_page(site: str, function: str, reply: Reply) -> NoReturn:
    status, empty = reply.status, not reply.body.strip()
    detail = f"HTTP {status}"
    if status == 403 and empty:
        raise WebServicesOff(site, function)
    if status in {429, 503}:
        raise SiteInMaintenance(site, function, detail=detail)
    if status >= 500:
        raise MoodleFault(site, function, reason="server", detail=detail, temporary=True)
    reason = {401: "forbidden", 403: "forbidden", 404: "not_found"}.get(status)
    if reason is None:
        looks_like_a_page = reply.body.lstrip()[:1] == b"<"
        reason = "html" if looks_like_a_page else "json"
    raise AnswerUnreadable(site, function, reason=reason, detail=detail)


_UNREACHABLE: Mapping[type[TransportError], tuple[str, bool]] = {
    TlsFailed: ("tls", False),
    BrokenOff: ("broken_off", True),
}


def from_transport(site: str, function: str, error: TransportError) -> MoodleError:
    """Return the error that names the site for one that names a host."""
    if isinstance(error, TimedOut):
        return SiteTimeout(site, function)
    if isinstance(error, TooLarge):
        return AnswerUnreadable(site, function, reason="too_large")
    if isinstance(error, RedirectRefused):
        return SiteUnreachable(site, function, reason="redirect", detail=error.location)
    if isinstance(error, AddressRefused):
        return SiteUnreachable(site, function, reason=error.reason, detail=error.detail)
    if isinstance(error, ConnectionFailed):
        return SiteUnreachable(site, function, reason=error.reason, detail=error.detail, temporary=True)
    reason, temporary = _UNREACHABLE[type(error)]
    return SiteUnreachable(site, function, reason=reason, detail=error.detail, temporary=temporary)
