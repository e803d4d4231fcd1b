"""A teacher's own class: who might be lost, with the names that the own Moodle gives when it is asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from coil_bridge.domain import CourseRole
from coil_bridge.evaluation.facts import Trait
from coil_bridge.services.bundle import Services
from coil_bridge.storage.engine import reading
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tables import person
from connectors.moodle.simulator import Simulator
from tests.builders import Build, SettableClock
from tests.unit.services.pilot import PilotTrial, utc


@pytest.fixture
def trial(
    services: Services,
    storage: Storage,
    build: Build,
    clock: SettableClock,
    moodle: Callable[..., Simulator],
) -> PilotTrial:
    """Four students in Belgrade: the first has been here, the second wrote last week, two did nothing."""
    it = PilotTrial(services, storage, build, clock, moodle)
    it.belgrade.teacher()
    students = it.belgrade.enrol(4)
    forum = it.belgrade.moodle.world.add_forum(it.belgrade.there, "Forum")
    it.belgrade.moodle.world.post(students[1], forum, "Hello", at=utc("2026-11-05 09:00"))
    site = it.belgrade.here.site_id
    with storage.read() as tx:
        known = tx.sites.get(site)
    assert known is not None
    build.enrol(it.mira, it.belgrade.here)
    jelena = build.person("Jelena Marković", site=known, moodle_user_id=students[0].id)
    build.enrol(jelena, it.belgrade.here, CourseRole.STUDENT)
    it.pull()
    return it


def test_those_who_never_came_are_counted_and_named_only_when_asked(trial: PilotTrial) -> None:
    classes = trial.services.evidence.classes
    _, [view] = classes.of(trial.mira, trial.pairing.id)
    assert [(line.name, line.here, line.quiet) for line in view.lines] == [("Jelena Marković", True, True)]
    assert (view.nameless, sorted(line.quiet for line in view.unnamed), view.lost) == (
        3,
        [False, True, True],
        3,
    )
    _, [named] = classes.of(trial.mira, trial.pairing.id, ask_moodle=True)
    assert (named.nameless, named.lost, named.refused) == (0, 3, None)
    assert [(line.name, line.here, line.lost) for line in named.lines] == [
        ("Jelena Marković", True, True),
        ("Јелена Surname2", False, True),
        ("Јелена Surname3", False, True),
        ("Јелена Surname1", False, False),
    ]
    with reading(trial.storage._engine) as connection:
        stored = set(connection.execute(select(person.c.name)).scalars())
    assert not any("Surname" in name for name in stored)


def test_a_moodle_that_does_not_answer_leaves_the_numbers(trial: PilotTrial) -> None:
    trial.belgrade.moodle.faults.down()
    _, [view] = trial.services.evidence.classes.of(trial.mira, trial.pairing.id, ask_moodle=True)
    assert (view.nameless, view.lost) == (3, 3)
    assert view.refused is not None


def test_a_partner_s_guests_are_the_partner_s(trial: PilotTrial) -> None:
    with trial.storage.write() as tx:
        members = tx.activity.members(trial.pilot.id, course_id=trial.belgrade.here.id)
        home = Trait(home=trial.almaty.here.institution.id)
        tx.evidence.put_traits(trial.pilot.id, {each.pseudonym: home for each in members})
    _, [view] = trial.services.evidence.classes.of(trial.mira, trial.pairing.id)
    assert view.nameless == 0
