"""Catches the demo's mail over real SMTP, so that e-mail takes the production path."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class CaughtFile:
    """The calendar file of a message: what a mail program would do with it, line by line."""

    text: str = field(repr=False)

    def moment(self, name: str) -> str:
        """A time of the file (UTC), as people read it."""
        return (
            f"{datetime.strptime(self.line(name), '%Y%m%dT%H%M%SZ').replace(tzinfo=UTC):%a %d %b %Y, %H:%M}"
        )

    def line(self, name: str) -> str:
        """The value of a property, unfolded (RFC 5545, 3.1); empty where there is none."""
        unfolded = self.text.replace("\r\n ", "").replace("\r\n\t", "")
        lines = [each for each in unfolded.splitlines() if re.match(rf"{name}[:;]", each)]
        return lines[0].partition(":")[2] if lines else ""


@dataclass(frozen=True)
class CaughtMail:
    """One message as its reader would see it; ``number`` counts from 1 in order of arrival."""

    number: int
    to: str
    subject: str
    body: str = field(repr=False)
    at: datetime
    file: CaughtFile | None = None
    stop_link: str = field(default="", repr=False)


class Mailbox:
    """An SMTP server on loopback that keeps what it receives, newest first."""

    def __init__(self, port: int) -> None:
        self._lock = threading.Lock()
        self._mails: list[CaughtMail] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=port)
        self.url = f"smtp://127.0.0.1:{port}"

    def start(self) -> None:
        """Listen; raises ``OSError`` when the port is taken."""
        self._controller.start()

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop()

    @property
    def mails(self) -> list[CaughtMail]:
        """What has arrived, newest first."""
        with self._lock:
            return self._mails[::-1]

    def to(self, address: str) -> list[CaughtMail]:
        """What has arrived for one address, newest first."""
        return [mail for mail in self.mails if mail.to == address]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's hook
        """Keep one message."""
        parsed = message_from_bytes(cast("bytes", envelope.content), policy=policy.default)
        text = parsed.get_body(("plain",))
        body = cast("str", text.get_content()) if text else ""
        stop = str(parsed.get("List-Unsubscribe", "")).strip("<>")
        with self._lock:
            for address in envelope.rcpt_tos:
                number, subject = len(self._mails) + 1, str(parsed["Subject"])
                self._mails.append(
                    CaughtMail(number, address, subject, body, datetime.now(UTC), _file(parsed), stop)
                )
        return "250 Message accepted for delivery"


def _file(message: EmailMessage) -> CaughtFile | None:
    """The part that a mail program offers to put into the calendar (RFC 6047)."""
    parts = [each for each in message.walk() if each.get_content_type() == "text/calendar"]
    return CaughtFile(cast("str", parts[0].get_content())) if parts else None
