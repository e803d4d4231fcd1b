"""What a genuine launch means here: who this is, in which course and part, and where to go.

- The person behind (issuer, client, deployment, subject) is the same as the one who signs in by a link
  from that Moodle: Moodle's ``sub`` is the account's number. Custom variables say nothing about who
  somebody is, because a teacher can set them on a link.
- A launch writes the part in exactly its own course. A teacher on record who arrives as a learner may have
  switched the role: this session is a learner's, and the record waits for what the course's list says.
- A Moodle administrator arrives with a teacher's role in every course and is a teacher only where on record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from coil_bridge.domain import CourseRole, PairingState, Person, Role, Site
from coil_bridge.errors import NotFound
from coil_bridge.i18n import mark
from coil_bridge.lti.claims import MessageType
from coil_bridge.lti.messages import Message
from coil_bridge.services.context import Clock
from coil_bridge.services.launching.launch_sessions import launched
from coil_bridge.services.moodles.accounts import our_language, our_zone
from coil_bridge.services.moodles.catalogue import queue_teachers
from coil_bridge.storage.courses import CourseRecord
from coil_bridge.storage.lti_courses import lti_identity
from coil_bridge.storage.lti_records import LaunchScope, LtiContext, Platform, ResourceKind
from coil_bridge.storage.people import MOODLE, Identity
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import new_id
from scheduling.zones import to_local

_FRONT_PAGE = 1  # Moodle's front page is a course to LTI, but nobody's
_LARGEST_ID = 2**31 - 1
_NOTED_EVERY = timedelta(minutes=1)
_NAME_LENGTH, _EMAIL_LENGTH = 255, 254
# The pairings that a course counts as paired by, the one to show first.
_LIVE = (PairingState.ACTIVE, PairingState.ACCEPTED, PairingState.PROPOSED)


class Place(StrEnum):
    """The pages on which a launch can end."""

    FIND_PARTNER = "find_partner"
    PAIRING = "pairing"
    SESSIONS = "sessions"
    NEXT_SESSION = "next_session"
    TEAM = "team"
    READINESS = "readiness"
    PILOTS = "pilots"
    PICK = "pick"
    HOME = "home"


@dataclass(frozen=True, slots=True)
class Landing:
    """A page, and the one thing that it is about: a course, a pairing or a site."""

    place: Place
    subject_id: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who has come, what the session may be, and where it begins."""

    person: Person
    scope: LaunchScope
    landing: Landing


class Launches:
    """Receives people from their courses."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def enter(self, message: Message) -> Arrival:
        """Remember the person and the part in the course; all of it or nothing.

        Raises:
            NotFound: the site was removed in this very moment.
        """
        now = self._clock()
        with self._storage.write() as tx:
            site = tx.sites.get(message.platform.site_id)
            if site is None:
                raise NotFound(mark("There is no such site, or it has been removed."))
            _note_launch(tx, message.platform, now)
            person = _person(tx, message, site, now)
            scope = self._scope(tx, message, site, person)
            _keep_services(tx, message, scope, now)
            tx.people.set_last_seen(person.id, now)
            return Arrival(
                person=launched(person, scope),
                scope=scope,
                landing=_landing(tx, message, person, scope, site),
            )

    def _scope(self, tx: Transaction, message: Message, site: Site, person: Person) -> LaunchScope:
        course_id = _course(tx, message, site, self._clock())
        part = _part(tx, message, person, course_id)
        if course_id and part:
            self._enrol(tx, person, site, course_id, part)
        return LaunchScope(
            person_id=person.id,
            platform_id=message.platform.id,
            deployment_id=message.deployment_id,
            subject=message.subject,
            course_id=course_id,
            part=part,
            administers=message.roles.administrator,
        )

    def _enrol(self, tx: Transaction, person: Person, site: Site, course_id: str, part: CourseRole) -> None:
        """Keep the part, but for a teacher on record who comes as a learner: the course's list decides."""
        now, recorded = self._clock(), tx.courses.role_in(person.id, course_id)
        if part is CourseRole.STUDENT and recorded is CourseRole.TEACHER:
            tx.launch_parts.forget_teacher(person.id, course_id)
            queue_teachers(tx, course_id, site.id, now)
            return
        if part is CourseRole.TEACHER:
            tx.launch_parts.add_teacher(person.id, course_id)
        tx.courses.enrol(person.id, course_id, part, now)


def _note_launch(tx: Transaction, platform: Platform, now: datetime) -> None:
    """Keep when the platform was last launched from; to the minute, or a lecture hall would queue for it."""
    last = platform.last_launch_at
    if last is None or now - last >= _NOTED_EVERY:
        tx.lti.set_launched(platform.id, now)


def _person(tx: Transaction, message: Message, site: Site, now: datetime) -> Person:
    """The person of this launch, brought up to date, with every way in that leads to the same one."""
    ways = [lti_identity(message.platform.id, message.deployment_id, message.subject)]
    if message.subject.isascii() and message.subject.isdecimal():
        ways.append(Identity(MOODLE, site.id, str(int(message.subject))))
    known = _known(tx, ways[:1])
    first_time = known is None
    if first_time:
        tx.lti.locked(message.platform.id)  # two first launches of one person at once must find each other
        known = _known(tx, ways)
    person = _told(message, site, known)
    if known is None:
        tx.people.insert(person, now)
    elif person != known:
        tx.people.update(person)
    for way in ways if first_time else ():
        tx.lti_courses.add_identity(person.id, way)
    return person


def _known(tx: Transaction, ways: list[Identity]) -> Person | None:
    return next((found for way in ways if (found := tx.people.by_identity(way))), None)


def _told(message: Message, site: Site, known: Person | None) -> Person:
    """Name and address follow Moodle, language and zone only fill gaps; privacy settings may say nothing.

    Who has a role keeps the address to which it was given (see ``accounts.remember``).
    """
    email = message.email if 0 < len(message.email) <= _EMAIL_LENGTH else None
    language = our_language(message.locale)
    zone = our_zone(message.custom.zone, site.institution)
    name = message.name[:_NAME_LENGTH]
    if known is None:
        nameless = f"{site.institution.short_name} {message.subject}"[:_NAME_LENGTH]
        return Person(new_id(), name or nameless, email, language, zone)
    return replace(
        known,
        name=name or known.name,
        email=known.email if known.roles else email or known.email,
        language=known.language or language,
        zone=known.zone or zone,
    )


def _course(tx: Transaction, message: Message, site: Site, now: datetime) -> str | None:
    """The course of a launch; one that was made after the last reading of the site is stored now."""
    context = message.context
    if context is None or not (context.id.isascii() and context.id.isdecimal()):
        return None
    moodle_id = int(context.id)
    if moodle_id == _FRONT_PAGE or moodle_id > _LARGEST_ID:
        return None
    known = tx.lti_courses.course_id(site.id, moodle_id)
    if known is not None:
        return known
    return tx.courses.upsert(site.id, [_course_record(message, site, moodle_id)], now)[moodle_id]


def _course_record(message: Message, site: Site, moodle_id: int) -> CourseRecord:
    context, zone = message.context, site.institution.zone
    title = (context.title or context.label) if context else ""
    begins, ends = message.custom.begins_at, message.custom.ends_at
    return CourseRecord(
        moodle_id=moodle_id,
        fullname=(title or f"{site.institution.short_name} {moodle_id}")[:1333],
        shortname=(context.label if context else "")[:255],
        starts_on=to_local(begins, zone).date() if begins else None,
        ends_on=to_local(ends, zone).date() if ends else None,
    )


def _part(tx: Transaction, message: Message, person: Person, course_id: str | None) -> CourseRole | None:
    part = message.roles.part
    if course_id is None or not message.roles.administrator:
        return part if course_id else None
    recorded = tx.courses.role_in(person.id, course_id)
    return recorded if part is CourseRole.TEACHER else part


def _keep_services(tx: Transaction, message: Message, scope: LaunchScope, now: datetime) -> None:
    """Where the course's roster and gradebook are; a launch that names neither tells nothing new."""
    if message.context is None or scope.course_id is None or not (message.roster_url or message.grades):
        return
    tx.lti_courses.upsert_context(
        LtiContext(
            platform_id=scope.platform_id,
            deployment_id=scope.deployment_id,
            context_id=message.context.id,
            course_id=scope.course_id,
            roster_url=message.roster_url,
            line_items_url=message.grades.line_items_url if message.grades else None,
            grade_scopes=message.grades.scopes if message.grades else (),
            seen_at=now,
        )
    )


def _landing(tx: Transaction, message: Message, person: Person, scope: LaunchScope, site: Site) -> Landing:
    if message.type is MessageType.DEEP_LINKING:
        return Landing(Place.PICK, scope.course_id)
    if Role.EVALUATION_LEAD in person.roles:
        return Landing(Place.PILOTS)
    if scope.administers and scope.part is None:
        return Landing(Place.READINESS, site.id)
    if scope.course_id is None or scope.part is None:
        return Landing(Place.HOME)
    return _in_course(tx, _resource_kind(tx, message, site), scope.part, scope.course_id)


def _in_course(tx: Transaction, kind: ResourceKind, part: CourseRole, course_id: str) -> Landing:
    shown = _SHOWN.get(kind, Place.SESSIONS)
    if part is CourseRole.STUDENT:
        return Landing(shown, course_id)
    found = tx.lti_courses.pairings_of(course_id, _LIVE)
    if not found:
        return Landing(Place.FIND_PARTNER, course_id)
    agreed = [state for _, state in found if state is not PairingState.PROPOSED]
    if shown is not Place.SESSIONS or len(agreed) > 1:  # several: the course's page leads to each
        return Landing(shown, course_id)
    return Landing(Place.PAIRING, min(found, key=lambda each: _LIVE.index(each[1]))[0])


_SHOWN = {ResourceKind.NEXT: Place.NEXT_SESSION, ResourceKind.TEAM: Place.TEAM}


def _resource_kind(tx: Transaction, message: Message, site: Site) -> ResourceKind:
    """What the link shows; the id is ours, so a link in a copied course shows the same for the new course."""
    resource_id = message.custom.resource_id
    found = tx.lti_courses.resource(resource_id) if resource_id else None
    return found.kind if found and found.site_id == site.id else ResourceKind.SESSIONS
