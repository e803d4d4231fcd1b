"""Hands messages to an SMTP server (RFC 5321), marked as automatic (RFC 3834)."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal
from urllib.parse import unquote, urlsplit

_DEFAULT_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_TIMEOUT = 20.0  # seconds, for each step of the dialogue
_METHOD = re.compile(rb"^METHOD:([A-Z]+)\r$", re.MULTILINE)
# What writing a message raises for names and addresses that are none. Beyond what the email package
# documents it stumbles over some ("a@": IndexError; "a@[1": AttributeError), and addresses come from
# partners: one that cannot be written must not hold up everybody else's mail.
_UNWRITABLE = (ValueError, MessageError, LookupError, AttributeError, smtplib.SMTPNotSupportedError)


@dataclass(frozen=True, slots=True)
class Mail:
    """One plain-text message; ``id`` becomes the Message-ID, ``at`` (aware) its date.

    ``stop_link`` ends messages of this kind with one POST (RFC 8058). ``calendar`` is a file of RFC 5546
    for this receiver alone (UTF-8, with its METHOD inside).
    """

    id: str
    to_name: str
    to_address: str = field(repr=False)
    subject: str
    body: str = field(repr=False)
    at: datetime
    language: str = "en"
    stop_link: str | None = field(default=None, repr=False)
    calendar: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class MailOutcome:
    """What became of a message; ``reason`` takes ``values``: the server's name and code, no address."""

    mail: Mail
    result: Literal["sent", "refused", "later"]
    reason: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


class Mailer:
    """One SMTP server; a connection lasts for one batch.

    Raises:
        ValueError: the address of the server is not of a form that ``README.md`` lists.
    """

    def __init__(self, url: str, password: str, *, sender: str, sender_name: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            raise ValueError("write smtp://host:25, smtp+starttls://user@host:587 or smtps://user@host:465")
        self._scheme, self._host = parts.scheme, parts.hostname
        self._port = parts.port or _DEFAULT_PORTS[parts.scheme]
        self._user = unquote(parts.username or "")
        self._password = password
        self._from = Address(sender_name, addr_spec=sender)

    def __repr__(self) -> str:
        return f"Mailer({self._scheme}://{self._host}:{self._port})"

    def check(self) -> None:
        """Say hello to the server and sign in; raises ``OSError`` or ``smtplib.SMTPException``."""
        with self._connection() as server:
            server.noop()

    def send(self, mails: Iterable[Mail]) -> list[MailOutcome]:
        """Send a batch over one connection; never raises for what a server or the network does."""
        outcomes: list[MailOutcome] = []
        waiting = list(mails)
        try:
            with self._connection() as server:
                for mail in waiting:
                    outcomes.append(self._send_one(server, mail))  # noqa: PERF401 - those before an error count
        except (OSError, smtplib.SMTPException) as error:
            reason, values = self._reason(error)
            outcomes += [MailOutcome(mail, "later", reason, values) for mail in waiting[len(outcomes) :]]
        return outcomes

    def _send_one(self, server: smtplib.SMTP, mail: Mail) -> MailOutcome:
        try:
            server.send_message(self._message(mail))
        except _UNWRITABLE:
            return MailOutcome(
                mail, "refused", mark("the address or the subject cannot be written in a message")
            )
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            result = _result(code)
            return MailOutcome(mail, result, mark("recipient refused (%(code)s)"), {"code": str(code)})
        except smtplib.SMTPResponseException as error:
            return MailOutcome(mail, _result(error.smtp_code), *self._reason(error))
        return MailOutcome(mail, "sent")

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = self._from
        message["To"] = Address(mail.to_name, addr_spec=mail.to_address)
        message["Subject"] = " ".join(mail.subject.split())
        message["Date"] = format_datetime(mail.at)
        message["Message-ID"] = f"<{mail.id}@{self._from.domain}>"
        message["Content-Language"] = mail.language.replace("_", "-")
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"  # Exchange does not know RFC 3834
        if mail.stop_link:
            message["List-Unsubscribe"] = f"<{mail.stop_link}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(mail.body)
        if mail.calendar:
            _add_calendar(message, mail.calendar)
        return message

    def _reason(self, error: Exception) -> tuple[str, dict[str, str]]:
        """A reason without the server's own words, which often repeat the address."""
        if isinstance(error, smtplib.SMTPResponseException):
            said = {"host": self._host, "code": str(error.smtp_code)}
            return mark("the mail server %(host)s answered %(code)s"), said
        said = {"host": self._host, "error": type(error).__name__}
        return mark("the mail server %(host)s cannot be reached (%(error)s)"), said

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        server = self._open()
        try:
            server.ehlo_or_helo_if_needed()
            if self._scheme == "smtp+starttls":
                server.starttls(context=ssl.create_default_context())
            if self._user:
                server.login(self._user, self._password)
            yield server
        finally:
            self._close(server)

    def _open(self) -> smtplib.SMTP:
        if self._scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self._host, self._port, timeout=_TIMEOUT, context=context)
        return smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT)

    @staticmethod
    def _close(server: smtplib.SMTP) -> None:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()  # everything that could be handed over has been


def mark(message: str) -> str:
    """Mark a reason for translation (pybabel looks for the name); it is translated where it is shown."""
    return message


def _add_calendar(message: EmailMessage, calendar: bytes) -> None:
    """The file twice, as the large services send it and the large readers want it.

    Beside the text (RFC 6047) mail programs offer to put it into the calendar; as an attachment it can
    be opened by hand in those that do not.
    """
    found = _METHOD.search(calendar)
    method = found[1].decode() if found else "PUBLISH"
    message.add_alternative(calendar.decode(), subtype="calendar", params={"method": method})
    message.add_attachment(calendar, maintype="application", subtype="ics", filename="session.ics")


def _result(code: int) -> Literal["refused", "later"]:
    """4yz passes, anything else is final (RFC 5321, 4.2.1)."""
    return "later" if 400 <= code < 500 else "refused"
