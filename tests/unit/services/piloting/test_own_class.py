"""A teacher's own class: who might be lost, with the names that the own Moodle gives when it is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from coil_bridge.domain import CourseRole
from coil_bridge.errors import NotFound
from coil_bridge.evaluation.facts import Trait
from coil_bridge.services.bundle import Services
from coil_bridge.services.piloting.class_names import Scope
from coil_bridge.services.piloting.own_class import End
from coil_bridge.storage.engine import reading
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tables import person
from connectors.moodle.simulator import Simulator
from connectors.moodle.simulator.records import SEPARATE_GROUPS, RoleName
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


def asked(trial: PilotTrial) -> list[tuple[str, dict[str, object]]]:
    """Who asked for names, as the pairing's trail has it."""
    with trial.storage.read() as tx:
        trail = tx.audit.of("pairing", trial.pairing.id)
    return [(each.actor_name, dict(each.detail)) for each in trail if each.action == "names_asked"]


def test_those_who_never_came_are_counted_and_named_only_when_asked(trial: PilotTrial) -> None:
    classes = trial.services.evidence.classes
    _, [view] = classes.of(trial.mira, trial.pairing.id)
    assert [(line.name, line.here, line.quiet) for line in view.lines] == [("Jelena Marković", True, True)]
    assert (view.nameless, sorted(line.quiet for line in view.unnamed), view.lost) == (
        3,
        [False, True, True],
        3,
    )
    assert asked(trial) == []
    _, [named] = classes.of(trial.mira, trial.pairing.id, names_of=trial.belgrade.here.id)
    assert (named.nameless, named.lost, named.told and named.told.refused) == (0, 3, None)
    assert asked(trial) == [("Mira Jovanović", {"course": "Intercultural Communication", "count": 3})]
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
    _, [view] = trial.services.evidence.classes.of(
        trial.mira, trial.pairing.id, names_of=trial.belgrade.here.id
    )
    assert (view.nameless, view.lost) == (3, 3)
    assert view.told is not None
    assert view.told.refused is not None
    assert [detail["count"] for _, detail in asked(trial)] == [0]


@pytest.mark.parametrize(
    ("role", "scope", "named"),
    [("editingteacher", Scope.ALL_GROUPS, [1, 2, 3]), ("teacher", Scope.OWN_GROUPS, [1])],
)
def test_separate_groups_are_those_of_the_own_moodle(
    trial: PilotTrial, role: RoleName, scope: Scope, named: list[int]
) -> None:
    """As on Moodle's own list of participants; a teacher without an account there sees nobody's name."""
    there, students = trial.belgrade.moodle.world, trial.belgrade.students
    trial.belgrade.there.group_mode = SEPARATE_GROUPS
    account = there.add_user("ana", "Ana", "Kostić")
    there.enrol(account, trial.belgrade.there, role)
    there.add_group(trial.belgrade.there, "One", [account, *students[:2]])
    there.add_group(trial.belgrade.there, "Two", students[2:])
    with trial.storage.read() as tx:
        site = tx.sites.get(trial.belgrade.here.site_id)
    ana = trial.build.person("Ana Kostić", site=site, moodle_user_id=account.id)
    trial.build.enrol(ana, trial.belgrade.here)
    found = trial.services.evidence.classes
    _, [view] = found.of(ana, trial.pairing.id, names_of=trial.belgrade.here.id)
    shown = [line.name for line in view.lines if not line.here]
    assert view.told is not None
    assert (view.told.scope, sorted(shown)) == (scope, [f"Јелена Surname{number}" for number in named])
    _, [view] = found.of(trial.mira, trial.pairing.id, names_of=trial.belgrade.here.id)
    assert [line.name for line in view.lines] == ["Jelena Marković"]


def test_a_list_without_students_is_not_believed(trial: PilotTrial) -> None:
    """Moodle leaves out, without a word, whom our account may not see."""
    trial.belgrade.moodle.world.service_user.capabilities.discard("moodle/user:viewdetails")
    _, [view] = trial.services.evidence.classes.of(
        trial.mira, trial.pairing.id, names_of=trial.belgrade.here.id
    )
    assert view.told is not None
    assert "shows no students" in str(view.told.refused)


def test_nobody_asks_for_the_names_of_a_partner_s_course(trial: PilotTrial) -> None:
    with pytest.raises(NotFound):
        trial.services.evidence.classes.of(trial.mira, trial.pairing.id, names_of=trial.almaty.here.id)
    assert asked(trial) == []


def test_groups_that_the_moodle_does_not_tell_of_are_taken_as_separate(trial: PilotTrial) -> None:
    trial.belgrade.moodle.faults.error_in_200("invalidrecord", function="core_course_get_courses_by_field")
    _, [view] = trial.services.evidence.classes.of(
        trial.mira, trial.pairing.id, names_of=trial.belgrade.here.id
    )
    assert view.told is not None
    assert (view.told.scope, view.told.refused, view.nameless) == (Scope.OWN_GROUPS, None, 3)


def test_nobody_is_quiet_in_the_first_days(trial: PilotTrial) -> None:
    later = trial.build.pairing(
        [trial.belgrade.here, trial.almaty.here],
        proposed_by=trial.mira,
        phase=trial.phase,
        starts_on=date(2026, 11, 2),
    )
    trial.pull()
    _, [view] = trial.services.evidence.classes.of(trial.mira, later.id)
    assert (view.lost, len(view.everybody)) == (0, 4)


def test_afterwards_it_is_told_how_it_ended_and_nobody_is_lost(trial: PilotTrial) -> None:
    """One completed, one wrote in the last days, one stopped in November, one was never seen."""
    there, students = trial.belgrade.moodle.world, trial.belgrade.students
    [forum] = there.forums.values()
    task = there.add_activity(trial.belgrade.there, "Report", counts_for_course=True)
    there.post(students[0], forum, "Done", at=utc("2026-11-20 09:00"))
    there.complete(students[0], task, utc("2026-12-01 09:00"))
    there.post(students[2], forum, "Late", at=utc("2026-12-15 09:00"))
    trial.clock.set(utc("2026-12-28 06:00"))
    trial.pull()
    _, [view] = trial.services.evidence.classes.of(
        trial.mira, trial.pairing.id, names_of=trial.belgrade.here.id
    )
    assert [(line.name, line.end, line.figures.last_seen) for line in view.lines] == [
        ("Jelena Marković", End.COMPLETED, date(2026, 11, 20)),
        ("Јелена Surname2", End.TO_THE_END, date(2026, 12, 15)),
        ("Јелена Surname1", End.STOPPED, date(2026, 11, 5)),
        ("Јелена Surname3", End.NEVER_SEEN, None),
    ]
    assert (view.ended_on, view.lost, set(view.ends.values())) == (date(2026, 12, 18), 0, {1})
    assert (view.completion_known, view.read_too_early) == (True, False)


def test_a_course_that_was_not_read_since_the_end_says_so(trial: PilotTrial) -> None:
    trial.clock.set(utc("2026-12-28 06:00"))
    _, [view] = trial.services.evidence.classes.of(trial.mira, trial.pairing.id)
    assert (view.known_to, view.read_too_early, view.lost) == (date(2026, 11, 8), True, 0)


def test_a_partner_s_guests_are_the_partner_s(trial: PilotTrial) -> None:
    with trial.storage.write() as tx:
        members = tx.activity.members(trial.pilot.id, course_id=trial.belgrade.here.id)
        home = Trait(home=trial.almaty.here.institution.id)
        tx.evidence.put_traits(trial.pilot.id, {each.pseudonym: home for each in members})
    _, [view] = trial.services.evidence.classes.of(trial.mira, trial.pairing.id)
    assert view.nameless == 0
