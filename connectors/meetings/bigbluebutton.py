"""BigBlueButton's API (https://docs.bigbluebutton.org/development/api), version 2.4 and later.

Each call is a GET whose query ends in a checksum: SHA-256 over the call's name, the query as it is sent and
the secret that the server shares with us. Roles are given by ``role``; the passwords of older servers are
derived from the secret, as some installations still ask for them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from connectors.meetings.protocol import Guest, Meeting, MeetingFailed, Part, Recording
from connectors.transport import Transport, TransportError

_SECONDS = 8.0  # somebody stands at the door and waits
_MOST_BYTES = 2_000_000
_ROLES = {Part.MODERATOR: "MODERATOR", Part.VIEWER: "VIEWER"}
_GONE = frozenset({"notFound", "meetingForciblyEnded", "invalidMeetingIdentifier"})


class BigBlueButton:
    """One server. ``base_url`` is what ``bbb-conf --secret`` prints, with or without ``api`` at its end."""

    def __init__(self, base_url: str, secret: str, transport: Transport) -> None:
        base = base_url.rstrip("/").removesuffix("/api")
        self._api = f"{base}/api"
        self._secret = secret
        self._transport = transport

    def __repr__(self) -> str:
        return f"BigBlueButton({self._api!r})"

    def check(self) -> None:
        """Whether the server answers and takes our checksums. Raises MeetingFailed."""
        self._call("getMeetings", {})

    def prepare(self, meeting: Meeting) -> None:
        """``create``: the same meeting again is no second one (the answer is a ``duplicateWarning``)."""
        self._call(
            "create",
            {
                "meetingID": meeting.id,
                "name": meeting.name,
                "attendeePW": self._password(meeting, Part.VIEWER),
                "moderatorPW": self._password(meeting, Part.MODERATOR),
                "duration": str(int(meeting.length.total_seconds()) // 60),
                "logoutURL": meeting.back_to,
                # A moderator may record with a press of a button; nothing is recorded unasked.
                "record": "true",
                "autoStartRecording": "false",
                "allowStartStopRecording": "true",
                **_told(meeting),
            },
        )

    def way_in(self, meeting: Meeting, guest: Guest) -> str:
        """A signed ``join`` address with the guest's role."""
        return self._signed(
            "join",
            {
                "meetingID": meeting.id,
                "fullName": guest.name,
                "userID": guest.id,
                "role": _ROLES[guest.part],
                "password": self._password(meeting, guest.part),
                "redirect": "true",
            },
        )

    def end(self, meeting: Meeting) -> None:
        """``end``; a meeting that is not running has ended."""
        try:
            self._call("end", {"meetingID": meeting.id, "password": self._password(meeting, Part.MODERATOR)})
        except MeetingFailed as error:
            if error.key not in _GONE:
                raise

    def recordings(self, meeting: Meeting) -> Sequence[Recording]:
        """``getRecordings``: one for each way to play each published recording."""
        try:
            answer = self._call("getRecordings", {"meetingID": meeting.id, "state": "published"})
        except MeetingFailed as error:
            if error.key in _GONE:
                return []
            raise
        return [each for record in answer.iter("recording") for each in _recordings(record)]

    def _password(self, meeting: Meeting, part: Part) -> str:
        text = f"{meeting.id}|{part}"
        return hmac.new(self._secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:24]

    def _signed(self, call: str, parameters: Mapping[str, str]) -> str:
        query = urlencode(parameters)
        checksum = hashlib.sha256(f"{call}{query}{self._secret}".encode()).hexdigest()
        return f"{self._api}/{call}?{query}{'&' if query else ''}checksum={checksum}"

    def _call(self, call: str, parameters: Mapping[str, str]) -> ET.Element:
        try:
            reply = self._transport.request(
                "GET",
                self._signed(call, parameters),
                repeatable=True,
                read_timeout=_SECONDS,
                total_timeout=_SECONDS,
                max_bytes=_MOST_BYTES,
            )
        except TransportError as error:
            raise MeetingFailed("unreachable") from error
        return _answer(reply.body)


def _told(meeting: Meeting) -> Mapping[str, str]:
    """The server tells who was inside only of meetings whose events it keeps (``records.py``)."""
    if not meeting.tell_to:
        return {}
    return {"meetingKeepEvents": "true", "meta_analytics-callback-url": meeting.tell_to}


def _answer(body: bytes) -> ET.Element:
    try:
        root = ET.fromstring(body)  # noqa: S314 - expat bounds the growth of entities and fetches none
    except ET.ParseError:
        raise MeetingFailed("unreadable") from None
    if root.tag != "response":
        raise MeetingFailed("unreadable")
    if root.findtext("returncode") != "SUCCESS":
        raise MeetingFailed(root.findtext("messageKey") or "failed")
    return root


def _recordings(record: ET.Element) -> Sequence[Recording]:
    try:
        begins, ends = (int(record.findtext(name) or 0) for name in ("startTime", "endTime"))
        starts_at = datetime.fromtimestamp(begins / 1000, UTC)
        length = timedelta(milliseconds=max(ends - begins, 0))
    except (ValueError, OverflowError, OSError):
        return []
    found = []
    for each in record.iterfind("playback/format"):
        url = (each.findtext("url") or "").strip()
        if url.startswith(("https://", "http://")):
            kind = (each.findtext("type") or "").strip()
            found.append(Recording(record.findtext("recordID") or "", kind, url, starts_at, length))
    return found
