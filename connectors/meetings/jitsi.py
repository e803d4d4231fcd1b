"""Jitsi Meet: a room is its address; with an app id and secret, the way in is a signed token.

The token is Jitsi's (https://github.com/jitsi/lib-jitsi-meet/blob/master/doc/tokens.md): HS256, for one room,
with the guest's name and whether the guest moderates. Jitsi keeps no meetings and no recordings of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

import jwt

from connectors.meetings.protocol import Guest, Meeting, Part, Recording

_EARLY = timedelta(seconds=10)  # the server's clock may be behind ours


class Jitsi:
    """One server; without a secret whoever knows a room's address comes in, and the first one moderates."""

    def __init__(self, base_url: str, app_id: str, secret: str, now: Callable[[], datetime]) -> None:
        self._base = base_url.rstrip("/")
        self._app_id = app_id
        self._secret = secret
        self._now = now

    def __repr__(self) -> str:
        return f"Jitsi({self._base!r})"

    def check(self) -> None:
        """Nothing can be asked of a Jitsi beforehand."""

    def prepare(self, meeting: Meeting) -> None:
        """A room is there as soon as somebody comes."""

    def way_in(self, meeting: Meeting, guest: Guest) -> str:
        """The room's address, with a token for this guest where the server wants one."""
        room = f"coil-{meeting.id}"
        address = f"{self._base}/{quote(room)}"
        return f"{address}?jwt={self._token(room, meeting, guest)}" if self._secret else address

    def end(self, meeting: Meeting) -> None:
        """A room ends when the last one leaves."""

    def recordings(self, meeting: Meeting) -> Sequence[Recording]:  # noqa: ARG002 - the protocol's signature
        """Jitsi leaves recordings to whoever has made them."""
        return []

    def _token(self, room: str, meeting: Meeting, guest: Guest) -> str:
        now = self._now()
        moderates = guest.part is Part.MODERATOR
        claims = {
            "aud": "jitsi",
            "iss": self._app_id,
            "sub": urlsplit(self._base).hostname,
            "room": room,
            "nbf": int((now - _EARLY).timestamp()),
            "exp": int((now + meeting.length).timestamp()),
            "moderator": moderates,
            "context": {
                "user": {
                    "id": guest.id,
                    "name": guest.name,
                    "affiliation": "owner" if moderates else "member",
                    "moderator": moderates,
                }
            },
        }
        return jwt.encode(claims, self._secret, algorithm="HS256")
