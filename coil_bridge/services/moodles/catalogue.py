"""The consortium's courses: read from each Moodle in the background, searched and shown from storage.

No page waits for a Moodle: it shows what was last known, and since when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from coil_bridge.domain import Course, CourseRole, Enrolment, Institution, Person, Role, SiteState
from coil_bridge.errors import NotFound
from coil_bridge.i18n import mark
from coil_bridge.services.context import Clock, Page
from coil_bridge.services.moodles.accounts import Account, course_record, remember
from coil_bridge.services.moodles.partners import PartnerFailed, Partners
from coil_bridge.services.moodles.roster_fallback import RosterFallback
from coil_bridge.storage.people import MOODLE, Identity
from coil_bridge.storage.storage import Storage, Transaction
from connectors.moodle.client import MoodleClient
from connectors.moodle.records import EnrolledUser, MoodleCourse

SYNC_SITE = "sync_site"
SYNC_TEACHERS = "sync_teachers"
PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What reading a catalogue brought, in courses."""

    read: int
    stored: int
    gone: int


class Catalogue:
    """Reads, searches and shows courses."""

    def __init__(
        self, *, storage: Storage, clock: Clock, partners: Partners, launched: RosterFallback
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._partners = partners
        self._launched = launched

    def search(
        self,
        actor: Person,
        text: str = "",
        institution_id: str | None = None,
        language: str | None = None,
        page: int = 1,
    ) -> Page[Course]:
        """Visible courses of active sites elsewhere; words in any order, accents aside."""
        number = max(page, 1)
        with self._storage.read() as tx:
            found, total = tx.courses.search(
                words=text,
                institution_id=institution_id,
                language=language,
                not_of_person=actor.id,
                limit=PAGE_SIZE,
                offset=(number - 1) * PAGE_SIZE,
            )
        return Page(tuple(found), number, PAGE_SIZE, total)

    def institutions(self, actor: Person) -> list[Institution]:
        """The institutions with an active site whose courses ``search`` can find, to choose from."""
        with self._storage.read() as tx:
            sites = tx.sites.all([SiteState.ACTIVE])
            own = tx.courses.only_institution_of(actor.id)
        found = {site.institution.id: site.institution for site in sites}
        return [each for each in found.values() if each.id != own]

    def languages(self) -> list[str]:
        """The teaching languages (Moodle's codes) that courses name, to choose from."""
        with self._storage.read() as tx:
            return tx.courses.languages()

    def own_courses(self, actor: Person) -> list[Enrolment]:
        """The person's courses as last seen in Moodle (``seen_at``)."""
        with self._storage.read() as tx:
            found = tx.courses.enrolments(actor.id)
        return [replace(each, role=actor.part(each.course.id, each.role) or each.role) for each in found]

    def course(self, actor: Person, course_id: str) -> Course:
        """A course that the person can find or has a part in; administrators and leads see all.

        Raises:
            NotFound: every other course.
        """
        with self._storage.read() as tx:
            course = tx.courses.get(course_id)
            if course and (_oversees(actor) or tx.courses.role_in(actor.id, course_id)):
                return course
            site = tx.sites.get(course.site_id) if course else None
        if course and site and site.state is SiteState.ACTIVE and course.visible and course.gone_at is None:
            return course
        raise NotFound(mark("There is no such course."))

    def refresh(self, actor: Person, site_id: str) -> bool:
        """Have a site read again soon; ``False`` when that is already on its way.

        Raises:
            NotFound: no such site, or none of the person's.
        """
        with self._storage.write() as tx:
            mine = any(each.course.site_id == site_id for each in tx.courses.enrolments(actor.id))
            if tx.sites.get(site_id) is None or not (mine or _oversees(actor)):
                raise NotFound(mark("There is no such site, or it has been removed."))
            return self.queue_sync(tx, site_id)

    def queue_sync(self, tx: Transaction, site_id: str) -> bool:
        """Queue the reading of a site in the caller's transaction; ``False`` when it is queued already."""
        return tx.tasks.queue(
            SYNC_SITE,
            {"site_id": site_id},
            at=self._clock(),
            site_id=site_id,
            dedup_key=f"{SYNC_SITE}:{site_id}",
        )

    def queue_all(self) -> None:
        """Queue the reading of every active site."""
        with self._storage.write() as tx:
            for site in tx.sites.all([SiteState.ACTIVE]):
                self.queue_sync(tx, site.id)

    def queue_teachers(self) -> None:
        """Queue the reading of who belongs to the paired courses, as people change in mid-term."""
        with self._storage.write() as tx:
            for course in tx.courses.many(tx.courses.paired()).values():
                queue_teachers(tx, course.id, course.site_id, self._clock())

    def sync_site(self, site_id: str) -> SyncReport:
        """Read a site's courses and store them; those it no longer shows are marked as gone.

        A site that suddenly shows none at all has most likely lost a permission: nothing is marked then.

        Raises:
            NotFound, PartnerUnavailable: as ``Partners.call``.
        """
        courses = self._partners.call(site_id, MoodleClient.courses)
        now = self._clock()
        with self._storage.write() as tx:
            site = tx.sites.get(site_id)
            if site is None or site.state is SiteState.REMOVED:
                raise NotFound(mark("There is no such site, or it has been removed."))
            records = [course_record(each, site.institution.zone) for each in courses if _is_course(each)]
            stored = tx.courses.upsert(site_id, records, now)
            gone = tx.courses.mark_gone(site_id, stored, now) if stored else 0
            tx.sites.set_courses_synced(site_id, now)
        return SyncReport(read=len(courses), stored=len(stored), gone=gone)

    def sync_teachers(self, course_id: str) -> list[Person]:
        """Read who teaches a course and store them as persons; students who have left it lose their part.

        Where the Moodle's token may not list people, teachers come from the roster of launches.
        Students are stored when they sign in and never here.
        An empty answer is not believed when teachers are known: separate groups or a lost permission make
        Moodle answer with nobody at all, and a pairing must not lose its teachers by that.

        Raises:
            NotFound: no such course.
            PartnerUnavailable: as ``Partners.call``.
        """
        with self._storage.read() as tx:
            course = tx.courses.get(course_id)
        if course is None:
            raise NotFound(mark("There is no such course."))
        try:
            enrolled = self._partners.call(
                course.site_id, lambda client: client.enrolled_users(course.moodle_id, only_active=True)
            )
        except PartnerFailed as failure:
            self._launched.store_teachers(course, failure)
            enrolled = ()
        now = self._clock()
        with self._storage.write() as tx:
            if enrolled:
                people = [
                    remember(tx, course.site_id, _account(each), now) for each in enrolled if each.is_teacher
                ]
                tx.courses.replace_people_of_course(
                    course_id, CourseRole.TEACHER, [person.id for person in people], now
                )
                _let_students_go(tx, course, enrolled)
                tx.rooms.set_size(course_id, len(enrolled), now)
            return tx.courses.people(course_id)

    def perform_sync(self, payload: Mapping[str, Any]) -> None:
        """The task of ``queue_sync``."""
        self.sync_site(payload["site_id"])

    def perform_teachers(self, payload: Mapping[str, Any]) -> None:
        """The task of ``queue_teachers``."""
        self.sync_teachers(payload["course_id"])


def queue_teachers(tx: Transaction, course_id: str, site_id: str, at: datetime) -> None:
    """Queue the reading of who belongs to a course, in the caller's transaction."""
    tx.tasks.queue(
        SYNC_TEACHERS,
        {"course_id": course_id},
        at=at,
        site_id=site_id,
        dedup_key=f"{SYNC_TEACHERS}:{course_id}",
    )


def _let_students_go(tx: Transaction, course: Course, enrolled: Iterable[EnrolledUser]) -> None:
    """End the part of students whom the Moodle shows no more; a roster without any is not believed."""
    there = {str(each.id) for each in enrolled if each.is_student}
    if not there:
        return
    known = [person.id for person in tx.courses.people(course.id, CourseRole.STUDENT)]
    gone = [
        person_id
        for person_id, ways_in in tx.people.identities(known).items()
        # Who has come by a launch alone is in no roster that could be compared.
        if (here := _accounts_at(course.site_id, ways_in)) and there.isdisjoint(here)
    ]
    tx.courses.end_enrolments(course.id, gone)


def _accounts_at(site_id: str, identities: Iterable[Identity]) -> set[str]:
    return {each.subject for each in identities if (each.kind, each.issuer) == (MOODLE, site_id)}


def _account(user: EnrolledUser) -> Account:
    return Account(user.id, user.full_name, user.email)


def _is_course(course: MoodleCourse) -> bool:
    return not course.is_front_page and course.can_be_entered


def _oversees(actor: Person) -> bool:
    return not actor.roles.isdisjoint({Role.ADMINISTRATOR, Role.EVALUATION_LEAD})
