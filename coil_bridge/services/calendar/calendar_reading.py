"""Reads a file of an academic calendar; an iCalendar file in a process of its own.

A stranger may have written it, its parser is not ours, and somebody waits for the page. Tables (CSV) are read
by a few lines of our own that go through them once.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from coil_bridge.errors import InvalidInput, Reason
from coil_bridge.i18n import mark
from coil_bridge.services.calendar.calendar_files import (
    Entry,
    FileLine,
    events_in,
    few_enough,
    is_icalendar,
    read_table,
)
from connectors.apart import TookTooMuch, apart

_SECONDS = 15.0
_MEGABYTES = 1024


def read_file_apart(content: bytes, zone: str, *, seconds: float = _SECONDS) -> list[FileLine]:
    """As ``calendar_files.read_file``; a process that reads events is ended after ``seconds``.

    Raises:
        InvalidInput: against ``file``, as there, or because reading it takes too much.
    """
    if not is_icalendar(content):
        return read_table(content)
    try:
        told = apart(spelled_events, content, zone, seconds=seconds, megabytes=_MEGABYTES)
    except TookTooMuch:
        reason = mark("Reading the calendar file takes too long or too much memory; export it anew.")
        raise InvalidInput({"file": [reason]}) from None
    if "refused" in told:
        raise InvalidInput({"file": told["refused"]})
    return few_enough([_line(each) for each in told["lines"]])


def spelled_events(content: bytes, zone: str) -> dict[str, Any]:
    """The part of the other process: the lines, or the refusal, as JSON carries them."""
    try:
        lines = events_in(content, zone)
    except InvalidInput as error:
        return {"refused": [str(each) for each in error.errors["file"]]}
    return {"lines": [_spelled(each) for each in lines]}


def _spelled(line: FileLine) -> list[Any]:
    entry = line.entry
    return [
        line.number,
        line.text,
        [entry.kind, entry.name, entry.first.isoformat(), entry.last.isoformat()] if entry else None,
        line.problem.data() if line.problem else None,
        line.left_out.data() if line.left_out else None,
    ]


def _line(spelled: list[Any]) -> FileLine:
    number, text, entry, problem, left_out = spelled
    return FileLine(
        number,
        text,
        Entry(entry[0], entry[1], *(date.fromisoformat(day) for day in entry[2:])) if entry else None,
        Reason.of(problem) if problem else None,
        Reason.of(left_out) if left_out else None,
    )
