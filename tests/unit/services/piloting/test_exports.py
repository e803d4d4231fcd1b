from __future__ import annotations

import csv
import io
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from coil_bridge.errors import Conflict, InvalidInput, NotFound
from coil_bridge.evaluation.facts import Trait
from coil_bridge.evaluation.writers import workbook
from coil_bridge.services.piloting.exports import ExportFile, ExportService
from coil_bridge.services.piloting.pilots import PilotService
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault
from tests.builders import Build, SettableClock
from tests.unit.services.stored_pilot import StoredPilot


@pytest.fixture
def exports(storage: Storage, clock: SettableClock) -> ExportService:
    return ExportService(storage=storage, clock=clock)


@pytest.fixture
def stored(storage: Storage, build: Build, clock: SettableClock) -> StoredPilot:
    """Twelve students and a teacher in Belgrade, three students in Almaty; one of the twelve wrote twice."""
    it = StoredPilot(storage, build, clock)
    people = it.put(it.belgrade, students=12, staff=1, last_access_week=date(2026, 10, 12))
    small = it.put(it.almaty, students=3)
    it.write(it.belgrade, [(people[0], date(2026, 10, 6)), (people[0], date(2026, 10, 7))])
    it.write(it.almaty, [(small[0], date(2026, 10, 6))])
    return it


def rows_of(file: ExportFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))


def test_participation_as_csv(exports: ExportService, stored: StoredPilot) -> None:
    file = exports.participation(stored.lead, stored.pilot.id, "csv")
    assert (file.name, file.media_type) == (
        "participation-pilot-2026-27-20261020T080000Z.csv",
        "text/csv; charset=utf-8",
    )
    rows = rows_of(file)
    shown = [row for row in rows if row["pseudonym"]]
    assert len({row["pseudonym"] for row in shown}) == 12
    assert {row["institution"] for row in shown} == {"University of Belgrade"}
    (active,) = [row for row in shown if row["posts"] != "0"]
    assert (active["iso_week"], active["posts"], active["active_days"]) == ("2026-W41", "2", "2")
    (withheld,) = [row for row in rows if not row["pseudonym"]]
    assert (withheld["institution"], withheld["note"]) == (
        "Almaty Institute of Languages",
        "withheld: fewer than 10 students",
    )


def test_the_three_files_say_the_same(exports: ExportService, stored: StoredPilot, tmp_path: Path) -> None:
    files = {
        each: exports.participation(stored.lead, stored.pilot.id, each) for each in ("csv", "xlsx", "db")
    }
    assert {Path(file.name).suffix for file in files.values()} == {".csv", ".xlsx", ".db"}
    columns = (
        "pairing_id",
        "institution_id",
        "pseudonym",
        "role",
        "iso_week",
        "posts",
        "replies",
        "active_days",
    )
    from_csv = {tuple(row[name] for name in columns) for row in rows_of(files["csv"]) if row["pseudonym"]}
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"].content), read_only=True)
    header, *rows = book["Participation by week"].iter_rows(values_only=True)
    book.close()
    from_xlsx = {tuple(str(row[header.index(name)]) for name in columns) for row in rows}
    path = tmp_path / "participation.db"
    path.write_bytes(files["db"].content)
    with closing(sqlite3.connect(path)) as found:
        rows = found.execute(f"SELECT {', '.join(columns)} FROM participation").fetchall()
    from_db = {tuple(str(value) for value in row) for row in rows}
    assert from_csv == from_xlsx == from_db
    assert len(from_db) == 12 * 4  # four weeks from 28 September to 20 October


def test_a_partner_s_guests_are_no_students_here(
    exports: ExportService, stored: StoredPilot, storage: Storage
) -> None:
    students = stored.put(stored.almaty, students=30)
    home = Trait(home=stored.belgrade.institution.id)
    for guests, seen in ((12, {"student": 18, "guest": 12}), (13, {"student": 17, "guest": 13})):
        with storage.write() as tx:
            tx.evidence.put_traits(stored.pilot.id, dict.fromkeys(students[:guests], home))
        rows = rows_of(exports.participation(stored.lead, stored.pilot.id, "csv"))
        people = {row["pseudonym"]: row["role"] for row in rows if row["pseudonym"] in students}
        assert Counter(people.values()) == seen


def test_a_few_guests_are_left_out_and_do_not_make_a_group_large(
    exports: ExportService, stored: StoredPilot, storage: Storage
) -> None:
    students = stored.put(stored.almaty, students=14)
    home = Trait(home=stored.belgrade.institution.id)
    with storage.write() as tx:
        tx.evidence.put_traits(stored.pilot.id, dict.fromkeys(students[:3], home))
    rows = rows_of(exports.participation(stored.lead, stored.pilot.id, "csv"))
    assert {row["pseudonym"] for row in rows} & set(students) == set(students[3:])
    with storage.write() as tx:
        tx.evidence.put_traits(stored.pilot.id, dict.fromkeys(students[:5], home))
    rows = rows_of(exports.participation(stored.lead, stored.pilot.id, "csv"))
    assert {row["pseudonym"] for row in rows} & set(students) == set()


def test_every_export_is_audited(exports: ExportService, stored: StoredPilot, storage: Storage) -> None:
    file = exports.participation(stored.lead, stored.pilot.id, "xlsx")
    with storage.read() as tx:
        (entry,) = tx.audit.of("pilot", stored.pilot.id)
    assert (entry.actor_id, entry.action) == (stored.lead.id, "exported")
    assert entry.detail == {"format": "xlsx", "file": file.name}


def test_the_unlinked_rows_still_come_out(
    exports: ExportService, stored: StoredPilot, storage: Storage, vault: Vault, settings: Settings
) -> None:
    before = rows_of(exports.participation(stored.lead, stored.pilot.id, "csv"))
    pilots = PilotService(storage=storage, clock=stored.clock, vault=vault, settings=settings)
    pilots.destroy_key(stored.lead, stored.pilot.id)
    after = rows_of(exports.participation(stored.lead, stored.pilot.id, "csv"))
    counts = ("iso_week", "role", "posts", "replies", "active_days", "note")
    assert sorted([row[name] for name in counts] for row in after) == sorted(
        [row[name] for name in counts] for row in before
    )
    names = [{row["pseudonym"] for row in rows if row["pseudonym"]} for rows in (before, after)]
    assert not names[0] & names[1]
    assert {row["last_access_week"] for row in after} == {""}


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_what_cannot_be_exported(
    exports: ExportService, stored: StoredPilot, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotFound):
        exports.participation(build.person("Mira Jovanović"), stored.pilot.id, "csv")
    with pytest.raises(NotFound):
        exports.participation(stored.lead, "unknown", "csv")
    with pytest.raises(InvalidInput) as caught:
        exports.participation(stored.lead, stored.pilot.id, "pdf")
    assert set(caught.value.errors) == {"format"}
    monkeypatch.setattr(workbook, "MOST_ROWS", 10)
    with pytest.raises(Conflict, match="Download the database"):
        exports.participation(stored.lead, stored.pilot.id, "xlsx")


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Učionica bez granica!", "ucionica-bez-granica"),
        ("Пилот", None),  # nothing plain is left: the pilot's id
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_file_names_are_plain(exports: ExportService, build: Build, name: str, slug: str | None) -> None:
    pilot = build.pilot(name)
    file = exports.participation(build.lead(), pilot.id, "csv")
    assert file.name == f"participation-{slug or pilot.id}-20261020T080000Z.csv"
