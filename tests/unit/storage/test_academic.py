"""Academic calendars on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from coil_bridge.services.calendar.academic_calendars import AcademicCalendars
from coil_bridge.storage.academic import AcademicSpan, HolidayOverride
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import new_id
from scheduling.terms import Day
from tests.builders import START, Build


def winter_term(institution_id: str) -> AcademicSpan:
    return AcademicSpan(new_id(), institution_id, "term", "Winter term", date(2026, 10, 1), date(2027, 1, 15))


def test_spans_are_entered_changed_and_taken_away(storage: Storage, build: Build) -> None:
    ub, ail = build.institution("Belgrade"), build.institution("Almaty")
    term = winter_term(ub.id)
    exams = replace(term, id=new_id(), kind="exams", first=date(2027, 1, 18), last=date(2027, 2, 12))
    with storage.write() as tx:
        tx.academic.insert_span(exams)
        tx.academic.insert_span(term)
        assert tx.academic.spans([ub.id, ail.id]) == [term, exams]
        assert tx.academic.spans([ail.id]) == []
        shorter = replace(term, last=date(2027, 1, 8))
        assert tx.academic.update_span(shorter)
        assert not tx.academic.update_span(replace(shorter, institution_id=ail.id))
        assert not tx.academic.delete_span(ail.id, exams.id)
        assert tx.academic.delete_span(ub.id, exams.id)
        assert tx.academic.spans([ub.id]) == [shorter]


def test_days_are_changed_and_left_to_the_package_again(storage: Storage, build: Build) -> None:
    ub = build.institution("Belgrade")
    day = HolidayOverride(ub.id, date(2027, 1, 27), "holiday", "Saint Sava")
    with storage.write() as tx:
        tx.academic.set_override(replace(day, kind="ordinary", name=""))
        tx.academic.set_override(day)
        assert tx.academic.overrides([ub.id]) == [day]
        assert tx.academic.delete_override(ub.id, day.day)
        assert not tx.academic.delete_override(ub.id, day.day)


def test_of_two_who_change_the_same_version_one_does(storage: Storage, build: Build) -> None:
    ub, later = build.institution("Belgrade"), START + timedelta(hours=1)
    with storage.write() as tx:
        assert (tx.academic.version(ub.id), tx.academic.changed_at(ub.id)) == (0, None)
        assert tx.academic.raise_version(ub.id, 0, START)
        assert not tx.academic.raise_version(ub.id, 0, later)
        assert tx.academic.raise_version(ub.id, 1, later)
        assert not tx.academic.raise_version(ub.id, 1, START)
        assert (tx.academic.version(ub.id), tx.academic.changed_at(ub.id)) == (2, later)


def test_rows_become_calendars_by_institution(storage: Storage, build: Build) -> None:
    ub, ail = build.institution("Belgrade"), build.institution("Almaty")
    with storage.write() as tx:
        tx.academic.insert_span(winter_term(ub.id))
        tx.academic.set_override(HolidayOverride(ub.id, date(2027, 1, 14), "holiday", "Faculty day"))
    found = AcademicCalendars(storage=storage).of([ail.id, ub.id, "nobody"])
    assert list(found) == [ail.id, ub.id]
    assert (found[ub.id].zone, found[ub.id].entered, found[ail.id].entered) == (
        "Europe/Belgrade",
        True,
        False,
    )
    assert found[ub.id].on(date(2027, 1, 14)) == Day("holiday", "Faculty day")
    assert found[ub.id].on(date(2026, 11, 11)) == Day("holiday", "Armistice Day")
    assert found[ail.id].on(date(2027, 1, 14)) == Day("teaching")
