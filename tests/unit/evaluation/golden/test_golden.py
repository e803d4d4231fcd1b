"""Every indicator of the small pilot is what NOTES.md says, and nothing is published that it withholds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from coil_bridge.evaluation.definitions.registry import CompletionRule
from coil_bridge.evaluation.facts import Rules, gather
from coil_bridge.evaluation.figures import UnitFigures, figures_of
from coil_bridge.evaluation.participation import GroupStatus
from coil_bridge.evaluation.publication import publish
from coil_bridge.evaluation.published import OTHER, Published, Values
from tests.unit.evaluation.golden.world import COURSES, stored

WEEKS = [date(2026, 10, 12), date(2026, 10, 19), date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 9)]


@pytest.fixture(scope="module")
def units() -> dict[str, UnitFigures]:
    found = figures_of(stored()).units
    return {name: found[course.group] for name, course in COURSES.items() if course.group in found}


@pytest.fixture(scope="module")
def published() -> Published:
    return publish(figures_of(stored()))


def completing(unit: UnitFigures) -> int:
    return unit.by_moodle + unit.by_sessions


def at(published: Published, axis: str, name: str) -> Values:
    return next(each for each in published.of(axis) if each.place.name == name)


def test_who_is_counted(units: dict[str, UnitFigures]) -> None:
    assert {name: (unit.enrolled, unit.invited_only, unit.staff) for name, unit in units.items()} == {
        "V-Belgrade": (6, 1, 1),
        "V-Almaty": (5, 0, 0),
        "W-Belgrade": (5, 0, 0),
        "W-Shanghai": (5, 0, 0),
    }


def test_the_funnel(units: dict[str, UnitFigures]) -> None:
    assert {name: (unit.enrolled, unit.active, completing(unit)) for name, unit in units.items()} == {
        "V-Belgrade": (6, 5, 4),
        "V-Almaty": (5, 5, 0),
        "W-Belgrade": (5, 1, 0),
        "W-Shanghai": (5, 5, 5),
    }


def test_the_first_set_of_definitions_completes_by_moodle_alone() -> None:
    value = figures_of(stored(rules=Rules(completion=CompletionRule.MOODLE)))
    assert [unit.by_moodle for unit in value.units.values()] == [4, 0, 0, 0]
    # Five complete by the second set only; the first would show four, who are too few.
    assert (publish(value).whole.active, publish(value).whole.completing) == (16, None)


def test_days_and_time_on_task(units: dict[str, UnitFigures]) -> None:
    assert [(unit.active_days.total, unit.active_days.people) for unit in units.values()] == [
        (6, 5),
        (4, 4),
        (1, 1),
        (5, 5),
    ]
    assert [(unit.on_task.total, unit.on_task.people) for unit in units.values()] == [
        (40, 1),
        (60, 3),
        (0, 0),
        (0, 0),
    ]


def test_an_event_on_the_boundary_counts_once() -> None:
    people = gather(stored()).people
    day = date(2026, 10, 31).toordinal()
    assert [group.pairing_id for (group, _), person in people.items() if day in person.days] == ["w"]


def test_weeks(units: dict[str, UnitFigures]) -> None:
    assert [[unit.weeks[week] for week in WEEKS] for unit in units.values()] == [
        [0, 5, 1, 0, 0],
        [0, 4, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 0, 0, 5, 0],
    ]


def test_sessions_and_contact(units: dict[str, UnitFigures]) -> None:
    assert [
        (unit.contact.total, unit.estimated.total, unit.attendances.total) for unit in units.values()
    ] == [(555, 0, 10), (500, 470, 5), (0, 0, 0), (450, 0, 5)]


def test_replies(units: dict[str, UnitFigures]) -> None:
    belgrade, almaty = units["V-Belgrade"], units["V-Almaty"]
    assert (belgrade.within.total, belgrade.within.people, belgrade.cross.total) == (3, 2, 1)
    assert (almaty.within.total, almaty.cross.total, almaty.cross.people) == (0, 2, 1)
    assert [unit.isolated for unit in units.values()] == [2, 5, 5, 5]
    dyads = figures_of(stored()).dyads["v"]
    assert (dyads.pairs, dyads.mutual, dyads.people, dyads.mutual_people) == (3, 2, 5, 4)


def test_the_pilot_as_published(published: Published) -> None:
    whole = published.whole
    assert (whole.invited, whole.enrolled, whole.active, whole.completing) == (None, 21, 16, 9)
    assert (whole.sessions_held, whole.session_minutes) == (3, 210)
    assert (whole.contact_minutes, whole.estimated_minutes, whole.attendances) == (1505, 470, 20)
    assert (whole.active_days, whole.on_task_minutes) == (None, None)
    assert (whole.replies, whole.cross, whole.isolated, whole.pairs, whole.staff) == (None,) * 5
    assert list(whole.weeks.values()) == [0, 9, None, 5, 0]
    assert whole.genders == {"female": 11, "male": 5, OTHER: 5}
    assert published.people == 16


def test_pairings_as_published(published: Published) -> None:
    voices, water = at(published, "pairing", "Voices"), at(published, "pairing", "Water")
    assert (voices.enrolled, voices.invited, voices.active, voices.completing) == (11, None, None, None)
    assert (voices.active_days, voices.on_task_minutes, voices.contact_minutes) == (None, None, 1055)
    assert (water.enrolled, water.invited, water.active) == (10, 10, None)
    assert (water.active_days, water.on_task_minutes, water.contact_minutes) == (6, None, 450)
    assert (voices.untimed, water.untimed) == (False, True)  # nobody in Water did two things close together
    assert (voices.replies, water.replies, voices.pairs, water.pairs) == (None, 0, None, 0)


def test_universities_and_units_as_published(published: Published) -> None:
    belgrade = at(published, "institution", "University of Belgrade")
    assert (belgrade.enrolled, belgrade.active, belgrade.active_days) == (11, None, None)
    assert (belgrade.contact_minutes, belgrade.genders) == (None, {"female": 11, "male": 0, OTHER: 0})
    assert at(published, "group", "Voices: AIL").invited == 5
    assert at(published, "group", "Voices: AIL").active_days is None
    assert published.edges == ()


def test_groups_that_are_not_shown(published: Published) -> None:
    statuses = {name: published.statuses[course.group] for name, course in COURSES.items()}
    assert statuses["X-Almaty"] is GroupStatus.WITHHELD
    assert statuses["X-Shanghai"] is GroupStatus.NOT_PULLED
    assert at(published, "group", "Pairing x: AIL").enrolled is None


def test_whoever_objects_is_counted_nowhere() -> None:
    found = figures_of(replace(stored(), excluded=frozenset({"b1"}))).units[COURSES["V-Belgrade"].group]
    assert (found.enrolled, found.active, found.active_days.total, found.contact.total) == (5, 4, 4, 444)
    assert (found.within.total, found.on_task.total) == (0, 0)
