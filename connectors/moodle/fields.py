"""How Moodle spells values: seconds since 1970, 0 for never, numbers in quotes, text with entities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load

from connectors.moodle.text import plain_line, plain_text, printable


class RecordSchema(Schema):
    """A schema that ignores what it does not know and gives a record instead of a dictionary."""

    record: type[Any]

    class Meta:
        """Moodle adds fields with every version."""

        unknown = EXCLUDE

    @post_load
    def build(self, data: Mapping[str, Any], **_: object) -> object:
        """Make the record."""
        return self.record(**data)


class Whole(fields.Integer):
    """A number as Moodle's databases hold it: beyond 64 bits it is nobody's, and no record of ours."""

    largest = 2**63 - 1

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        number: int = super()._deserialize(value, attr, data, **kwargs)
        if not -self.largest <= number <= self.largest:
            raise ValidationError("is no number of Moodle's")
        return number


class CourseId(Whole):
    """A course's number, which we store as 32 bits; no Moodle has had that many courses."""

    largest = 2**31 - 1


class Instant(fields.Field[datetime | None]):
    """Seconds since 1970, UTC; 0 is Moodle's "never" and becomes ``None``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime | None:  # noqa: ARG002 - marshmallow's signature
        try:
            seconds = int(value)
            return datetime.fromtimestamp(seconds, UTC) if seconds else None
        except (TypeError, ValueError, OverflowError, OSError) as error:
            raise ValidationError("is not a number of seconds") from error


class Moment(Instant):
    """An instant that cannot be "never"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        instant = super()._deserialize(value, attr, data, **kwargs)
        if instant is None:
            raise ValidationError("is not a time")
        return instant


class Line(fields.Field[str]):
    """A name that went through Moodle's ``format_string``: one line of plain text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:  # noqa: ARG002 - marshmallow's signature
        return plain_line(_text(value))


class Name(fields.String):
    """A person's name, which Moodle does not treat as HTML: one line of what was typed."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return " ".join(printable(super()._deserialize(value, attr, data, **kwargs)).split())


class Prose(fields.Field[str]):
    """HTML from an editor, as plain text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:  # noqa: ARG002 - marshmallow's signature
        return plain_text(_text(value))


class Filled(fields.String):
    """Text where Moodle's empty string means "not given" and becomes ``None``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | None:  # type: ignore[override]  # None is a value here
        text = super()._deserialize(value, attr, data, **kwargs)
        return printable(text).strip() or None if text else None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValidationError("is not text")
    return value


def optional(kind: type[fields.Field[Any]], key: str | None = None) -> fields.Field[Any]:
    """Return a field that may be absent or null and then is ``None``."""
    return kind(data_key=key, load_default=None, allow_none=True)


def required(kind: type[fields.Field[Any]], key: str | None = None) -> fields.Field[Any]:
    """Return a field that has to be there."""
    return kind(data_key=key, required=True)
