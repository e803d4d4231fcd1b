"""A room that is a link somebody has pasted: whose it is, and which links lead to the same room.

A password or a tracking parameter does not make another room of it, so for services whose addresses are known
only what names the room is compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit

from connectors.meetings.protocol import Guest, Meeting, Recording

_ZOOM_NUMBER = re.compile(r"/(?:j|w|s|wc/join|wc)/(\d{8,12})")
_SERVICES = (
    ("Zoom", re.compile(r"(?:^|\.)(?:zoom\.us|zoom\.com|zoomgov\.com)$")),
    ("Microsoft Teams", re.compile(r"(?:^|\.)teams\.(?:microsoft|live)\.com$")),
    ("Webex", re.compile(r"(?:^|\.)webex\.com$")),
    ("Google Meet", re.compile(r"^meet\.google\.com$")),
    ("Jitsi", re.compile(r"(?:^|\.)(?:jit\.si|8x8\.vc)$")),
    ("BigBlueButton", re.compile(r"(?:^|[.-])(?:bbb|greenlight|bigbluebutton)[.-]")),
)


@dataclass(frozen=True)
class PastedLink:
    """A pasted link: ``service`` by name, empty where it is not known; the same ``room`` is the same room."""

    service: str
    room: str


def recognise(url: str) -> PastedLink:
    """Whose room a link leads to, and which one it is."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    service = next((name for name, pattern in _SERVICES if pattern.search(host)), "")
    return PastedLink(service, _room(service, host, parts))


def _room(service: str, host: str, parts: SplitResult) -> str:
    path = parts.path.rstrip("/")
    if service == "Zoom" and (number := _ZOOM_NUMBER.search(path)):
        return f"zoom:{number[1]}"
    if service == "Webex" and (meeting := parse_qs(parts.query).get("MTID")):
        return f"webex:{meeting[0]}"
    if service:
        return f"{host}{path.lower() if service == 'Google Meet' else path}"
    query = f"?{parts.query}" if parts.query else ""
    port = f":{parts.port}" if parts.port else ""
    return f"{host}{port}{path}{query}"


class Link:
    """The meeting service behind a pasted link: the link is all there is."""

    def __init__(self, url: str) -> None:
        self._url = url

    def check(self) -> None:
        """Whoever pasted it has tried it."""

    def prepare(self, meeting: Meeting) -> None:
        """Whoever pasted it has prepared it."""

    def way_in(self, meeting: Meeting, guest: Guest) -> str:  # noqa: ARG002 - the protocol's signature
        """The link, for everybody the same."""
        return self._url

    def end(self, meeting: Meeting) -> None:
        """It is ended in the service itself."""

    def recordings(self, meeting: Meeting) -> Sequence[Recording]:  # noqa: ARG002 - the protocol's signature
        """Recordings stay in the service itself."""
        return []
