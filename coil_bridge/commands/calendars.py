"""``coil-bridge calendar``: academic calendars of the universities, from files and as a table."""

from __future__ import annotations

import sys
from datetime import date

import click

from coil_bridge.commands.common import exits_by_error, json_option, opened, plain, show, table
from coil_bridge.errors import InvalidInput, NotFound
from coil_bridge.services.bundle import Services
from coil_bridge.services.calendar.calendar_editing import CalendarView
from coil_bridge.services.calendar.calendar_files import FileLine
from coil_bridge.services.calendar.calendar_import import ImportPreview
from coil_bridge.services.context import SYSTEM
from coil_bridge.storage.academic import AcademicSpan
from scheduling.terms import DayChange


@click.group()
def calendar() -> None:
    """Bring in and show the terms, breaks and examination weeks of universities.

    INSTITUTION is an id, or the beginning of a name or short name that fits one university only.
    """


@calendar.command("list")
@json_option
@exits_by_error
def list_(as_json: bool) -> None:
    """List the universities and what is entered for each."""
    with opened() as services:
        views = services.terms.editing.all(SYSTEM)
        rows = [
            (each.institution.id, each.institution.name, len(each.spans), each.changed_at) for each in views
        ]
        text = table(("ID", "UNIVERSITY", "ENTRIES", "CHANGED"), rows)
        show([_short(each) for each in views], as_json=as_json, text=text)


@calendar.command("show")
@click.argument("institution")
@json_option
@exits_by_error
def show_(institution: str, as_json: bool) -> None:
    """Show what is entered for INSTITUTION, in order of time."""
    with opened() as services:
        view = _find(services, institution)
        rows = [(each.kind, each.name, each.first, each.last) for each in view.spans]
        rows += [(str(change.kind), change.name, day, day) for day, change in _days(view)]
        text = table(("KIND", "NAME", "FIRST", "LAST"), rows)
        entries = [dict(zip(("kind", "name", "first", "last"), map(plain, row), strict=True)) for row in rows]
        show({**_short(view), "calendar": entries}, as_json=as_json, text=text)


@calendar.command("import")
@click.argument("institution")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Say line by line what would become of it; store nothing.")
@click.option(
    "--whole",
    is_flag=True,
    help="FILE has everything: take away terms, breaks and examinations of its time that it has not.",
)
@json_option
@exits_by_error
def import_(institution: str, file: click.File, dry_run: bool, whole: bool, as_json: bool) -> None:
    """Bring FILE (CSV or iCalendar, - for standard input) into INSTITUTION's calendar.

    All of it or nothing: with a line that cannot be used nothing is stored and the exit code is 2. The same
    file a second time changes nothing. CSV has the columns kind, name, first, last; kinds are term, break,
    exams, holiday and workday; the last day counts too.
    """
    content: bytes = file.read()  # type: ignore[attr-defined]  # click hands over the opened file
    with opened() as services:
        found, imports = _find(services, institution).institution, services.terms.imports
        preview = imports.preview(SYSTEM, found.id, content, whole=whole)
        if not dry_run and not preview.count("problem"):
            preview = imports.apply(SYSTEM, found.id, content, None, whole=whole)
        show(_plain(preview), as_json=as_json, text=_text(preview, stored=not dry_run))
    if preview.count("problem"):
        sys.exit(InvalidInput.exit_code)


def _find(services: Services, wanted: str) -> CalendarView:
    """The one university that is meant.

    Raises:
        NotFound: none fits, or several do.
    """
    views = services.terms.editing.all(SYSTEM)
    exact = [each for each in views if each.institution.id == wanted]
    start = wanted.casefold()
    fitting = exact or [
        each
        for each in views
        if each.institution.name.casefold().startswith(start)
        or each.institution.short_name.casefold().startswith(start)
    ]
    if len(fitting) != 1:
        names = ", ".join(each.institution.name for each in fitting)
        raise NotFound(f"Several universities fit: {names}." if fitting else "No university fits.")
    return fitting[0]


def _days(view: CalendarView) -> list[tuple[date, DayChange]]:
    return sorted(view.calendar.holidays.changes.items())


def _short(view: CalendarView) -> dict[str, object]:
    place = view.institution
    return {"id": place.id, "name": place.name, "entries": len(view.spans), "version": view.version}


def _text(preview: ImportPreview, *, stored: bool) -> str:
    rows = [(each.line.number, each.outcome, *_said(each.line)) for each in preview.lines]
    rows += [("", "taken_away", f"{each.kind}: {each.name}", each.first, each.last) for each in preview.gone]
    lines = table(("LINE", "OUTCOME", "ENTRY", "FIRST", "LAST"), rows)
    if preview.count("problem"):
        return f"{lines}\nNothing was stored: {preview.count('problem')} line(s) cannot be used."
    return f"{lines}\n{'Stored' if stored else 'Would store'}: {preview.changes} of {len(rows)}."


def _said(line: FileLine) -> tuple[object, ...]:
    if line.entry:
        return f"{line.entry.kind}: {line.entry.name}", line.entry.first, line.entry.last
    return line.problem or line.left_out, "", ""


def _plain(preview: ImportPreview) -> list[dict[str, object]]:
    return [
        {
            "line": each.line.number,
            "outcome": each.outcome,
            "entry": plain(each.line.entry) if each.line.entry else None,
            "reason": str(each.line.problem or each.line.left_out or "") or None,
        }
        for each in preview.lines
    ] + [
        {"line": None, "outcome": "taken_away", "entry": _span(each), "reason": None} for each in preview.gone
    ]


def _span(span: AcademicSpan) -> dict[str, object]:
    return {name: plain(getattr(span, name)) for name in ("kind", "name", "first", "last")}
