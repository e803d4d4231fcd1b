"""What the evaluation lead of the story does, and what is in the files."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import openpyxl
from playwright.sync_api import expect

from coil_bridge.demo.running import Consortium
from tests.functional.visitors import Visitor

Rows = list[dict[str, str]]
FILES = {"csv": "Table (CSV)", "xlsx": "Spreadsheet (XLSX)", "db": "Database (SQLite)"}


def pull(lead: Visitor, title: str) -> None:
    """Ask for the activity and wait on the page until every course has answered."""
    lead.go("/pilots").press("Pilot of the virtual international classroom")
    phases = lead.page.get_by_role("region", name="Phases and pairings")
    expect(phases.get_by_role("link", name=title)).to_be_visible()
    lead.press("Pull activity now")
    expect(lead.page.get_by_text("Not pulled yet")).to_have_count(0, timeout=60_000)
    expect(lead.page.get_by_role("progressbar")).to_have_count(0, timeout=60_000)
    courses = lead.page.get_by_role("region", name="Activity by course")
    expect(courses.get_by_role("row").filter(has_text="Done")).to_have_count(6)
    expect(courses.get_by_text("Failed")).to_have_count(0)


def download_all(lead: Visitor, folder: Path) -> dict[str, Path]:
    return {ending: _download(lead, name, folder) for ending, name in FILES.items()}


def _download(lead: Visitor, name: str, folder: Path) -> Path:
    with lead.page.expect_download() as waiting:
        lead.page.get_by_role("link", name=name).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def participation(path: Path) -> Rows:
    """The rows of the table with comma-separated values."""
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def everything_in(files: dict[str, Path]) -> str:
    """All text of all files, as their readers see it."""
    sheets = openpyxl.load_workbook(files["xlsx"], read_only=True)
    cells = [str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row]
    sheets.close()
    return "\n".join([files["csv"].read_text("utf-8-sig"), *cells, *_dump(files["db"])])


def _dump(path: Path) -> Sequence[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def rows_in_workbook(path: Path) -> int:
    """Of the longest sheet, without its head."""
    book = openpyxl.load_workbook(path)
    return max(sheet.max_row for sheet in book) - 1


def rows_in_database(path: Path) -> int:
    """Of the longest table."""
    with closing(sqlite3.connect(path)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return max(database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names)


def people_of(running: Consortium) -> set[str]:
    """Full names, family names, user names and addresses of everybody at the three universities."""
    people = [user for partner in running.partners.values() for user in partner.people.values()]
    return {
        text
        for user in people
        for text in (user.fullname, user.username, user.email, user.lastname)
        if len(text) > 3
    }
