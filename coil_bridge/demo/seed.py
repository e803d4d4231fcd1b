"""Fills the demo's service through its own services: sites, people, a pilot, one pairing under way.

Nothing is written past them. The pairing was proposed some weeks ago, so those steps run on a clock that
stood there; everything else happens now.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from coil_bridge.demo.consortium import Partner, monday_of
from coil_bridge.demo.doors import Door
from coil_bridge.demo.files import upload_files
from coil_bridge.demo.hours import add_hours, load_times
from coil_bridge.demo.inside_moodle import come_to_sessions
from coil_bridge.demo.past_pilot import Class, seed_past_pilot
from coil_bridge.demo.rooms import add_rooms, room_of
from coil_bridge.demo.surveys import add_surveys
from coil_bridge.demo.telling import seed_telling
from coil_bridge.demo.terms import seed_calendar, seed_plan
from coil_bridge.domain import CoilPhase, Course, FeedKind, Model, Pairing, Person, Role, Site
from coil_bridge.services.agreed.proposals import ProposalInput
from coil_bridge.services.agreed.session_plans import PlanInput
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import SYSTEM, Clock, system_clock
from coil_bridge.services.moodles.site_inputs import InstitutionInput, SiteInput
from coil_bridge.services.piloting.pilot_inputs import PhaseInput, PilotInput
from coil_bridge.settings import Settings
from coil_bridge.storage import migrate
from coil_bridge.storage.engine import open_engine
from coil_bridge.wiring.services.installation import build_services
from connectors.meetings.simulator import BigBlueButtonSimulator
from connectors.moodle.simulator import User

_PROPOSED = timedelta(weeks=3)  # before week 0, on a Monday
_MORNING = time(8, 15)


@dataclass(frozen=True)
class _At:
    """A connected site and the address of the teacher behind its door."""

    site: Site
    door_email: str


def seed(
    settings: Settings,
    data: Mapping[str, Any],
    partners: Sequence[Partner],
    past: Sequence[Class],
    meetings: BigBlueButtonSimulator,
) -> list[Door]:
    """Connect the Moodles, add the people, the pilot and the pairing; the doors that follow from it."""
    migrate.upgrade(open_engine(settings.database_url))
    week_zero = monday_of(datetime.now(UTC).date())
    with ExitStack() as open_services:

        def at(start: datetime) -> Services:
            return open_services.enter_context(closing(build_services(settings, clock=_clock_from(start))))

        now = open_services.enter_context(closing(build_services(settings, clock=system_clock)))
        planned_at = datetime.combine(week_zero - _PROPOSED, _MORNING, UTC)
        then = at(planned_at)
        before = datetime.combine(_week(week_zero, data["past"]["starts_week"] - 1), _MORNING, UTC)
        sites = {partner.key: _connect(now, partner) for partner in partners}
        for key, site in sites.items():
            seed_calendar(now, site.institution.id, data["calendars"][key], week_zero)
        administrator = _person(now, data["people"]["administrator"], Role.ADMINISTRATOR)
        lead = _person(now, data["people"]["evaluation_lead"], Role.EVALUATION_LEAD)
        phase_id = _pilot(now, lead, data["pilot"], week_zero)
        add_surveys(now, lead, week_zero)
        add_rooms(now, administrator, meetings, sites["belgrade"].institution.id)
        places = {
            partner.key: _At(sites[partner.key], _door(partner, "teacher").email) for partner in partners
        }
        pairing, partner = _pairing(then, data["pairing"], places, phase_id=phase_id, week_zero=week_zero)
        _pairing(then, data["silent"], places, phase_id=phase_id, week_zero=week_zero)
        seed_telling(at, planned_at, pairing, partner, until=system_clock())
        by_key = {each.key: each for each in partners}
        come_to_sessions(by_key["almaty"], by_key["belgrade"], sites, now, pairing)
        upload_files(now, partner, pairing, {sites[each.key].id: each for each in partners})
        now.calendars.published.publish(lead, FeedKind.PILOT, now.pilots.all(lead)[0].id)
        times = load_times()
        _pairing(now, times["agreed"], places, phase_id=None, week_zero=week_zero)
        add_hours(now, times["hours"], {place: sites[place].institution.id for place in sites})
        seed_past_pilot(at(before), now, lead, facts=data["past"], classes=past, week_zero=week_zero)
        _send_everything(then)
        _send_everything(now)
        now.calendars.moodles.keep_due()
    return [*_moodle_doors(partners, sites), *_role_doors(lead, administrator)]


def _clock_from(start: datetime) -> Clock:
    """A clock that stood at ``start`` when it was made and has gone on since."""
    made = datetime.now(UTC)
    return lambda: start + (datetime.now(UTC) - made)


def _connect(services: Services, partner: Partner) -> Site:
    facts = partner.facts
    institution = InstitutionInput(
        facts["institution"], facts["short_name"], facts["city"], facts["country"], facts["zone"]
    )
    given = SiteInput(institution, partner.moodle.url, partner.moodle.token, f"{facts['short_name']} Moodle")
    site = services.sites.add(SYSTEM, given)
    services.catalogue.sync_site(site.id)
    return site


def _person(services: Services, facts: Mapping[str, str], role: Role) -> Person:
    return services.people.add(SYSTEM, facts["name"], facts["email"], [role])


def _pilot(services: Services, lead: Person, facts: Mapping[str, Any], week_zero: date) -> str:
    """Create the pilot; the id of its first phase."""
    phases = [
        PhaseInput(each["name"], _week(week_zero, each["starts_week"]), _week(week_zero, each["ends_week"]))
        for each in facts["phases"]
    ]
    form = PilotInput(
        name=facts["name"],
        description=facts["description"],
        starts_on=phases[0].starts_on,
        ends_on=phases[-1].ends_on,
        phases=phases,
    )
    pilot = services.pilots.create(lead, form)
    return services.pilots.get(lead, pilot.id).phases[0].phase.id


def _pairing(
    services: Services,
    facts: Mapping[str, Any],
    places: Mapping[str, _At],
    *,
    phase_id: str | None,
    week_zero: date,
) -> tuple[Pairing, Person]:
    """Propose and accept; start and plan what has sessions. Each by somebody who teaches the course.

    The pairing, and the first of the invited teachers.
    """
    own, own_teacher = _course_and_teacher(services, places[facts["initiator"]], facts["course"])
    invited = [
        _course_and_teacher(services, places[each["site"]], each["course"]) for each in facts["partners"]
    ]
    form = ProposalInput(
        own_course_id=own.id,
        partner_course_ids=tuple(course.id for course, _ in invited),
        model=Model(facts["model"]),
        language=facts["language"],
        starts_on=_week(week_zero, facts["starts_week"]),
        ends_on=_week(week_zero, facts["ends_week"]),
        message=facts["message"],
        phase_id=phase_id,
        title=facts["title"],
    )
    pairing = services.pairings.propose(own_teacher, form, f"demo-pairing-{own.id}-{len(invited)}")
    for course, teacher in invited:
        services.pairings.accept(teacher, pairing.id, course.id)
    if facts["sessions"]:
        services.pairings.start(own_teacher, pairing.id)
        seed_plan(services, own_teacher, pairing, facts["plan"])
        zone = own.institution.zone
        _sessions(services, own_teacher, pairing, zone=zone, facts=facts, week_zero=week_zero)
    return pairing, invited[0][1]


def _course_and_teacher(services: Services, at: _At, shortname: str) -> tuple[Course, Person]:
    """The course, and that of its teachers who is behind the door."""
    found = services.catalogue.search(SYSTEM, shortname).items
    course = next(each for each in found if each.site_id == at.site.id and each.shortname == shortname)
    teachers = {person.email: person for person in services.catalogue.sync_teachers(course.id)}
    return course, teachers[at.door_email]


def _sessions(
    services: Services,
    teacher: Person,
    pairing: Pairing,
    *,
    zone: str,
    facts: Mapping[str, Any],
    week_zero: date,
) -> None:
    for position, each in enumerate(facts["sessions"]):
        day = _week(week_zero, each["week"]) + timedelta(days=each["weekday"])
        plan = PlanInput(
            title=each["title"],
            phase=CoilPhase(each["phase"]),
            starts_local=datetime.combine(day, time.fromisoformat(each["time"])),
            zone=zone,
            minutes=each["minutes"],
            count=each["count"],
            room_url=room_of(services, pairing, each.get("room")) or facts["room_url"],
        )
        services.sessions.plan(teacher, pairing.id, plan, f"demo-sessions-{pairing.id}-{position}")


def _send_everything(services: Services) -> None:
    """Deliver what is due; bounded, since what fails is tried again later and must not hold the demo up."""
    for _ in range(20):
        if not sum(services.post.deliver(route) for route in services.post.due_routes()):
            return


def _moodle_doors(partners: Iterable[Partner], sites: Mapping[str, Site]) -> Iterable[Door]:
    for partner, (part, label) in itertools.product(
        partners, [("teacher", "Teacher"), ("student", "Student")]
    ):
        user = _door(partner, part)
        yield Door(
            key=f"{partner.key}-{part}",
            role=label,
            name=f"{user.firstname} {user.lastname}",
            email=user.email,
            site_id=sites[partner.key].id,
            partner=partner,
        )


def _door(partner: Partner, part: str) -> User:
    return partner.account(partner.facts[f"door_{part}"])


def _role_doors(lead: Person, administrator: Person) -> Iterable[Door]:
    for key, role, person in (
        ("evaluation-lead", "Evaluation lead", lead),
        ("administrator", "Administrator", administrator),
    ):
        yield Door(key, role, person.name, person.email or "", "", None)


def _week(week_zero: date, week: int) -> date:
    return week_zero + timedelta(weeks=week)
