"""Fields as HTML forms send them, with reasons that a person can act on.

A form sends an empty text for a field that was left empty; here that means "not given". Reasons are message
ids (``mark``), translated where the form is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load, validate
from werkzeug.datastructures import MultiDict

from coil_bridge.i18n import mark
from scheduling.ical import has_control_characters

REQUIRED = mark("Please fill this in.")
_CHOOSE = mark("Please choose one from the list.")
# Instead of marshmallow's own reasons, which speak to programmers.
_REASONS: dict[str, Any] = {"required": REQUIRED, "null": REQUIRED}


class FormSchema(Schema):
    """A form: unknown fields (the CSRF token, buttons) are left aside, empty ones count as not given."""

    class Meta:
        """marshmallow's options."""

        unknown = EXCLUDE

    @pre_load
    def _as_sent(self, data: Mapping[str, Any], **_kwargs: Any) -> dict[str, Any]:
        sent = data if isinstance(data, MultiDict) else MultiDict(data)
        return {name: value for name in self.fields if (value := self._one(sent, name)) not in ("", [])}

    def _one(self, sent: MultiDict[str, str], name: str) -> Any:
        if isinstance(self.fields[name], fields.List):
            return list(dict.fromkeys(value.strip() for value in sent.getlist(name) if value.strip()))
        value = sent.get(name, "")
        return value if isinstance(self.fields[name], Secret) else value.strip()


def _plain_text(value: str) -> None:
    if has_control_characters(value):
        raise ValidationError(
            mark("This holds invisible control characters; please type it anew instead of pasting it.")
        )


class Line(fields.String):
    """One line of text. Too long or with control characters (which calendars cannot carry) is refused."""

    def __init__(self, longest: int, **kwargs: Any) -> None:
        too_long = validate.Length(max=longest, error=mark("This is too long; please shorten it."))
        super().__init__(validate=[too_long, _plain_text, _single_line], error_messages=_REASONS, **kwargs)


class Paragraphs(fields.String):
    """Several lines of text; line ends become single newlines."""

    def __init__(self, longest: int, **kwargs: Any) -> None:
        too_long = validate.Length(max=longest, error=mark("This is too long; please shorten it."))
        super().__init__(validate=[too_long, _plain_text], error_messages=_REASONS, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = str(value).replace("\r\n", "\n").replace("\r", "\n")
        return super()._deserialize(text, attr, data, **kwargs)


class Secret(fields.String):
    """A secret: never stripped of anything, never shown again."""

    def __init__(self, longest: int, **kwargs: Any) -> None:
        super().__init__(
            validate=validate.Length(max=longest, error=mark("This is too long; please shorten it.")),
            error_messages=_REASONS,
            **kwargs,
        )


class Choice(fields.String):
    """One of several values."""

    def __init__(self, values: Iterable[str], **kwargs: Any) -> None:
        super().__init__(
            validate=validate.OneOf(list(values), error=_CHOOSE), error_messages=_REASONS, **kwargs
        )


class Chosen(fields.Enum[Any]):
    """One member of an enumeration, by value."""

    def __init__(self, kind: type[Any], **kwargs: Any) -> None:
        super().__init__(kind, by_value=True, error_messages={**_REASONS, "unknown": _CHOOSE}, **kwargs)


class Day(fields.Date):
    """A calendar day as date inputs send it: 2026-10-27."""

    def __init__(self, **kwargs: Any) -> None:
        wrong = mark("Please give a day, for example 2026-10-27.")
        super().__init__(error_messages={**_REASONS, "invalid": wrong}, **kwargs)


class TimeOfDay(fields.Time):
    """A time of day as time inputs send it: 14:30."""

    def __init__(self, **kwargs: Any) -> None:
        wrong = mark("Please give a time, for example 14:30.")
        super().__init__(format="%H:%M", error_messages={**_REASONS, "invalid": wrong}, **kwargs)


class Count(fields.Integer):
    """A whole number within limits; ``reason`` says the limits."""

    def __init__(self, lowest: int, highest: int, reason: str, **kwargs: Any) -> None:
        super().__init__(
            validate=validate.Range(lowest, highest, error=reason),
            error_messages={**_REASONS, "invalid": reason},
            **kwargs,
        )


class Ids(fields.List[str]):
    """Opaque identifiers chosen by checkboxes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            fields.String(validate=validate.Length(max=26)),
            error_messages=_REASONS,
            **kwargs,
        )


class EmailAddress(fields.Email):
    """An e-mail address."""

    def __init__(self, **kwargs: Any) -> None:
        wrong = mark("Please give an e-mail address, for example name@university.example.")
        super().__init__(
            validate=validate.Length(max=254, error=wrong),
            error_messages={**_REASONS, "invalid": wrong},
            **kwargs,
        )


def _single_line(value: str) -> None:
    if "\n" in value or "\r" in value:
        raise ValidationError(mark("Please keep this on one line."))
