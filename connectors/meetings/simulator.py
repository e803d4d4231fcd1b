"""A BigBlueButton over real HTTP: strict checksums, meetings that are there or not, roles, recordings.

For tests and the demo. Answers as BigBlueButton 2.7 does: status 200 and XML with a ``messageKey`` where it
refuses. A join address leads to a page that says who came in as what.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeAlias
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

_PREFIX = "/bigbluebutton/api/"
_NOT_FOUND = ("notFound", "We could not find a meeting with that meeting ID")

Answer: TypeAlias = "tuple[str, str]"  # content type, body
Parameters: TypeAlias = "Mapping[str, str]"


@dataclass
class Room:
    """A meeting on the simulated server; ``inside`` holds name and role of everybody who came in."""

    id: str
    name: str
    minutes: int
    inside: list[tuple[str, str]] = field(default_factory=list)
    created: int = 1  # how often it was asked for
    ended: bool = False
    starts: datetime = field(default_factory=lambda: datetime.now(UTC))
    told_at: str = ""  # the address that wants to know who was inside
    ids: list[str] = field(default_factory=list)


class BigBlueButtonSimulator:
    """Listens on 127.0.0.1 between ``start`` and ``stop``, or within ``with``."""

    def __init__(self, secret: str = "a shared secret of the simulated server", port: int = 0) -> None:  # noqa: S107 - there is nothing behind it
        self.secret = secret
        self.rooms: dict[str, Room] = {}
        self.recorded: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """What an administrator enters."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/bigbluebutton/"

    def __enter__(self) -> BigBlueButtonSimulator:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, target: str) -> Answer:
        """What the server says to a GET of ``target``."""
        parts = urlsplit(target)
        call = parts.path.removeprefix(_PREFIX)
        calls: Mapping[str, Callable[[Parameters], Answer]] = {
            "create": self._create,
            "join": self._join,
            "end": self._end,
            "getMeetings": self._meetings,
            "getRecordings": self._recordings,
        }
        query, _, checksum = parts.query.rpartition("checksum=")
        expected = hashlib.sha256(f"{call}{query.removesuffix('&')}{self.secret}".encode()).hexdigest()
        if checksum != expected:
            return _failed("checksumError", "Checksums do not match")
        if call not in calls:
            return _failed("unsupportedRequest", "This request is not supported.")
        return calls[call](dict(parse_qsl(query, keep_blank_values=True)))

    def record(self, meeting_id: str, joined: datetime, left: datetime) -> bytes:
        """What the server posts when a meeting is over: everybody was inside from one instant to another."""
        room = self.rooms[meeting_id]
        attendees = [
            {
                "ext_user_id": guest,
                "name": name,
                "moderator": role == "MODERATOR",
                "joins": [joined.isoformat(timespec="milliseconds")],
                "leaves": [left.isoformat(timespec="milliseconds")],
                "duration": int((left - joined).total_seconds()),
            }
            for guest, (name, role) in zip(room.ids, room.inside, strict=True)
        ]
        data = {"finish": left.isoformat(), "attendees": attendees, "files": [], "polls": []}
        content = {"version": "1.0", "meeting_id": meeting_id, "internal_meeting_id": "i", "data": data}
        return json.dumps(content).encode()

    def token(self, ends: datetime) -> str:
        """The header with which it posts: a JWT with nothing but its end."""
        parts = ({"typ": "JWT", "alg": "HS512"}, {"exp": int(ends.timestamp())})
        head = ".".join(_encoded(json.dumps(each).encode()) for each in parts)
        signature = hmac.new(self.secret.encode(), head.encode(), hashlib.sha512).digest()
        return f"Bearer {head}.{_encoded(signature)}"

    def _create(self, given: Parameters) -> Answer:
        if not given.get("meetingID") or not given.get("name"):
            return _failed("validationError", "You must provide a meeting ID and a name")
        room = self.rooms.get(given["meetingID"])
        if room is not None and not room.ended:
            room.created += 1
            return _said("<messageKey>duplicateWarning</messageKey>")
        self.rooms[given["meetingID"]] = Room(
            given["meetingID"], given["name"], int(given.get("duration", 0))
        )
        if given.get("meetingKeepEvents") == "true":
            self.rooms[given["meetingID"]].told_at = given.get("meta_analytics-callback-url", "")
        return _said(f"<meetingID>{escape(given['meetingID'])}</meetingID>")

    def _join(self, given: Parameters) -> Answer:
        room = self.rooms.get(given.get("meetingID", ""))
        if room is None or room.ended:
            return _failed(*_NOT_FOUND)
        if given.get("role") not in ("MODERATOR", "VIEWER") or not given.get("fullName"):
            return _failed("validationError", "You must provide your role and name")
        room.inside.append((given["fullName"], given["role"]))
        room.ids.append(given.get("userID", ""))
        return "text/html; charset=utf-8", _page(room, given["fullName"], given["role"])

    def _end(self, given: Parameters) -> Answer:
        room = self.rooms.get(given.get("meetingID", ""))
        if room is None or room.ended:
            return _failed(*_NOT_FOUND)
        room.ended = True
        return _said("<messageKey>sentEndMeetingRequest</messageKey>")

    def _meetings(self, _given: Parameters) -> Answer:
        standing = [each for each in self.rooms.values() if not each.ended]
        told = "".join(f"<meeting><meetingID>{escape(each.id)}</meetingID></meeting>" for each in standing)
        return _said(f"<meetings>{told}</meetings>")

    def _recordings(self, given: Parameters) -> Answer:
        wanted = [each for each in given.get("meetingID", "").split(",") if each in self.recorded]
        told = "".join(self._recording(self.rooms[each]) for each in wanted if each in self.rooms)
        return _said(f"<recordings>{told}</recordings>")

    def _recording(self, room: Room) -> str:
        starts = int(room.starts.timestamp() * 1000)
        url = f"{self.url}playback/{room.id}"
        return (
            f"<recording><recordID>{room.id}-1</recordID><published>true</published>"
            f"<startTime>{starts}</startTime><endTime>{starts + 45 * 60_000}</endTime>"
            f"<playback><format><type>presentation</type><url>{escape(url)}</url></format></playback>"
            "</recording>"
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        simulator = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, body = simulator.answer(self.path)
                content = body.encode()
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing: addresses carry checksums."""

        return Handler


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _said(inside: str) -> Answer:
    return "text/xml; charset=utf-8", f"<response><returncode>SUCCESS</returncode>{inside}</response>"


def _failed(key: str, message: str) -> Answer:
    told = f"<messageKey>{key}</messageKey><message>{escape(message)}</message>"
    return "text/xml; charset=utf-8", f"<response><returncode>FAILED</returncode>{told}</response>"


def _page(room: Room, name: str, role: str) -> str:
    others = "".join(f"<li>{html.escape(who)} ({what.lower()})</li>" for who, what in room.inside)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>BigBlueButton (simulated)</title>'
        '<body style="font-family:sans-serif;background:#06172a;color:#fff;margin:2rem">'
        f"<p>BigBlueButton (simulated)</p><h1>{html.escape(room.name)}</h1>"
        f"<p>You are inside as <strong>{html.escape(name)}</strong>, {role.lower()}.</p><ul>{others}</ul>"
    )
