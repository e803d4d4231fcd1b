"""Column types that refuse what the rest of the code must never see."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from coil_bridge.errors import Reason


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware on the way in, UTC on the way out, on every engine.

    SQLite keeps no zone, so values are converted to UTC before they are written and marked as UTC
    when they are read. A naive value raises ``ValueError``: it would be a guess.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse naive values, convert the others to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime was given where an instant is stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Mark what SQLite gives back without a zone as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ReasonText(TypeDecorator[Reason]):
    """Why something failed, message and values apart; reads plain text as a reason without values."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Reason | str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Keep message and values apart."""
        return value.stored() if isinstance(value, Reason) else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Reason | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Put them together again."""
        return None if value is None else Reason.read(value)
