"""One tree of errors for the whole application.

Services raise these; ``web/`` maps each class to exactly one HTTP status and one page, the command
line maps each to one exit code. The message is written for the person who will read it and never
contains a secret or somebody else's personal data. It is a constant English text with ``%(name)s``
places and its values apart (``mark("...")`` of ``i18n`` where it is raised), so that a page can show it
in the reader's language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


class Reason(str):
    """An English sentence that still knows its message and values, to be told in the reader's language.

    As a text it is the English sentence. ``stored`` keeps message and values apart, so that what went
    wrong yesterday can be read in any language today. A value may be a reason itself.
    """

    message: str
    values: Mapping[str, str]

    def __new__(cls, message: str, values: Mapping[str, object] | None = None) -> Reason:
        """Fill the values into the English message; without values it may hold bare percent signs."""
        reason = super().__new__(cls, message % values if values else message)
        reason.message = message
        reason.values = {
            name: value if isinstance(value, Reason) else str(value) for name, value in (values or {}).items()
        }
        return reason

    def data(self) -> dict[str, Any]:
        """Message and values as plain data; ``of`` makes a reason of them again."""
        values = {
            name: value.data() if isinstance(value, Reason) else value for name, value in self.values.items()
        }
        return {"message": self.message, "values": values}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Reason:
        """The reason that ``data`` was made of."""
        values = {
            name: cls.of(value) if isinstance(value, Mapping) else value
            for name, value in data["values"].items()
        }
        return cls(data["message"], values)

    def stored(self) -> str:
        """One text to keep; only a reason with values needs to be told from plain text."""
        return json.dumps(self.data(), ensure_ascii=False) if self.values else self.message

    @classmethod
    def read(cls, text: str) -> Reason:
        """The reason that was kept as ``text``; any other text is a reason without values."""
        return cls.of(json.loads(text)) if text.startswith('{"message": ') else cls(text)


class CoilBridgeError(Exception):
    """Anything that the product itself refuses or cannot do."""

    status = 500
    exit_code = 1

    def __init__(self, message: str, values: Mapping[str, object] | None = None) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = dict(values or {})

    @property
    def reason(self) -> Reason:
        """The message as something to keep and to tell in another language."""
        return Reason(self.message, self.values)


class ConfigurationError(CoilBridgeError):
    """The settings cannot be used; says which one and what to write instead."""

    exit_code = 78  # EX_CONFIG of sysexits.h


class InvalidInput(CoilBridgeError):
    """Input that a person can correct: reasons by field name, ``""`` for the whole form."""

    status = 422
    exit_code = 2

    def __init__(self, errors: Mapping[str, Sequence[str]], message: str = "") -> None:
        self.errors = {field: list(reasons) for field, reasons in errors.items()}
        super().__init__(
            message or "; ".join(reason for reasons in self.errors.values() for reason in reasons)
        )


class NotFound(CoilBridgeError):
    """No such thing, or not one that this person may know of: both look the same from outside."""

    status = 404
    exit_code = 3


class Forbidden(CoilBridgeError):
    """The person may see the thing but not do this with it."""

    status = 403
    exit_code = 4


class NotSignedIn(CoilBridgeError):
    """The page needs a person and there is none, or the session has ended."""

    status = 401
    exit_code = 4


class Conflict(CoilBridgeError):
    """The state of the thing does not allow this; says which state it is in and what would."""

    status = 409
    exit_code = 5


class EditConflict(Conflict):
    """Somebody else changed the thing since the form was opened; carries what stands there now."""

    def __init__(
        self, message: str, current_version: int, values: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message, values)
        self.current_version = current_version


class Gone(CoilBridgeError):
    """A link that was valid once and has been revoked or used up (RFC 9110, 15.5.11)."""

    status = 410
    exit_code = 3


class TooManyRequests(CoilBridgeError):
    """Asked too often; ``retry_after`` is in seconds."""

    status = 429
    exit_code = 6

    def __init__(self, message: str, retry_after: int, values: Mapping[str, object] | None = None) -> None:
        super().__init__(message, values)
        self.retry_after = retry_after


class PartnerUnavailable(CoilBridgeError):
    """A partner's Moodle did not give a usable answer; the message names the site."""

    status = 502
    exit_code = 7


class Unavailable(CoilBridgeError):
    """Our own storage or a needed part is not there at the moment."""

    status = 503
    exit_code = 8
