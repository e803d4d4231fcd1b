"""The pack is opened by tools that did not write it: openpyxl, csv, sqlite3, pdftotext, python-docx."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import docx
import openpyxl
import pytest

from coil_bridge.evaluation.charts import bars, network, weeks
from coil_bridge.evaluation.definitions.registry import SETS
from coil_bridge.evaluation.evidence_charts import charts_of
from coil_bridge.evaluation.evidence_dataset import Made, evidence_dataset
from coil_bridge.evaluation.figures import figures_of
from coil_bridge.evaluation.pack import Extra, write_pack
from coil_bridge.evaluation.publication import publish
from coil_bridge.evaluation.published import Published
from coil_bridge.evaluation.report import report_of
from coil_bridge.evaluation.report_parts import Heading
from coil_bridge.evaluation.snapshot import read_snapshot, snapshot_bytes
from coil_bridge.evaluation.xapi import statements
from tests.required import skip_or_fail
from tests.unit.evaluation.golden.world import stored

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
MADE = Made(AT, SETS["2"], "tzdata 2026.6", "COIL Bridge 0.1.0")
MORE = Extra(files={"surveys/answers.csv": b"1"})
TITLE = "=cmd|'Гласови' Ұлы дала 两条河"


@pytest.fixture(scope="module")
def published() -> Published:
    return nasty()


def nasty() -> Published:
    """The golden pilot; one title is in four scripts, and a spreadsheet would take it for a formula."""
    value = stored()
    courses = [
        replace(each, pairing_title=TITLE) if each.pairing_id == "w" else each for each in value.courses
    ]
    return publish(figures_of(replace(value, courses=courses)))


@pytest.fixture(scope="module")
def pack(published: Published) -> Mapping[str, bytes]:
    return unpack(write_pack(published, MADE, MORE))


def unpack(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def funnel(rows: list[dict[str, Any]], axis: str) -> dict[str, Any]:
    return next(row for row in rows if row["axis"] == axis)


def test_the_same_data_gives_the_same_bytes_apart_from_the_stated_time(
    published: Published, pack: Mapping[str, bytes]
) -> None:
    assert unpack(write_pack(nasty(), MADE, MORE)) == pack
    later = unpack(write_pack(published, replace(MADE, at=datetime(2027, 1, 2, 3, 4, tzinfo=UTC)), MORE))
    csv_files = [name for name in pack if name.startswith("csv/") and name != "csv/about.csv"]
    assert [name for name in csv_files if later[name] != pack[name]] == []


def test_an_old_set_of_definitions_can_be_chosen(published: Published) -> None:
    dataset = evidence_dataset(published, replace(MADE, chosen=SETS["1"]))
    versions = {row[0]: row[1] for row in dataset.table("indicator").rows}
    assert (versions["completing"], dict(dataset.table("about").rows)["definitions"]) == (1, "1")


def test_the_manifest_accounts_for_every_file(pack: Mapping[str, bytes]) -> None:
    manifest = json.loads(pack["manifest.json"])
    assert manifest["files"].keys() == pack.keys() - {"manifest.json", "README.txt"}
    for name, said in manifest["files"].items():
        assert said == {"bytes": len(pack[name]), "sha256": hashlib.sha256(pack[name]).hexdigest()}
    assert manifest["thresholds"] == {"suppression": 5, "presence_percent": 85, "gap_minutes": 30}
    assert manifest["zone_data"] == "tzdata 2026.6"
    for table, count in manifest["rows"].items():
        rows = list(csv.reader(io.StringIO(pack[f"csv/{table}.csv"].decode("utf-8-sig")), strict=True))
        assert len(rows) == count + 1


def test_the_workbook(pack: Mapping[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(pack["evidence.xlsx"]))
    sheet = book["Funnel"]
    assert (sheet.freeze_panes, book["Indicators"].freeze_panes) == ("C2", "A2")
    assert (sheet.print_title_rows, sheet.page_setup.orientation) == ("$1:$1", "landscape")
    formats = {cell.number_format for row in sheet.iter_rows(min_row=2) for cell in row}
    assert formats <= {"General", "#,##0", "#,##0.00"}
    header = [cell.value for cell in sheet[1]]
    rows = [
        dict(zip(header, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=2)
    ]
    pilot = funnel(rows, "pilot")
    assert (pilot["invited"], pilot["enrolled"], pilot["active"], pilot["completing"]) == (None, 21, 16, 9)
    assert pilot["note"] == "withheld"
    titles = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value == TITLE]
    assert {cell.data_type for cell in titles} == {"s"}
    assert isinstance(book["Weekly activity"]["H2"].value, datetime)
    assert {"Definitions", "Indicators", "About this file"} <= set(book.sheetnames)


def test_the_workbook_can_be_read_and_printed(pack: Mapping[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(pack["evidence.xlsx"]))
    weekly, headline, indicators = (book[name] for name in ("Weekly activity", "Headline", "Indicators"))
    assert weekly.sheet_properties.pageSetUpPr.fitToPage
    assert weekly.page_setup.fitToHeight == 0  # as many pages as it needs, each as wide as the table
    assert (weekly.oddHeader.left.text, weekly.oddHeader.right.text) == ("Evidence: Pilot 2026/27", "&A")
    assert weekly.oddFooter.right.text == "&P / &N"
    shares = [
        row[0] for row in weekly.iter_rows(min_row=2, min_col=11, max_col=11) if row[0].value is not None
    ]
    assert {cell.number_format for cell in shares} == {"#,##0.00"}
    assert any(cell.value == 0 for cell in shares)  # as many places as the others
    looks = {row[0].value: row[2].number_format for row in headline.iter_rows(min_row=2)}
    assert (looks["enrolled"], looks["contact_hours"]) == ("#,##0", "#,##0.00")  # each row has its own unit
    for text in (row[3] for row in indicators.iter_rows(min_row=2)):
        if len(text.value) > 60:  # not every program works out how high a row has to be
            assert text.alignment.wrap_text
            assert indicators.row_dimensions[text.row].height >= 15 * len(text.value) / 55
    assert {
        cell.alignment.vertical for row in headline.iter_rows(min_row=2) for cell in row if cell.value
    } == {"top"}


def test_csv_defuses_formulas(pack: Mapping[str, bytes]) -> None:
    rows = list(csv.DictReader(io.StringIO(pack["csv/funnel.csv"].decode("utf-8-sig")), strict=True))
    assert funnel(rows, "pilot")["enrolled"] == "21"
    assert [row["place"] for row in rows if row["axis"] == "pairing"] == [f"'{TITLE}", "Pairing x", "Voices"]


def test_the_database(pack: Mapping[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    path.write_bytes(pack["evidence.db"])
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT active FROM funnel WHERE axis = 'pilot'").fetchone() == (16,)
        assert database.execute("SELECT count(*) FROM funnel_by_pairing").fetchone() == (3,)
        keys = database.execute("SELECT count(*) FROM pragma_table_info('funnel') WHERE pk > 0").fetchone()
        assert keys == (4,)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        others = database.execute("SELECT \"table\" FROM pragma_foreign_key_list('network')").fetchall()
        assert set(others) == {("institution_group",)}
        indexes = database.execute("SELECT count(*) FROM pragma_index_list('weekly')").fetchone()
        assert indexes[0] >= 3
        metadata = json.loads(database.execute("SELECT metadata FROM datasette").fetchone()[0])
    assert "completing" in metadata["databases"]["evidence"]["tables"]["funnel"]["columns"]


def test_the_report_as_pdf(pack: Mapping[str, bytes], tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None or not Path("/usr/share/poppler/cMap").is_dir():
        skip_or_fail("pdftotext", "pdftotext is not installed (poppler-utils and poppler-data)")
    path = tmp_path / "report.pdf"
    path.write_bytes(pack["report.pdf"])
    text = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, text=True
    ).stdout
    for words in ("Participants", "Virtual activities implemented", "Definitions", "15 November 2026"):
        assert words in text
    for script in ("Гласови", "Ұлы", "两条河"):
        assert script in text
    assert "b1" not in text.split()


def test_the_report_as_docx(pack: Mapping[str, bytes]) -> None:
    document = docx.Document(io.BytesIO(pack["report.docx"]))
    assert document.core_properties.created == AT
    headings = [each.text for each in document.paragraphs if each.style.name == "Heading 1"]
    assert [heading.split("  ")[1] for heading in headings] == [
        "Summary",
        "Virtual activities implemented",
        "Participants",
        "Participation and results",
        "Cooperation across institutions",
        "How the pilot was evaluated",
        "Definitions",
    ]
    people = document.tables[2]
    assert [cell.text for cell in people.rows[1].cells] == [
        f"Pilot: {'Pilot 2026/27'}",
        "withheld",
        "21",
        "16",
        "9",
        "42.9",
    ]
    pictures = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert len(pictures) == 3  # no network: nothing of it may be shown
    assert all(pictures)


def test_every_section_of_the_report_has_its_number(published: Published) -> None:
    parts = report_of(published, MADE, [Heading("Surveys"), Heading("Of one survey", 2)]).parts
    headings = [part for part in parts if isinstance(part, Heading)]
    sections = [each.text for each in headings if each.level == 1]
    assert [text[:3] for text in sections] == [f"{number}  " for number in range(1, 9)]
    assert Heading("6  Surveys") in headings
    assert Heading("Of one survey", 2) in headings


def test_nobody_is_in_it(pack: Mapping[str, bytes]) -> None:
    words = {
        word for name, content in pack.items() if name.startswith("csv/") for word in content.split(b",")
    }
    assert words & {b"b1", b"a1", b"s1", b"ga1", b"t1"} == set()


def test_more_evaluations_have_room(pack: Mapping[str, bytes]) -> None:
    assert pack["surveys/answers.csv"] == b"1"
    assert "surveys/answers.csv" in json.loads(pack["manifest.json"])["files"]


def test_statements_name_weeks_and_quarters_of_an_hour(published: Published) -> None:
    found = [json.loads(line) for line in statements(published, "pilot", AT).decode().splitlines()]
    assert {each["timestamp"][10:] for each in found} == {"T12:00:00Z"}
    assert {datetime.fromisoformat(each["timestamp"]).weekday() for each in found} == {0}
    assert len({each["id"] for each in found}) == len(found)
    attended = [each for each in found if each["verb"]["id"].endswith("attended")]
    minutes = {each["result"]["duration"] for each in attended}
    assert "PT90M" in minutes
    assert all(int(each[2:-1]) % 15 == 0 for each in minutes)


def test_pseudonyms_of_statements_hold_within_one_file(published: Published) -> None:
    one, again, other = (statements(published, "pilot", at) for at in (AT, AT, AT + timedelta(days=1)))
    assert one == again
    names = [
        {json.loads(line)["actor"]["account"]["name"] for line in each.splitlines()} for each in (one, other)
    ]
    assert len(names[0]) == len(names[1]) > 5
    assert names[0] & names[1] == set()
    assert b'"b1"' not in one


def test_charts_for_pages_obey_the_content_security_policy_and_speak(published: Published) -> None:
    for chart in charts_of(published):
        drawn = chart.svg()
        assert drawn == chart.svg()
        root = ET.fromstring(drawn)  # noqa: S314 - our own drawing
        assert [
            each.tag for each in root.iter() if each.tag.endswith("style") or "style" in each.attrib
        ] == []
        assert root.get("role") == "img"
        spoken = {each.get("id"): each.text for each in root[:2]}
        assert spoken == {
            root.get("aria-labelledby"): chart.title,
            root.get("aria-describedby"): chart.description,
        }
        assert "#0a0b" not in drawn
    assert "var(--accent)" in charts_of(published)[0].svg()


@pytest.mark.parametrize("count", [1, 9, 10, 12, 30, 53])
def test_the_weeks_of_a_chart_have_room_for_their_names(count: int) -> None:
    drawn = weeks("x", "T", [f"2026-W{n:02}" for n in range(1, count + 1)], [1.0] * count, "students").svg()
    named = re.findall(r">(W\d\d)<", drawn)
    assert named[0] == "W01"
    assert 0.5 * min(count, 9) <= len(named) <= 9


def test_a_name_in_a_chart_is_only_a_name() -> None:
    drawn = bars("x", "Title", ["<script>alert(1)</script>"], [None], "students").svg()
    assert "<script" not in drawn
    assert "withheld" in drawn


def test_charts_without_anything_in_them_can_be_drawn() -> None:
    for chart in (bars("a", "A", [], [], "x"), weeks("b", "B", [], [], "x"), network("c", "C", [], [], "x")):
        assert chart.svg().startswith("<svg")
        assert chart.png().startswith(b"\x89PNG")


def test_pages_get_what_the_pack_has(published: Published) -> None:
    content = snapshot_bytes(published, evidence_dataset(published, MADE), {"en": str}, {"v:c": 7})
    snapshot = read_snapshot(content)
    assert snapshot.rows("funnel", "pilot")[0]["completing"] == 9
    assert snapshot.through == date(2026, 11, 15)
    assert [each.name for each in snapshot.charts["en"]] == ["funnel", "weekly", "contact", "network"]
