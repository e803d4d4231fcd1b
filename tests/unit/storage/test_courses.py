from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coil_bridge.domain import CourseRole
from coil_bridge.storage.courses import CourseRecord, searchable
from coil_bridge.storage.storage import Storage
from tests.builders import START, Build


def test_reading_again_overwrites_what_moodle_says_and_keeps_the_identity(
    storage: Storage, build: Build
) -> None:
    site = build.site()
    with storage.write() as tx:
        first = tx.courses.upsert(
            site.id, [CourseRecord(7, "Latin", "LA"), CourseRecord(8, "Greek", "GR")], START
        )
        again = tx.courses.upsert(site.id, [CourseRecord(7, "Latin II", "LA")], START + timedelta(hours=1))
        course = tx.courses.get(first[7])
    assert again == {7: first[7]}
    assert course is not None
    assert (course.fullname, course.synced_at) == ("Latin II", START + timedelta(hours=1))


def test_a_persons_parts_are_rewritten_for_one_site_only(storage: Storage, build: Build) -> None:
    mira = build.person("Mira Jovanović")
    here, there = build.site("Belgrade"), build.site("Almaty")
    old, new = build.course(here, teachers=[mira]), build.course(here)
    elsewhere = build.course(there, students=[mira])
    with storage.write() as tx:
        tx.courses.replace_enrolments_of_person(mira.id, here.id, {new.id: CourseRole.STUDENT}, START)
        parts = {each.course.id: each.role for each in tx.courses.enrolments(mira.id)}
        assert tx.courses.role_in(mira.id, old.id) is None
    assert parts == {new.id: CourseRole.STUDENT, elsewhere.id: CourseRole.STUDENT}


def test_the_teachers_of_a_course_are_rewritten_and_its_students_stay(storage: Storage, build: Build) -> None:
    mira, vera, jelena = (build.person(name) for name in ("Mira Jovanović", "Vera Kostić", "Jelena Marković"))
    course = build.course(teachers=[mira], students=[jelena, vera])
    with storage.write() as tx:
        tx.courses.replace_people_of_course(course.id, CourseRole.TEACHER, [vera.id], START)
        assert tx.courses.people(course.id) == [vera]
        assert tx.courses.people(course.id, CourseRole.STUDENT) == [jelena]


@pytest.mark.parametrize(
    ("written", "found_by"),
    [("Učenje đaka", "ucenje daka"), ("STRASSE", "straße"), ("Қазақ тілі", "қазақ"), ("跨文化交际", "文化")],
)
def test_words_are_found_without_case_and_accents(written: str, found_by: str) -> None:
    assert searchable(found_by) in searchable(written)


@given(st.text(max_size=40))
def test_a_found_form_is_its_own_found_form(text: str) -> None:
    assert searchable(searchable(text)) == searchable(text)
    assert searchable(text.casefold()) == searchable(text)
