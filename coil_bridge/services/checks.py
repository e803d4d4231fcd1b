"""Checks of what people type, with reasons by field; every reason is a constant that pages translate."""

from __future__ import annotations

from collections.abc import Mapping

from coil_bridge.errors import InvalidInput
from coil_bridge.i18n import mark
from scheduling.ical import UnsafeText, has_control_characters
from scheduling.ical_values import split_web_address

KEY_LENGTH = 64
ADDRESS_LENGTH = 1000
_TOO_LONG: Mapping[int, str] = {
    30: mark("Write at most 30 characters."),
    100: mark("Write at most 100 characters."),
    200: mark("Write at most 200 characters."),
    1000: mark("Write at most 1000 characters."),
    4000: mark("Write at most 4000 characters."),
}


class Problems:
    """Collects the reasons against each field, so that a person sees all of them at once."""

    def __init__(self) -> None:
        self._reasons: dict[str, list[str]] = {}

    def add(self, field: str, reason: str) -> None:
        """Hold a reason against a field; the same one only once."""
        reasons = self._reasons.setdefault(field, [])
        if reason not in reasons:
            reasons.append(reason)

    def against(self, field: str) -> bool:
        """Whether anything was found wrong with the field."""
        return field in self._reasons

    def raise_any(self) -> None:
        """Stop here if anything was found.

        Raises:
            InvalidInput: with every reason by field.
        """
        if self._reasons:
            raise InvalidInput(self._reasons)


def check_line(problems: Problems, field: str, text: str, longest: int) -> None:
    """One line that must not be empty, of at most ``longest`` characters."""
    if not text:
        problems.add(field, mark("Please fill this in."))
    if "\n" in text or "\r" in text:
        problems.add(field, mark("Please keep this on one line."))
    check_text(problems, field, text, longest)


def check_text(problems: Problems, field: str, text: str, longest: int) -> None:
    """Text of any number of lines, possibly none; no character that a calendar file cannot carry."""
    if len(text) > longest:
        problems.add(field, _TOO_LONG[longest])
    if has_control_characters(text):
        problems.add(
            field, mark("This holds invisible control characters; please type it anew instead of pasting it.")
        )


def check_room(problems: Problems, field: str, address: str) -> None:
    """The link to a room: http or https, no user name or password in it."""
    if len(address) > ADDRESS_LENGTH:
        problems.add(field, _TOO_LONG[ADDRESS_LENGTH])
        return
    try:
        split_web_address(address, field)
    except UnsafeText:
        problems.add(field, mark("Please give a web address that starts with https://"))


def check_key(idempotency_key: str) -> None:
    """The form's own key, by which a second POST of the same form is recognised.

    Raises:
        InvalidInput: it is missing or no key that a form of ours carries.
    """
    if not idempotency_key or len(idempotency_key) > KEY_LENGTH or not idempotency_key.isascii():
        raise InvalidInput({"": [mark("The form was not complete. Open it anew, please.")]})


def checked_reason(text: str, *, required: bool) -> str:
    """A reason or note that goes to other people, trimmed.

    Raises:
        InvalidInput: it is missing where it is required, too long, or cannot be shown.
    """
    problems = Problems()
    text = text.strip()
    if required and not text:
        problems.add("reason", mark("Say why: the others will read it."))
    check_text(problems, "reason", text, 1000)
    problems.raise_any()
    return text
