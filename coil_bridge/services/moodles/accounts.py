"""Accounts in a partner's Moodle as persons here.

A person is found by the Moodle and the account's number there and by nothing else: a name or an address
can be changed by its owner, or be the same in two Moodles.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from coil_bridge.domain import Institution, Person
from coil_bridge.i18n import DEFAULT_LANGUAGE
from coil_bridge.storage.courses import CourseRecord
from coil_bridge.storage.people import MOODLE, Identity
from coil_bridge.storage.storage import Transaction
from coil_bridge.vault import new_id
from connectors.moodle.records import MoodleCourse
from scheduling.zones import UnknownZone, resolve_zone, to_local

_NAME_LENGTH, _EMAIL_LENGTH, _SUMMARY_LENGTH = 255, 254, 5000
log = structlog.get_logger(__name__)

_COURSE_NAME_LENGTH = 1333  # as long as Moodle 5 lets it be (254 before)


@dataclass(frozen=True, slots=True)
class Account:
    """What a Moodle says of an account; ``None`` where it does not say."""

    user_id: int
    name: str
    email: str | None = field(default=None, repr=False)
    language: str | None = None
    zone: str | None = None


def remember(tx: Transaction, site_id: str, account: Account, at: datetime) -> Person:
    """Store an account as a person, or bring the person up to date.

    Name and address follow Moodle; language and zone only fill what the person has not chosen here. Who has
    a role keeps the address to which it was given: sign-in links go there.
    """
    identity = Identity(MOODLE, site_id, str(account.user_id))
    known = tx.people.by_identity(identity)
    email = account.email if account.email and len(account.email) <= _EMAIL_LENGTH else None
    name = account.name[:_NAME_LENGTH]
    if known is None:
        person = Person(new_id(), name, email, account.language, account.zone)
        tx.people.insert(person, at)
        tx.people.add_identity(person.id, identity)
        return person
    person = replace(
        known,
        name=name,
        email=known.email if known.roles else email or known.email,
        language=known.language or account.language,
        zone=known.zone or account.zone,
    )
    if person != known:
        tx.people.update(person)
    return person


def our_language(moodle_language: str | None) -> str | None:
    """The interface language for one of Moodle's codes ("sr_lt" is Serbian in Latin letters)."""
    code = (moodle_language or "").lower().replace("-", "_")
    if code.startswith("sr"):
        return "sr_Latn"
    return DEFAULT_LANGUAGE if code == "en" or code.startswith("en_") else None


def our_zone(spelling: str | None, institution: Institution) -> str | None:
    """An account's time zone, ``None`` when it is not told or nobody can say what it means.

    The person then sees the institution's clock; what the Moodle wrote, and why it is no zone, is logged.
    """
    if spelling is None:
        return None
    try:
        return resolve_zone(spelling, site_default=institution.zone, country=institution.country)
    except UnknownZone as error:
        log.warning("zone_not_understood", institution=institution.short_name, reason=str(error))
        return None


def course_record(course: MoodleCourse, zone: str) -> CourseRecord:
    """A course as it is stored; Moodle's instants become days on the institution's calendar."""
    return CourseRecord(
        moodle_id=course.id,
        fullname=course.full_name[:_COURSE_NAME_LENGTH],
        shortname=course.short_name[:255],
        summary=course.summary[:_SUMMARY_LENGTH],
        starts_on=to_local(course.starts_at, zone).date() if course.starts_at else None,
        ends_on=to_local(course.ends_at, zone).date() if course.ends_at else None,
        language=course.lang or None,
        visible=course.visible is True,
    )
