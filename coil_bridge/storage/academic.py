"""Academic calendars: the queries. What the spans and changed days mean is said in ``scheduling.terms``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select, update

from coil_bridge.domain import Institution
from coil_bridge.storage.academic_tables import academic_calendar, academic_span, holiday_override
from coil_bridge.storage.sites import INSTITUTION_COLUMNS, read_institution
from coil_bridge.storage.tables import institution
from coil_bridge.storage.writes import insert_new, upsert


@dataclass(frozen=True, slots=True)
class AcademicSpan:
    """A term, break or examination weeks (``kind``), first and last day counted, at one institution."""

    id: str
    institution_id: str
    kind: str
    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class HolidayOverride:
    """A day of which an institution says otherwise than the package of public holidays."""

    institution_id: str
    day: date
    kind: str
    name: str


class Academic:
    """Academic calendars, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def institutions(self, ids: Collection[str]) -> list[Institution]:
        """These institutions, by name."""
        query = select(*INSTITUTION_COLUMNS).where(institution.c.id.in_(sorted(ids)))
        rows = self._connection.execute(query.order_by(institution.c.name)).mappings()
        return [read_institution(row) for row in rows]

    def version(self, institution_id: str) -> int:
        """How often the calendar was changed; 0 as long as nobody has entered anything."""
        query = select(academic_calendar.c.version)
        found = query.where(academic_calendar.c.institution_id == institution_id)
        return self._connection.execute(found).scalar_one_or_none() or 0

    def changed_at(self, institution_id: str) -> datetime | None:
        """When it was changed last."""
        query = select(academic_calendar.c.changed_at)
        found = query.where(academic_calendar.c.institution_id == institution_id)
        return self._connection.execute(found).scalar_one_or_none()

    def raise_version(self, institution_id: str, expected: int, at: datetime) -> bool:
        """Count a change of a calendar that stood at ``expected``; False when it does not stand there."""
        row = {"institution_id": institution_id, "version": expected + 1, "changed_at": at}
        if expected == 0:
            return insert_new(self._connection, academic_calendar, row, key=("institution_id",))
        changed = update(academic_calendar).where(
            academic_calendar.c.institution_id == institution_id, academic_calendar.c.version == expected
        )
        return self._connection.execute(changed.values(version=expected + 1, changed_at=at)).rowcount == 1

    def spans(self, institution_ids: Collection[str]) -> list[AcademicSpan]:
        """Everything entered for these institutions, in order of time."""
        query = select(academic_span).where(academic_span.c.institution_id.in_(sorted(institution_ids)))
        ordered = query.order_by(academic_span.c.first, academic_span.c.last, academic_span.c.id)
        return [AcademicSpan(**row) for row in self._connection.execute(ordered).mappings()]

    def insert_span(self, value: AcademicSpan) -> None:
        """Enter a span."""
        self._connection.execute(insert(academic_span), asdict(value))

    def update_span(self, value: AcademicSpan) -> bool:
        """Write a span of the institution anew; False when it is not there."""
        here = (academic_span.c.id == value.id) & (academic_span.c.institution_id == value.institution_id)
        return self._connection.execute(update(academic_span).where(here).values(asdict(value))).rowcount == 1

    def delete_span(self, institution_id: str, span_id: str) -> bool:
        """Take a span of the institution away; False when it is not there."""
        here = (academic_span.c.id == span_id) & (academic_span.c.institution_id == institution_id)
        return self._connection.execute(delete(academic_span).where(here)).rowcount == 1

    def overrides(self, institution_ids: Collection[str]) -> list[HolidayOverride]:
        """Every changed day of these institutions, in order."""
        here = holiday_override.c.institution_id.in_(sorted(institution_ids))
        query = select(holiday_override).where(here).order_by(holiday_override.c.day)
        return [HolidayOverride(**row) for row in self._connection.execute(query).mappings()]

    def set_override(self, value: HolidayOverride) -> None:
        """Say of a day what it is there."""
        upsert(self._connection, holiday_override, asdict(value), key=("institution_id", "day"))

    def delete_override(self, institution_id: str, day: date) -> bool:
        """Let the package speak for a day again; False when it did."""
        here = (holiday_override.c.institution_id == institution_id) & (holiday_override.c.day == day)
        return self._connection.execute(delete(holiday_override).where(here)).rowcount == 1
