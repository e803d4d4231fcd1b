"""Reads academic calendars from CSV and iCalendar files: what each line says, or why it cannot be used.

CSV: ``kind, name, first, last`` with a line of headings, separated by commas, semicolons or tabs, in UTF-8.
Dates are ``2026-10-01`` or ``1.10.2026.``; with slashes nobody can tell the day from the month, so those are
refused. iCalendar (RFC 5545): one entry a VEVENT; DTEND of whole days is the day after the last (3.6.1).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component

from coil_bridge.errors import InvalidInput, Reason
from coil_bridge.i18n import mark
from scheduling.ical import has_control_characters

MOST_BYTES = 256 * 1024
MOST_LINES = 500

# What may stand in the file, by what it is taken for. The first of each is what we write ourselves.
_WORDS: Mapping[str, tuple[str, ...]] = {
    "term": ("term", "semester", "trimester", "teaching", "classes", "lectures", "semestar", "nastava"),
    "break": ("break", "recess", "vacation", "no classes", "raspust", "pauza"),
    "exams": ("exams", "exam", "examination", "examinations", "assessment", "ispiti", "ispitni rok"),
    "holiday": ("holiday", "public holiday", "day off", "praznik", "neradni dan"),
    "workday": ("workday", "make-up workday", "make-up day", "working day", "radni dan"),
}
_KIND_OF = {word: kind for kind, words in _WORDS.items() for word in words}
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "kind": ("kind", "type", "vrsta"),
    "name": ("name", "title", "summary", "naziv"),
    "first": ("first", "first day", "start", "from", "begins", "od", "prvi dan"),
    "last": ("last", "last day", "end", "to", "until", "ends", "do", "poslednji dan"),
}
_FIELD_OF = {word: field for field, words in _HEADINGS.items() for word in words}
_DOTTED = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})\.?")
_LONGEST_NAME = 100
_LONGEST_DAYS = timedelta(days=13)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a line says: ``term``, ``break``, ``exams``, ``holiday`` or ``workday``; both days counted."""

    kind: str
    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line of a CSV file, or an event of a calendar file, by its number from 1.

    ``problem`` is why it cannot be used; ``left_out`` why it is of no concern. Otherwise there is an entry.
    """

    number: int
    text: str
    entry: Entry | None = None
    problem: Reason | None = None
    left_out: Reason | None = None


def read_file(content: bytes, zone: str) -> list[FileLine]:
    """Every line of a file; ``zone`` is the clock on which moments of a calendar file become days.

    What somebody hands in is read by ``calendar_reading``, which does the same.

    Raises:
        InvalidInput: against ``file``: it is empty, too long, or neither kind of file.
    """
    return few_enough(events_in(content, zone)) if is_icalendar(content) else read_table(content)


def is_icalendar(content: bytes) -> bool:
    """Whether a file is an iCalendar one. Raises as ``read_file``: it is too large, or no text."""
    if len(content) > MOST_BYTES:
        raise _refused(mark("The file is larger than 256 KB; an academic calendar is not."))
    return _decoded(content).lstrip().startswith("BEGIN:VCALENDAR")


def read_table(content: bytes) -> list[FileLine]:
    """The lines of a CSV file; raises as ``read_file``."""
    return few_enough(list(_rows(_decoded(content))))


def few_enough(lines: list[FileLine]) -> list[FileLine]:
    """The lines, unless there are none or too many; raises as ``read_file``."""
    if not lines:
        raise _refused(mark("There is nothing in the file."))
    if len(lines) > MOST_LINES:
        raise _refused(
            mark("The file has more than 500 lines; please leave out what is no term, break or holiday.")
        )
    return lines


def written(entries: Iterable[Entry]) -> str:
    """Entries as a CSV file that ``read_file`` takes."""
    rows = ((each.kind, each.name, each.first.isoformat(), each.last.isoformat()) for each in entries)
    return "\n".join(_row(row) for row in (("kind", "name", "first", "last"), *rows)) + "\n"


def _row(cells: Iterable[str]) -> str:
    return ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells)


def _refused(reason: str) -> InvalidInput:
    return InvalidInput({"file": [reason]})


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _refused(mark("The file is not text in UTF-8. In Excel: save as “CSV UTF-8”."))


def _rows(text: str) -> Iterator[FileLine]:
    head, _, _ = text.partition("\n")
    delimiter = max(",;\t", key=head.count)
    table = csv.reader(text.splitlines(), delimiter=delimiter)
    columns = [_FIELD_OF.get(" ".join(cell.split()).casefold(), "") for cell in next(table, [])]
    missing = [field for field in ("kind", "first") if field not in columns]
    if missing:
        raise _refused(mark("The first line has to name the columns: kind, name, first, last."))
    for cells in table:
        if any(cell.strip() for cell in cells):
            values = dict(zip(columns, (" ".join(cell.split()) for cell in cells), strict=False))
            yield _of_values(table.line_num, delimiter.join(cells), values)


def _of_values(number: int, text: str, values: Mapping[str, str]) -> FileLine:
    kind = _KIND_OF.get(values.get("kind", "").casefold())
    if kind is None:
        return FileLine(
            number,
            text,
            problem=Reason(
                mark("“%(kind)s” is no kind: write term, break, exams, holiday or workday."),
                {"kind": values.get("kind", "")[:_LONGEST_NAME]},
            ),
        )
    try:
        first = _day(values.get("first", ""))
        last = _day(values["last"]) if values.get("last") else first
    except ValueError as error:
        return FileLine(
            number,
            text,
            problem=Reason(mark("“%(day)s” is no day: write it like 2026-10-01."), {"day": str(error)}),
        )
    return _checked(number, text, Entry(kind, values.get("name", "") or kind, first, last))


def _day(text: str) -> date:
    """A day; ValueError whose text is what stands there."""
    dotted = _DOTTED.fullmatch(text)
    try:
        if dotted:
            return date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(text[:40]) from None


def events_in(content: bytes, zone: str) -> list[FileLine]:
    """The events of an iCalendar file; raises as ``read_file``: it cannot be read."""
    try:
        calendar = Calendar.from_ical(content)
    except Exception:  # noqa: BLE001 - the parser lets errors of many kinds out for broken text
        raise _refused(mark("The calendar file cannot be read; export it anew.")) from None
    return [_of_event(number, event, zone) for number, event in enumerate(calendar.walk("VEVENT"), 1)]


def _of_event(number: int, event: Component, zone: str) -> FileLine:
    name = " ".join(str(event.get("SUMMARY", "")).split())
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return FileLine(number, name, left_out=Reason(mark("It is cancelled.")))
    kind = _kind_of_event(event, name)
    if kind is None:
        why = mark("It does not say whether it is a term, break, examinations or holiday.")
        return FileLine(number, name, left_out=Reason(why))
    if event.get("RRULE") is not None or event.get("RDATE") is not None:
        return FileLine(
            number, name, problem=Reason(mark("It repeats; give each time as an event of its own."))
        )
    try:
        first, last = _days_of_event(event, zone)
    except (ValueError, TypeError, AttributeError, KeyError):
        return FileLine(number, name, problem=Reason(mark("Its first or last day cannot be read.")))
    return _checked(number, name, Entry(kind, name or kind, first, last))


def _kind_of_event(event: Component, name: str) -> str | None:
    """By its categories; without a known one by the words of its name."""
    categories = [str(each).casefold() for each in getattr(event, "categories", ())]
    for category in categories:
        if category in _KIND_OF:
            return _KIND_OF[category]
    words = re.findall(r"\w+", name.casefold())
    text = f" {' '.join(words)} "
    for kind in ("exams", "break", "workday", "holiday", "term"):
        if any(f" {word.replace('-', ' ')} " in text for word in _WORDS[kind]):
            return kind
    return None


def _days_of_event(event: Component, zone: str) -> tuple[date, date]:
    begins = event.decoded("DTSTART")
    if not isinstance(begins, date):
        raise TypeError("what cannot be read comes as a text")
    ends = event.decoded("DTEND") if "DTEND" in event else None
    if ends is None and "DURATION" in event:
        ends = begins + event.decoded("DURATION")
    if isinstance(begins, datetime):
        first = _local(begins, zone).date()
        # An event up to midnight does not reach into the next day.
        return first, max(first, (_local(ends, zone) - timedelta(microseconds=1)).date()) if ends else first
    return begins, ends - timedelta(days=1) if ends and ends > begins else begins


def _local(moment: datetime, zone: str) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(ZoneInfo(zone))


def _checked(number: int, text: str, entry: Entry) -> FileLine:
    if len(entry.name) > _LONGEST_NAME:
        problem = Reason(mark("Write at most 100 characters."))
    elif has_control_characters(entry.name):
        problem = Reason(mark("The name holds invisible control characters."))
    elif entry.last < entry.first:
        problem = Reason(mark("The last day does not come before the first day."))
    elif entry.kind in ("holiday", "workday") and entry.last - entry.first > _LONGEST_DAYS:
        problem = Reason(mark("Holidays and workdays are single days; a longer pause is a break."))
    else:
        return FileLine(number, text, entry)
    return FileLine(number, text, problem=problem)
