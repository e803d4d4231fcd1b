"""Files are read back by tools that did not write them: csv, openpyxl and sqlite3."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from coil_bridge.evaluation.dataset import Column, ColumnType, Dataset, Table
from coil_bridge.evaluation.participation import GroupTable
from coil_bridge.evaluation.participation_dataset import flat_table, participation_dataset
from coil_bridge.evaluation.records import Part
from coil_bridge.evaluation.writers import workbook
from coil_bridge.evaluation.writers.comma_separated import defused, write_csv
from coil_bridge.evaluation.writers.database import write_database
from coil_bridge.evaluation.writers.workbook import TooManyRows, write_xlsx
from tests.unit.evaluation.pilots import (
    ALMATY,
    BELGRADE,
    MADE_AT,
    PILOT,
    course,
    member,
    students,
    table,
    wrote,
)

FORMULA = '=HYPERLINK("https://evil.example","Гласови, \r\nулице")'


@pytest.fixture(scope="module")
def groups() -> tuple[GroupTable, ...]:
    """Belgrade with ten students is shown without its teacher, Almaty with three is not; a nasty title."""
    belgrade, almaty = (course(where, pairing_title=FORMULA) for where in (BELGRADE, ALMATY))
    people = students(belgrade, 10)
    people[0] = replace(people[0], completed=True, last_access_week=date(2026, 11, 2))
    teacher = member(belgrade, "teacher", Part.STAFF)
    days = [wrote(people[0], date(2026, 10, 25), posts=3, replies=2), wrote(teacher, date(2026, 10, 26))]
    return table([belgrade, almaty], [*people, teacher, *students(almaty, 3)], days)


@pytest.fixture(scope="module")
def dataset(groups: tuple[GroupTable, ...]) -> Dataset:
    return participation_dataset(PILOT, groups, MADE_AT)


def test_csv_is_rfc_4180_with_a_byte_order_mark(groups: tuple[GroupTable, ...]) -> None:
    content = write_csv(flat_table(groups, 10))
    assert content.startswith(b"\xef\xbb\xbfpairing_id,pairing,")
    assert content.endswith(b"\r\n")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    assert len(rows) == 10 * 6 + 1  # ten people in six weeks, and the group that is withheld
    assert {row["pairing"] for row in rows} == {"'" + FORMULA}
    wrote_in = [row for row in rows if row["posts"] not in ("0", "")]
    assert [
        (row["role"], row["iso_week"], row["week_starts"], row["posts"], row["replies"], row["active_days"])
        for row in sorted(wrote_in, key=lambda row: row["iso_week"])
    ] == [
        ("student", "2026-W43", "2026-10-19", "3", "2", "1"),
    ]
    (withheld,) = [row for row in rows if row["note"]]
    assert withheld["institution"] == "Almaty Institute of Languages"
    assert [withheld[name] for name in ("pseudonym", "iso_week", "posts")] == ["", "", ""]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "＋1", "－1", "＠A", "=\0"],
)
def test_what_a_spreadsheet_would_run_is_defused(text: str) -> None:
    assert defused(text) == "'" + text.replace("\0", "")


@pytest.mark.parametrize("text", ["", "Гласови", "a=b", "1-2", "'=1", "–"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert defused(text) == text


def test_the_workbook_has_typed_cells_and_frozen_heads(dataset: Dataset) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(dataset)))
    assert book.sheetnames == ["Participation by week", "People", "Groups", "Definitions", "About this file"]
    sheet = book["Participation by week"]
    assert all(each.freeze_panes == "A2" and each.auto_filter.ref for each in book.worksheets)
    header = [cell.value for cell in sheet[1]]
    assert tuple(header) == dataset.table("participation").header
    cells = dict(zip(header, sheet[2], strict=True))
    assert cells["pairing"].data_type == "s"
    assert cells["pairing"].value.replace("_x000D_", "\r") == FORMULA
    assert cells["posts"].data_type == "n"
    assert cells["posts"].value == 0
    assert cells["week_starts"].is_date
    assert cells["week_starts"].value == datetime(2026, 9, 28)  # noqa: DTZ001 - a day, as openpyxl gives it
    people = list(book["People"].iter_rows(min_row=2, values_only=True))
    assert len(people) == 10
    assert sheet.max_row == 1 + 10 * 6
    about = dict(book["About this file"].iter_rows(min_row=2, values_only=True))
    assert about["made_at"] == "2026-11-22T09:24:00Z"
    assert about["suppression_threshold"] == "10"


def test_text_that_a_program_could_divide_stands_in_quotes() -> None:
    values = ("a;b", "a\tb", 'a "b"', "a,b", "a\nb", "ab c", None, 1, 1.5, date(2026, 11, 2))
    columns = tuple(Column(f"c{number}", ColumnType.TEXT, "-") for number in range(len(values)))
    content = write_csv(Table("t", "T", "-", columns, [values], ("c0",))).decode("utf-8-sig")
    line = content.split("\r\n", 1)[1]
    assert line == '"a;b","a\tb","a ""b""","a,b","a\nb",ab c,,1,1.5,2026-11-02\r\n'
    [_, read] = csv.reader(io.StringIO(content, newline=""), strict=True)
    assert read == ["" if value is None else str(value) for value in values]


def test_rows_are_high_enough_for_long_names_in_any_script() -> None:
    names = ["Short", "A long name " * 6, "西安交通大学国际视频课程" * 3, "两条河"]
    columns = (Column("name", ColumnType.TEXT, "-"),)
    table = Table("t", "T", "-", columns, [(each,) for each in names], ("name",))
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx(Dataset("T", "-", "-", MADE_AT, (table,)))))["T"]
    heights = [sheet.row_dimensions[number].height for number in range(2, 6)]
    assert heights == [None, 30, 36, 18]


def test_every_column_is_defined_in_the_file(dataset: Dataset) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(dataset)), read_only=True)
    rows = list(book["Definitions"].iter_rows(min_row=2, values_only=True))
    book.close()
    defined = {(row[0], row[1]) for row in rows}
    tables = [dataset.table(name) for name in ("participation", "person", "institution_group")]
    assert defined == {(each.name, name) for each in tables for name in each.header}
    assert all(row[2] and row[4] for row in rows)
    counts = [column for each in tables for column in each.columns if column.type is ColumnType.INTEGER]
    assert all(column.unit for column in counts)


def test_a_table_that_does_not_fit_a_sheet_is_refused(
    monkeypatch: pytest.MonkeyPatch, dataset: Dataset
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 20)
    with pytest.raises(TooManyRows, match="participation has 60 rows"):
        write_xlsx(dataset)


def test_the_database_has_keys_indexes_and_views(dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "participation.db"
    path.write_bytes(write_database(dataset, "participation"))
    with closing(sqlite3.connect(path)) as found:
        assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert found.execute("PRAGMA foreign_key_check").fetchall() == []
        keys = [row[1] for row in found.execute("PRAGMA table_info(participation)") if row[5]]
        assert keys == ["pairing_id", "institution_id", "pseudonym", "week_starts"]
        assert {row[2] for row in found.execute("PRAGMA foreign_key_list(participation)")} == {"person"}
        assert {row[2] for row in found.execute("PRAGMA foreign_key_list(person)")} == {"institution_group"}
        indexes = {row[0] for row in found.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
        assert "idx_participation_week_starts" in indexes
        weekly = found.execute(
            "SELECT iso_week, students, active_students, posts, replies FROM weekly_students WHERE posts"
        )
        assert weekly.fetchall() == [("2026-W43", 10, 1, 3, 2)]  # the teacher's post is not in it
        totals = found.execute("SELECT students, completed, completion_unknown, posts FROM group_totals")
        assert totals.fetchall() == [(10, 1, 9, 3)]
        hidden = found.execute("SELECT institution, note FROM not_shown").fetchall()
        assert hidden == [("Almaty Institute of Languages", "withheld: fewer than 10 students")]
        assert found.execute("SELECT DISTINCT pairing FROM participation").fetchall() == [(FORMULA,)]


def test_the_database_brings_datasettes_metadata(dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "participation.db"
    path.write_bytes(write_database(dataset, "participation"))
    with closing(sqlite3.connect(path)) as found:
        metadata = json.loads(found.execute("SELECT metadata FROM datasette").fetchone()[0])
        names = {row[0] for row in found.execute("SELECT name FROM sqlite_master WHERE type <> 'index'")}
    tables = metadata["databases"]["participation"]["tables"]
    assert set(tables) == names
    assert tables["participation"]["columns"]["posts"].endswith("Unit: posts.")
    assert metadata["title"] == "Participation: Pilot 2026/27"
    assert metadata["databases"]["participation"]["title"] == metadata["title"]  # each has a page of its own


def test_the_same_data_gives_the_same_bytes_apart_from_the_stated_time(
    groups: tuple[GroupTable, ...], dataset: Dataset, tmp_path: Path
) -> None:
    again = participation_dataset(PILOT, groups, MADE_AT)
    assert write_xlsx(again) == write_xlsx(dataset)
    assert write_database(again, "p") == write_database(dataset, "p")
    later = participation_dataset(PILOT, groups, MADE_AT + timedelta(days=1))
    differing = []
    for number, made in enumerate((dataset, later)):
        path = tmp_path / f"{number}.db"
        path.write_bytes(write_database(made, "p"))
        with closing(sqlite3.connect(path)) as found:
            differing.append(set(found.iterdump()))
    assert {line.split("VALUES")[1] for line in differing[0] ^ differing[1]} == {
        "('made_at','2026-11-22T09:24:00Z');",
        "('made_at','2026-11-23T09:24:00Z');",
    }


def test_a_table_without_rows_is_a_file_too() -> None:
    empty = Table("t", "T", "", (Column("a", ColumnType.TEXT, "A."),), (), ("a",))
    made = Dataset("T", "", "", datetime(2026, 11, 22, tzinfo=UTC), (empty,))
    assert write_csv(empty) == b"\xef\xbb\xbfa\r\n"
    assert openpyxl.load_workbook(io.BytesIO(write_xlsx(made)))["T"].max_row == 1
    assert write_database(made, "t").startswith(b"SQLite format 3\0")
