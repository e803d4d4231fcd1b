"""What a BigBlueButton tells of a meeting when it is over: its "analytics callback".

A meeting that was created with ``meta_analytics-callback-url`` is told of by one POST, a minute or more after
its end (``post_events_analytics_callback.rb`` of BigBlueButton 2.3 and later). The body is JSON: who came in
and went out when, by the user id that we gave with the way in. The header ``Authorization`` carries a JWT
(HS512 with the server's shared secret) with nothing but the time at which it ends: it says that the server
speaks, not what it says, so the address to which it speaks is one that nobody can guess.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody was inside, on whatever number of devices; instants in UTC."""

    guest_id: str
    joined: datetime
    left: datetime


class UnreadableRecord(Exception):
    """It is not what a BigBlueButton writes."""


def speaks_the_server(authorization: str, secret: str, now: datetime) -> bool:
    """Whether a header carries a token that the holder of the secret made and that has not ended."""
    kind, _, token = authorization.partition(" ")
    head, _, signature = token.rpartition(".")
    try:
        header, claims = (json.loads(_decoded(part)) for part in head.split("."))
        given, ends = _decoded(signature), float(claims["exp"])
        algorithm = header["alg"]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return False
    expected = hmac.new(secret.encode(), head.encode(), hashlib.sha512).digest()
    known = kind == "Bearer" and algorithm == "HS512" and hmac.compare_digest(given, expected)
    return known and ends > now.timestamp()


def read_record(body: bytes) -> tuple[str, Sequence[Stay]]:
    """The meeting's id and who was inside when.

    Raises:
        UnreadableRecord: it is not what a BigBlueButton writes.
    """
    try:
        found = json.loads(body)
        data = found["data"]
        stays = [stay for each in data["attendees"] for stay in _stays(each, data)]
        return str(found["meeting_id"]), stays
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise UnreadableRecord from error


def _stays(attendee: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Stay]:
    """Devices overlap: somebody is inside from the first that comes to the last that goes."""
    guest = str(attendee["ext_user_id"])
    joins, leaves = ([_instant(each) for each in attendee[name]] for name in ("joins", "leaves"))
    leaves += [_instant(data["finish"])] * (len(joins) - len(leaves))
    inside, since = 0, None
    for at, step in sorted([*((at, 1) for at in joins), *((at, 0) for at in leaves)], key=_joins_first):
        if step and not inside:
            since = at
        inside += 1 if step else -1
        if inside == 0 and since is not None:
            yield Stay(guest, since, at)
        inside = max(inside, 0)


def _joins_first(event: tuple[datetime, int]) -> tuple[datetime, int]:
    return event[0], -event[1]


def _instant(text: str) -> datetime:
    """As the server writes it: ISO 8601, in older versions with spaces before time and offset.

    Raises:
        ValueError: it is no instant.
    """
    at = datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-").replace(" UTC", "+00:00"))
    if at.tzinfo is None:
        raise ValueError(text)
    return at.astimezone(UTC)


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(part) from error
