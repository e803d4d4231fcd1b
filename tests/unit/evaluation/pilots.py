"""Small pilots for tests of pure functions: three universities in two pairings, people as pseudonyms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from coil_bridge.domain import Institution, PairingState, Pilot, SiteState
from coil_bridge.evaluation.participation import GroupTable, tabulate
from coil_bridge.evaluation.records import DayCount, Member, Part, PilotCourse

MADE_AT = datetime(2026, 11, 22, 9, 24, tzinfo=UTC)
OBSERVED = datetime(2026, 11, 8, 6, 0, tzinfo=UTC)
COVERED_TO = date(2026, 11, 8)

BELGRADE = Institution(
    "ub", "University of Belgrade", "UB", "Belgrade", "RS", None, "Europe/Belgrade", time(8), time(20)
)
ALMATY = Institution(
    "ail", "Almaty Institute of Languages", "AIL", "Almaty", "KZ", None, "Asia/Almaty", time(9), time(19)
)
SHANGHAI = Institution(
    "snc", "Shanghai Normal College", "SNC", "Shanghai", "CN", None, "Asia/Shanghai", time(8), time(21)
)

PILOT = Pilot(
    id="pilot",
    name="Pilot 2026/27",
    description="",
    starts_on=date(2026, 9, 1),
    ends_on=date(2027, 7, 31),
    suppression_threshold=10,
    key_destroyed_at=None,
    created_at=datetime(2026, 9, 1, tzinfo=UTC),
)


def course(institution: Institution = BELGRADE, pairing_id: str = "voices", **changes: Any) -> PilotCourse:
    """A course of a pairing that runs from Thursday 1 October to Friday 18 December 2026."""
    value = PilotCourse(
        pairing_id=pairing_id,
        pairing_title=f"Pairing {pairing_id}",
        pairing_state=PairingState.ACTIVE,
        model="COIL",
        phase_id="autumn",
        phase_name="Autumn",
        starts_on=date(2026, 10, 1),
        ends_on=date(2026, 12, 18),
        course_id=f"{institution.id}-{pairing_id}",
        course_name="Intercultural Communication",
        moodle_id=4,
        site_id=f"site-{institution.id}",
        site_name=f"{institution.short_name} Moodle",
        site_state=SiteState.ACTIVE,
        institution=institution,
    )
    return replace(value, **changes)


def member(of: PilotCourse, pseudonym: str, part: Part = Part.STUDENT, **changes: Any) -> Member:
    """Somebody in a course of whom nothing else is known."""
    value = Member(of.pairing_id, of.course_id, pseudonym, part, None, None, OBSERVED)
    return replace(value, **changes)


def students(of: PilotCourse, count: int) -> list[Member]:
    """So many students, named after the course."""
    return [member(of, f"{of.course_id}-{number:02}") for number in range(count)]


def wrote(who: Member, day: date, posts: int = 1, replies: int = 0) -> DayCount:
    """What somebody wrote on a day."""
    return DayCount(who.pairing_id, who.course_id, who.pseudonym, day, posts, replies)


def table(
    courses: list[PilotCourse],
    members: list[Member],
    days: list[DayCount] | None = None,
    *,
    covered: Mapping[tuple[str, str], date] | None = None,
    threshold: int = 10,
) -> tuple[GroupTable, ...]:
    """The groups, everything pulled up to 8 November 2026 unless told otherwise."""
    everything = {(each.pairing_id, each.course_id): COVERED_TO for each in courses}
    return tabulate(courses, members, days or [], everything if covered is None else covered, threshold)
