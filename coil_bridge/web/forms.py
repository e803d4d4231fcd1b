"""What a form page holds: the values as they were typed, and the reasons why they were refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import MultiDict

from coil_bridge.errors import InvalidInput
from coil_bridge.vault import new_id

IDEMPOTENCY_KEY = "idempotency_key"


@dataclass(frozen=True, slots=True)
class Form:
    """Typed values and errors by field; error texts are message ids, translated where they are shown.

    ``idempotency_key`` stays the same while a form is refused and shown again, so that a double click or
    a repeated POST of the form that was accepted in the end is recognised.
    """

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    idempotency_key: str = field(default_factory=new_id)

    @classmethod
    def blank(cls, **values: Any) -> Form:
        """A fresh form; the values are what it proposes."""
        return cls({name: _as_typed(value) for name, value in values.items()})

    @classmethod
    def refused(cls, error: InvalidInput) -> Form:
        """The form of this request again, with the reasons."""
        return cls.typed(errors=error.errors)

    @classmethod
    def typed(cls, errors: Mapping[str, Sequence[str]] | None = None) -> Form:
        """The form of this request again."""
        values: MultiDict[str, str] = request.form
        key = values.get(IDEMPOTENCY_KEY, "")[:64] or new_id()
        return cls({name: values.getlist(name) for name in values}, errors or {}, key)

    def value(self, name: str) -> str:
        """What stands in a field."""
        values = self.values.get(name, ())
        return values[0] if values else ""

    def all(self, name: str) -> Sequence[str]:
        """What is chosen in a field that takes several values."""
        return self.values.get(name, ())

    def error(self, name: str) -> str:
        """The first reason why a field was refused; empty when it was not."""
        reasons = self.errors.get(name, ())
        return reasons[0] if reasons else ""


def load(schema: Schema, values: MultiDict[str, str] | None = None) -> Any:
    """Validate the form of this request (or the values given) at the edge; what the schema makes of it.

    Raises:
        InvalidInput: the reasons by field, as message ids.
    """
    try:
        return schema.load(request.form if values is None else values)
    except ValidationError as error:
        raise InvalidInput({name: _flat(why) for name, why in error.messages_dict.items()}) from None


def _flat(messages: Any) -> list[str]:
    """Reasons of a list field come by position; the form shows them at the field."""
    if isinstance(messages, Mapping):
        return list(dict.fromkeys(text for value in messages.values() for text in _flat(value)))
    return [str(message) for message in messages]


_INPUT_FORMATS = ((datetime, "%Y-%m-%dT%H:%M"), (date, "%Y-%m-%d"), (time, "%H:%M"))


def _as_typed(value: Any) -> list[str]:
    """A value as an HTML input holds it. A datetime is a date too, so it comes first."""
    if value is None:
        return []
    for kind, pattern in _INPUT_FORMATS:
        if isinstance(value, kind):
            return [value.strftime(pattern)]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(each) for each in value]
    return [str(value)]
