"""The form by which a teacher proposes a pairing, and what is asked of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from coil_bridge.domain import (
    Answer,
    Course,
    CourseRole,
    Model,
    PairedCourse,
    Pairing,
    PairingState,
    Person,
    Phase,
    SiteState,
)
from coil_bridge.errors import NotFound
from coil_bridge.i18n import mark
from coil_bridge.services.checks import Problems, check_line, check_text
from coil_bridge.storage.storage import Transaction
from coil_bridge.vault import new_id
from scheduling.zones import to_local

MOST_PARTNERS = 10
LONGEST = timedelta(days=400)
FURTHEST_BACK = timedelta(days=366)
FURTHEST_AHEAD = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class ProposalInput:
    """The form. Dates are days at the proposing institution; without a title the courses give it."""

    own_course_id: str
    partner_course_ids: tuple[str, ...]
    model: Model
    language: str
    starts_on: date
    ends_on: date
    message: str = ""
    phase_id: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The courses and the phase that a form names, found and permitted."""

    own: Course
    partners: tuple[Course, ...]
    phase: Phase | None


def tidy(form: ProposalInput) -> ProposalInput:
    """The form without stray blanks; each partner once, in the order chosen."""
    return replace(
        form,
        partner_course_ids=tuple(dict.fromkeys(form.partner_course_ids)),
        language=form.language.strip(),
        message=form.message.strip(),
        title=form.title.strip(),
    )


def check(tx: Transaction, actor: Person, form: ProposalInput, now: datetime) -> Chosen:
    """Find what the form names and hold it against the rules.

    Raises:
        NotFound: the actor teaches no such course.
        InvalidInput: reasons by field.
    """
    own = _own_course(tx, actor, form.own_course_id)
    problems = Problems()
    partners = _partners(tx, problems, own, form.partner_course_ids)
    phase = tx.pairings.phase(form.phase_id) if form.phase_id else None
    if form.phase_id and phase is None:
        problems.add("phase_id", mark("Choose a phase from the list."))
    check_line(problems, "language", form.language, 30)
    check_text(problems, "message", form.message, 4000)
    if form.title:
        check_line(problems, "title", form.title, 200)
    _check_dates(problems, form, to_local(now, own.institution.zone).date())
    problems.raise_any()
    return Chosen(own, partners, phase)


def as_pairing(form: ProposalInput, chosen: Chosen, actor: Person, now: datetime) -> Pairing:
    """The pairing that the form asks for."""
    mine = PairedCourse(chosen.own, True, Answer.ACCEPTED, actor.id, now)
    invited = (PairedCourse(each, False, Answer.PENDING, None, None) for each in chosen.partners)
    return Pairing(
        id=new_id(),
        title=form.title or _title([chosen.own, *chosen.partners]),
        model=form.model,
        phase=chosen.phase,
        language=form.language,
        starts_on=form.starts_on,
        ends_on=form.ends_on,
        message=form.message,
        state=PairingState.PROPOSED,
        proposed_by=actor.id,
        courses=(mine, *invited),
        version=1,
        created_at=now,
        changed_at=now,
    )


def _own_course(tx: Transaction, actor: Person, course_id: str) -> Course:
    own = tx.courses.get(course_id)
    taught = actor.part(course_id, tx.courses.role_in(actor.id, course_id)) is CourseRole.TEACHER
    if own is None or not taught or own.gone_at is not None:
        raise NotFound(mark("You teach no such course."))
    return own


def _partners(tx: Transaction, problems: Problems, own: Course, ids: Sequence[str]) -> tuple[Course, ...]:
    if not ids:
        problems.add("partner_course_ids", mark("Choose at least one partner's course."))
    if len(ids) > MOST_PARTNERS:
        problems.add("partner_course_ids", mark("Choose at most ten partners' courses."))
        return ()
    found = tx.courses.many(ids)
    active = {each.id for each in tx.sites.all([SiteState.ACTIVE])}
    if own.site_id not in active:
        problems.add("own_course_id", mark("Your Moodle is not connected at the moment."))
    for course_id in ids:
        _check_partner(problems, own, found.get(course_id), active)
    return tuple(found[course_id] for course_id in ids if course_id in found)


def _check_partner(problems: Problems, own: Course, course: Course | None, active: Collection[str]) -> None:
    # One reason for all of these: it does not tell whether a hidden course exists.
    if course is None or not course.visible or course.gone_at is not None or course.site_id not in active:
        problems.add("partner_course_ids", mark("One of these courses cannot be paired; choose it anew."))
    elif course.institution.id == own.institution.id:
        problems.add("partner_course_ids", mark("Choose courses of other universities than your own."))


def _check_dates(problems: Problems, form: ProposalInput, today: date) -> None:
    if form.ends_on <= form.starts_on:
        problems.add("ends_on", mark("The last day comes after the first day."))
    elif form.ends_on - form.starts_on > LONGEST:
        problems.add("ends_on", mark("A pairing lasts at most 400 days."))
    if form.ends_on < today:
        problems.add("ends_on", mark("This day has passed."))
    if not today - FURTHEST_BACK <= form.starts_on <= today + FURTHEST_AHEAD:
        problems.add("starts_on", mark("Choose a first day from a year ago to two years ahead."))


def _title(courses: Sequence[Course]) -> str:
    """The courses' names, shortened so that each keeps an equal share of 200 characters."""
    share = 200 // len(courses) - 3
    return " – ".join(_short(each.fullname, share) for each in courses)


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
