"""The participation of a pilot as a file to keep: CSV, XLSX, or one SQLite database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from coil_bridge.domain import Person, Pilot
from coil_bridge.errors import Conflict, InvalidInput
from coil_bridge.evaluation.participation import GroupTable
from coil_bridge.evaluation.participation_dataset import flat_table, participation_dataset
from coil_bridge.evaluation.writers import comma_separated, database, workbook
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.pilot_groups import groups_of, pilot_for
from coil_bridge.storage.storage import Storage


class ExportFormat(StrEnum):
    """The kinds of file; the value is the ending of its name."""

    CSV = "csv"
    XLSX = "xlsx"
    DB = "db"


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file as it is handed over."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


class ExportService:
    """Makes files of what may be shown of a pilot."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def participation(self, actor: Person, pilot_id: str, export_format: str) -> ExportFile:
        """Participation by person (pseudonym), institution, pairing and week.

        The same data gives the same bytes apart from the time at which the file was made. It needs no
        key: after the key's destruction the unlinked rows come out, under names that stand for nobody.

        Raises:
            NotFound: there is no such pilot, or the actor may not know of it.
            InvalidInput: no such format.
            Conflict: there is more than a spreadsheet takes.
        """
        chosen = _format(export_format)
        now = self._clock().replace(microsecond=0)
        with self._storage.read() as tx:
            pilot = pilot_for(tx, actor, pilot_id)
            groups = groups_of(tx, pilot, with_activity=True)
        file = _write(pilot, groups, chosen, now)
        with self._storage.write() as tx:
            audit.record(tx, now, actor, ("pilot", pilot_id), "exported", format=chosen.value, file=file.name)
        return file


def _format(value: str) -> ExportFormat:
    try:
        return ExportFormat(value)
    except ValueError:
        raise InvalidInput({"format": [mark("Choose csv, xlsx or db.")]}) from None


def _write(pilot: Pilot, groups: Sequence[GroupTable], chosen: ExportFormat, now: datetime) -> ExportFile:
    stem = f"participation-{slug(pilot)}-{now:%Y%m%dT%H%M%SZ}"
    name = f"{stem}.{chosen}"
    if chosen is ExportFormat.CSV:
        content = comma_separated.write_csv(flat_table(groups, pilot.suppression_threshold))
        return ExportFile(name, comma_separated.MEDIA_TYPE, content)
    dataset = participation_dataset(pilot, groups, now)
    if chosen is ExportFormat.DB:
        return ExportFile(name, database.MEDIA_TYPE, database.write_database(dataset, stem))
    try:
        return ExportFile(name, workbook.MEDIA_TYPE, workbook.write_xlsx(dataset))
    except workbook.TooManyRows:
        raise Conflict(
            mark("There are more rows than a spreadsheet can hold. Download the database or the CSV file.")
        ) from None


def slug(pilot: Pilot) -> str:
    """The pilot's name as part of a file name, its id where nothing plain is left of the name."""
    plain = unicodedata.normalize("NFKD", pilot.name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or pilot.id
