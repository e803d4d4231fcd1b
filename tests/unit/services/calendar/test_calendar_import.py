"""CSV and iCalendar files into a calendar: looked at first, then all or nothing, twice is once."""

from __future__ import annotations

from datetime import date

import pytest

from coil_bridge.errors import EditConflict, Forbidden, InvalidInput
from coil_bridge.services.calendar.calendar_editing import CalendarEditing
from coil_bridge.services.calendar.calendar_files import Entry, read_file, written
from coil_bridge.services.calendar.calendar_import import CalendarImport, ImportPreview
from coil_bridge.services.calendar.calendar_reading import read_file_apart, spelled_events
from coil_bridge.storage.storage import Storage
from scheduling.terms import Day
from tests.builders import START
from tests.unit.services.consortium import Consortium

BELGRADE = """kind,name,first,last
term,Winter term,2026-10-01,2027-01-15
break,Winter break,2026-12-31,2027-01-08
exams,January examinations,2027-01-18,2027-02-12
holiday,Saint Sava,2027-01-27,
workday,,14.11.2026.,
"""
SHANGHAI = "\r\n".join(
    [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//SNC//Registrar//EN",
        *("BEGIN:VEVENT", "UID:1", "SUMMARY:Autumn semester"),
        *("DTSTART;VALUE=DATE:20260907", "DTEND;VALUE=DATE:20270116", "END:VEVENT"),
        *("BEGIN:VEVENT", "UID:2", "SUMMARY:Weeks 19 and 20", "CATEGORIES:Exams"),
        *("DTSTART;VALUE=DATE:20270104", "DTEND;VALUE=DATE:20270116", "END:VEVENT"),
        *("BEGIN:VEVENT", "UID:3", "SUMMARY:Registration"),
        *("DTSTART;VALUE=DATE:20260905", "END:VEVENT"),
        *("BEGIN:VEVENT", "UID:4", "SUMMARY:Sports day (no classes)"),
        *("DTSTART:20261029T160000Z", "DTEND:20261030T160000Z", "END:VEVENT"),
        *("BEGIN:VEVENT", "UID:5", "SUMMARY:Autumn break", "STATUS:CANCELLED"),
        *("DTSTART;VALUE=DATE:20261019", "DURATION:P5D", "END:VEVENT"),
        "END:VCALENDAR",
        "",
    ]
)


@pytest.fixture
def imports(consortium: Consortium) -> CalendarImport:
    return CalendarImport(storage=consortium.storage, clock=consortium.clock)


def spans(consortium: Consortium) -> list[tuple[str, str, str, str]]:
    with consortium.storage.read() as tx:
        return [
            (each.kind, each.name, f"{each.first}", f"{each.last}")
            for each in tx.academic.spans([consortium.ub.institution.id])
        ]


def outcomes(preview: ImportPreview) -> list[str]:
    return [each.outcome for each in preview.lines]


def test_a_file_is_looked_at_brought_in_and_changes_nothing_the_second_time(
    imports: CalendarImport, consortium: Consortium
) -> None:
    mira, ub, content = consortium.mira, consortium.ub.institution.id, BELGRADE.encode()
    preview = imports.preview(mira, ub, content)
    assert outcomes(preview) == ["new"] * 5
    assert preview.possible
    assert spans(consortium) == []
    imports.apply(mira, ub, preview.rows.encode(), preview.version)
    assert spans(consortium) == [
        ("term", "Winter term", "2026-10-01", "2027-01-15"),
        ("break", "Winter break", "2026-12-31", "2027-01-08"),
        ("exams", "January examinations", "2027-01-18", "2027-02-12"),
    ]
    again = imports.preview(mira, ub, content)
    assert outcomes(again) == ["same"] * 5
    assert not again.possible
    imports.apply(mira, ub, content, again.version)
    view = CalendarEditing(storage=consortium.storage, clock=consortium.clock).get(mira, ub)
    assert (view.version, len(view.spans)) == (1, 3)
    assert [(each.action, each.detail) for each in view.trail] == [
        ("calendar_imported", {"new": 5, "changed": 0, "removed": 0})
    ]
    assert view.calendar.on(date(2027, 1, 27)).kind == "exams"
    assert view.calendar.holidays.on(date(2027, 1, 27)) is not None
    assert view.calendar.on(date(2026, 11, 14)) == Day("teaching", "Winter term")


def test_a_corrected_file_corrects(imports: CalendarImport, consortium: Consortium) -> None:
    mira, ub = consortium.mira, consortium.ub.institution.id
    imports.apply(mira, ub, BELGRADE.encode(), 0)
    corrected = BELGRADE.replace("2027-01-15", "2027-01-22").replace("2027-01-18", "2027-01-25")
    preview = imports.preview(mira, ub, corrected.encode())
    assert outcomes(preview) == ["changed", "same", "changed", "same", "same"]
    before = preview.lines[0].before
    assert before is not None
    assert before.last == date(2027, 1, 15)
    imports.apply(mira, ub, corrected.encode(), preview.version)
    assert spans(consortium)[0] == ("term", "Winter term", "2026-10-01", "2027-01-22")
    assert len(spans(consortium)) == 3


def test_a_whole_file_takes_away_what_it_has_not_and_nothing_else(
    imports: CalendarImport, consortium: Consortium
) -> None:
    """A renamed term would overlap with its old self; what lies outside the file's days stays."""
    mira, ub = consortium.mira, consortium.ub.institution.id
    before = BELGRADE + "term,Summer term,2027-02-15,2027-05-28\n"
    imports.apply(mira, ub, before.encode(), None)
    lines = ["kind,name,first,last", "term,Autumn term,2026-10-01,2027-01-15"]
    anew = "\n".join([*lines, "exams,Exams,2027-01-18,2027-02-12"]).encode()
    assert "problem" in outcomes(imports.preview(mira, ub, anew))
    preview = imports.preview(mira, ub, anew, whole=True)
    assert outcomes(preview) == ["new", "new"]
    assert [each.name for each in preview.gone] == ["Winter term", "Winter break", "January examinations"]
    assert spans(consortium)[0][1] == "Winter term"
    imports.apply(mira, ub, preview.rows.encode(), preview.version, whole=True)
    assert [name for _, name, _, _ in spans(consortium)] == ["Autumn term", "Exams", "Summer term"]
    with consortium.storage.read() as tx:
        assert [each.name for each in tx.academic.overrides([ub])] == ["", "Saint Sava"]
    assert not imports.preview(mira, ub, anew, whole=True).possible


def test_of_a_file_with_errors_nothing_is_brought_in(imports: CalendarImport, consortium: Consortium) -> None:
    mira, ub = consortium.mira, consortium.ub.institution.id
    content = (
        BELGRADE
        + "party,Brucošijada,2026-10-10,2026-10-10\n"
        + "term,Summer term,10/2/2027,2027-06-04\n"
        + "break,Backwards,2027-04-12,2027-04-09\n"
        + "term,Another,2027-01-10,2027-03-01\n"
        + f"break,{'x' * 101},2027-04-01,2027-04-02\n"
        + "holiday,August,2027-08-01,2027-08-31\n"
    ).encode()
    preview = imports.preview(mira, ub, content)
    assert outcomes(preview) == ["problem", *["new"] * 4, *["problem"] * 6]
    assert [(each.line.number, str(each.line.problem)) for each in preview.lines if each.line.problem] == [
        (2, "Another term covers some of these days already."),
        (7, "“party” is no kind: write term, break, exams, holiday or workday."),
        (8, "“10/2/2027” is no day: write it like 2026-10-01."),
        (9, "The last day does not come before the first day."),
        (10, "Another term covers some of these days already."),
        (11, "Write at most 100 characters."),
        (12, "Holidays and workdays are single days; a longer pause is a break."),
    ]
    assert not preview.possible
    with pytest.raises(InvalidInput, match="Line 7: “party” is no kind") as refused:
        imports.apply(mira, ub, content, preview.version)
    assert len(refused.value.errors["file"]) == 7
    assert spans(consortium) == []


def test_a_calendar_file_counts_days_on_the_institutions_clock(
    imports: CalendarImport, consortium: Consortium
) -> None:
    preview = imports.preview(consortium.wei, consortium.snc.institution.id, SHANGHAI.encode())
    assert outcomes(preview) == ["new", "new", "left_out", "new", "left_out"]
    assert [each.line.entry for each in preview.lines if each.line.entry] == [
        Entry("term", "Autumn semester", date(2026, 9, 7), date(2027, 1, 15)),
        Entry("exams", "Weeks 19 and 20", date(2027, 1, 4), date(2027, 1, 15)),
        Entry("break", "Sports day (no classes)", date(2026, 10, 30), date(2026, 10, 30)),
    ]
    assert [str(each.line.left_out) for each in preview.lines if each.line.left_out] == [
        "It does not say whether it is a term, break, examinations or holiday.",
        "It is cancelled.",
    ]
    imports.apply(consortium.wei, consortium.snc.institution.id, preview.rows.encode(), preview.version)
    again = imports.preview(consortium.wei, consortium.snc.institution.id, SHANGHAI.encode())
    assert (again.count("new"), again.count("same")) == (0, 3)


def test_a_process_of_its_own_reads_the_same_and_is_ended_when_it_takes_too_long() -> None:
    broken = b"BEGIN:VCALENDAR\r\nnonsense"
    assert read_file_apart(SHANGHAI.encode(), "Asia/Shanghai") == read_file(
        SHANGHAI.encode(), "Asia/Shanghai"
    )
    assert spelled_events(broken, "UTC") == {"refused": ["The calendar file cannot be read; export it anew."]}
    with pytest.raises(InvalidInput, match="takes too long"):
        read_file_apart(broken, "UTC", seconds=0.001)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["DTSTART;VALUE=DATE:20261001", "RRULE:FREQ=YEARLY"], "It repeats; give each time as an event"),
        (["DTSTART:nonsense"], "Its first or last day cannot be read."),
        (["DURATION:P1D"], "Its first or last day cannot be read."),
    ],
)
def test_events_that_cannot_be_used_say_why(lines: list[str], problem: str) -> None:
    event = ["BEGIN:VEVENT", "UID:1", "SUMMARY:Winter term", *lines, "END:VEVENT"]
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *event, "END:VCALENDAR", ""])
    (line,) = read_file(text.encode(), "Europe/Belgrade")
    assert line.problem is not None
    assert line.problem.startswith(problem)


def test_what_a_spreadsheet_saves_is_read() -> None:
    expected = [Entry("break", 'Raspust; "zimski"', date(2026, 12, 31), date(2027, 1, 8))]
    semicolons = 'Vrsta;Naziv;Od;Do\r\nraspust;"Raspust; ""zimski""";31.12.2026.;8. 1. 2027.\r\n\r\n'
    for encoded in (semicolons.encode("utf-8-sig"), semicolons.replace(";", "\t", 0).encode("utf-16")):
        assert [each.entry for each in read_file(encoded, "Europe/Belgrade")] == expected
    assert [each.entry for each in read_file(written(expected).encode(), "UTC")] == expected


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "name the columns"),
        (b"kind,name,first,last\n", "nothing in the file"),
        (b"Winter term,2026-10-01\n", "name the columns"),
        (b"BEGIN:VCALENDAR\r\nnonsense", "cannot be read"),
        (b"BEGIN:VCALENDAR\r\nSUMMARY;VALUE=DATE,DATE:x\r\nEND:VCALENDAR\r\n", "cannot be read"),
        ("vrsta;ispitni rok;š".encode("cp1250"), "UTF-8"),
        (b"x" * 300_000, "256 KB"),
        (b"kind,first\n" + b"term,2026-10-01\n" * 501, "500 lines"),
    ],
)
def test_what_is_no_such_file_is_refused_whole(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        read_file(content, "Europe/Belgrade")


def test_only_those_who_may_and_only_on_what_they_saw(
    imports: CalendarImport, consortium: Consortium
) -> None:
    ub, content = consortium.ub.institution.id, BELGRADE.encode()
    for call in (imports.preview, lambda *args: imports.apply(*args, version=0)):
        with pytest.raises(Forbidden):
            call(consortium.aigerim, ub, content)
    seen = imports.preview(consortium.mira, ub, content)
    with consortium.storage.write() as tx:
        tx.academic.raise_version(ub, 0, START)
    with pytest.raises(EditConflict):
        imports.apply(consortium.mira, ub, content, seen.version)
    imports.apply(consortium.mira, ub, content, None)
    assert len(spans(consortium)) == 3


def test_an_estimated_date_becomes_certain_by_being_named(
    sqlite_consortium: Consortium, sqlite_storage: Storage
) -> None:
    imports = CalendarImport(storage=sqlite_storage, clock=sqlite_consortium.clock)
    ail = sqlite_consortium.ail.institution.id
    content = b"kind,name,first\nholiday,Eid al-Adha,2027-05-16\nholiday,Independence Day,2026-12-16\n"
    preview = imports.apply(sqlite_consortium.aigerim, ail, content, 0)
    assert outcomes(preview) == ["new", "same"]
    assert outcomes(imports.preview(sqlite_consortium.aigerim, ail, content)) == ["same", "same"]
