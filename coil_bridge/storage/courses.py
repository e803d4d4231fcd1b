"""Courses as Moodle shows them, and who teaches or attends them: the queries."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from coil_bridge.domain import Course, CourseRole, Enrolment, Person, SiteState
from coil_bridge.storage.people import read_people
from coil_bridge.storage.sites import INSTITUTION_COLUMNS, read_institution
from coil_bridge.storage.tables import course, enrolment, institution, pairing_course, site
from coil_bridge.storage.writes import upsert
from coil_bridge.vault import new_id

_DERIVED = {"site_name", "institution", "url"}
_COURSE_FIELDS = [name for name in Course.__dataclass_fields__ if name not in _DERIVED]
_COURSES = (
    select(
        *(course.c[name] for name in _COURSE_FIELDS),
        site.c.name.label("site_name"),
        site.c.base_url.label("site_base_url"),
        *INSTITUTION_COLUMNS,
    )
    .join(site, site.c.id == course.c.site_id)
    .join(institution, institution.c.id == site.c.institution_id)
)


@dataclass(frozen=True, slots=True)
class CourseRecord:
    """What a Moodle says of one of its courses, dates already on the institution's calendar."""

    moodle_id: int
    fullname: str
    shortname: str
    summary: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    language: str | None = None
    visible: bool = True


def searchable(text: str) -> str:
    """Text as it is searched: no accents, no case ("učenje" is found by "ucenje", on every engine)."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).replace("đ", "d")


def read_course(row: RowMapping) -> Course:
    """A course from a row of ``select_courses``."""
    return Course(
        site_name=row["site_name"],
        institution=read_institution(row),
        url=f"{row['site_base_url']}/course/view.php?id={row['moodle_id']}",
        **{name: row[name] for name in _COURSE_FIELDS},
    )


def select_courses(*more: ColumnElement[Any]) -> Select[Any]:
    """Courses with all that ``read_course`` needs, and further columns."""
    return _COURSES.add_columns(*more) if more else _COURSES


_BY_ID = _COURSES.where(course.c.id.in_(bindparam("ids", expanding=True)))
_ENROLMENTS = (
    select_courses(enrolment.c.role, enrolment.c.seen_at)
    .join(enrolment, enrolment.c.course_id == course.c.id)
    .where(enrolment.c.person_id == bindparam("person_id"))
    .order_by(course.c.fullname, course.c.id)
)


class Courses:
    """Courses as Moodle shows them, and who teaches or attends them, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, course_id: str) -> Course | None:
        """One course, hidden and gone ones too."""
        return self.many([course_id]).get(course_id)

    def many(self, course_ids: Iterable[str]) -> dict[str, Course]:
        """Courses by id; unknown ids are left out."""
        rows = self._connection.execute(_BY_ID, {"ids": list(course_ids)}).mappings()
        return {row["id"]: read_course(row) for row in rows}

    def of_site(self, site_id: str) -> dict[int, str]:
        """Our ids of a site's courses by their Moodle ids, gone ones too."""
        rows = self._connection.execute(
            select(course.c.moodle_id, course.c.id).where(course.c.site_id == site_id)
        )
        return dict(rows.all())

    def count_present(self, site_id: str) -> int:
        """How many courses of a site are there (not gone)."""
        query = select(func.count()).where(course.c.site_id == site_id, course.c.gone_at.is_(None))
        return self._connection.execute(query).scalar_one()

    def upsert(self, site_id: str, records: Iterable[CourseRecord], at: datetime) -> dict[int, str]:
        """Store courses as just seen; our ids by their Moodle ids."""
        known = self.of_site(site_id)
        stored: dict[int, str] = {}
        for record in records:
            stored[record.moodle_id] = known.get(record.moodle_id) or new_id()
            row = _row(record) | {"id": stored[record.moodle_id], "site_id": site_id, "synced_at": at}
            upsert(self._connection, course, row, key=("site_id", "moodle_id"), keep=("id",))
        return stored

    def mark_gone(self, site_id: str, present: Iterable[int], at: datetime) -> int:
        """Mark what the Moodle no longer shows (by the Moodle ids it does show); how many were newly gone."""
        shown = set(present)
        gone = [ours for moodle_id, ours in self.of_site(site_id).items() if moodle_id not in shown]
        result = self._connection.execute(
            update(course).where(course.c.id.in_(gone), course.c.gone_at.is_(None)).values(gone_at=at)
        )
        return result.rowcount

    def search(
        self,
        *,
        words: str,
        institution_id: str | None,
        language: str | None,
        not_of_person: str,
        limit: int,
        offset: int,
    ) -> tuple[list[Course], int]:
        """Visible courses of active sites that the person could pair a course with, and how many in all."""
        own = self.only_institution_of(not_of_person)
        query = select_courses().where(
            site.c.state == SiteState.ACTIVE,
            course.c.visible,
            course.c.gone_at.is_(None),
            course.c.id.not_in(select(enrolment.c.course_id).where(enrolment.c.person_id == not_of_person)),
            *(course.c.search_text.contains(word, autoescape=True) for word in searchable(words).split()),
        )
        if institution_id:
            query = query.where(institution.c.id == institution_id)
        if own:
            query = query.where(institution.c.id != own)
        if language:
            query = query.where(_speaks(language))
        total = self._connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        page = query.order_by(institution.c.name, course.c.fullname, course.c.id).limit(limit).offset(offset)
        return self._courses(page), total

    def only_institution_of(self, person_id: str) -> str | None:
        """Where the person teaches or attends; None for nowhere, and for several, which can be paired."""
        query = (
            select(site.c.institution_id)
            .join(course, course.c.site_id == site.c.id)
            .join(enrolment, enrolment.c.course_id == course.c.id)
            .where(enrolment.c.person_id == person_id)
        )
        found = self._connection.execute(query.distinct().limit(2)).scalars().all()
        return found[0] if len(found) == 1 else None

    def languages(self) -> list[str]:
        """The teaching languages that courses name, for a choice in a form."""
        query = select(course.c.language).where(course.c.language.is_not(None), course.c.gone_at.is_(None))
        found = self._connection.execute(query.distinct()).scalars()
        return sorted(language for language in found if language)

    def paired(self) -> list[str]:
        """The ids of courses that are part of a pairing and still there, on active sites."""
        query = (
            select(course.c.id)
            .join(site, site.c.id == course.c.site_id)
            .where(
                course.c.id.in_(select(pairing_course.c.course_id)),
                course.c.gone_at.is_(None),
                site.c.state == SiteState.ACTIVE,
            )
        )
        return list(self._connection.execute(query.order_by(course.c.id)).scalars())

    def enrolments(self, person_id: str) -> list[Enrolment]:
        """A person's courses with the part played in each, by name."""
        return [
            Enrolment(read_course(row), person_id, CourseRole(row["role"]), row["seen_at"])
            for row in self._connection.execute(_ENROLMENTS, {"person_id": person_id}).mappings()
        ]

    def role_in(self, person_id: str, course_id: str) -> CourseRole | None:
        """A person's part in one course."""
        role = self._connection.execute(
            select(enrolment.c.role).where(
                enrolment.c.person_id == person_id, enrolment.c.course_id == course_id
            )
        ).scalar_one_or_none()
        return CourseRole(role) if role else None

    def people(self, course_id: str, role: CourseRole = CourseRole.TEACHER) -> list[Person]:
        """Who we know to have that part in a course, by name."""
        members = select(enrolment.c.person_id).where(
            enrolment.c.course_id == course_id, enrolment.c.role == role
        )
        return read_people(self._connection, members)

    def replace_enrolments_of_person(
        self, person_id: str, site_id: str, roles: Mapping[str, CourseRole], at: datetime
    ) -> None:
        """Write a person's parts in one site's courses anew (course id to role); other sites' stay."""
        here = select(course.c.id).where(course.c.site_id == site_id)
        self._connection.execute(
            delete(enrolment).where(enrolment.c.person_id == person_id, enrolment.c.course_id.in_(here))
        )
        for course_id, role in roles.items():
            self.enrol(person_id, course_id, role, at)

    def replace_people_of_course(
        self, course_id: str, role: CourseRole, person_ids: Iterable[str], at: datetime
    ) -> None:
        """Write anew who has that part in a course; those with another part stay."""
        self._connection.execute(
            delete(enrolment).where(enrolment.c.course_id == course_id, enrolment.c.role == role)
        )
        for person_id in person_ids:
            self.enrol(person_id, course_id, role, at)

    def end_enrolments(self, course_id: str, person_ids: Iterable[str]) -> None:
        """End the part of these people in a course; feeds and pages are closed to them at once."""
        self._connection.execute(
            delete(enrolment).where(
                enrolment.c.course_id == course_id, enrolment.c.person_id.in_(list(person_ids))
            )
        )

    def end_enrolments_of_site(self, site_id: str) -> None:
        """End everybody's part in every course of a site."""
        here = select(course.c.id).where(course.c.site_id == site_id)
        self._connection.execute(delete(enrolment).where(enrolment.c.course_id.in_(here)))

    def enrol(self, person_id: str, course_id: str, role: CourseRole, at: datetime) -> None:
        """Store or renew one enrolment."""
        row = {"course_id": course_id, "person_id": person_id, "role": role, "seen_at": at}
        upsert(self._connection, enrolment, row, key=("course_id", "person_id"))

    def _courses(self, query: Select[Any]) -> list[Course]:
        return [read_course(row) for row in self._connection.execute(query).mappings()]


def _row(record: CourseRecord) -> dict[str, Any]:
    return {
        "moodle_id": record.moodle_id,
        "fullname": record.fullname,
        "shortname": record.shortname,
        "summary": record.summary,
        "starts_on": record.starts_on,
        "ends_on": record.ends_on,
        "language": record.language,
        "visible": record.visible,
        "gone_at": None,
        "search_text": searchable(f"{record.fullname} {record.shortname} {record.summary}"),
    }


def _speaks(language: str) -> ColumnElement[bool]:
    """A course in "en_us" is a course in "en"; Moodle leaves the language empty unless it is forced."""
    return and_(
        course.c.language.is_not(None),
        or_(course.c.language == language, course.c.language.startswith(f"{language}_", autoescape=True)),
    )
