"""Catches the demo's mail over real SMTP, so that e-mail takes the production path."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class CaughtMail:
    """One message as its reader would see it."""

    to: str
    subject: str
    body: str = field(repr=False)
    at: datetime


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
        with self._lock:
            for address in envelope.rcpt_tos:
                self._mails.append(CaughtMail(address, str(parsed["Subject"]), body, datetime.now(UTC)))
        return "250 Message accepted for delivery"
