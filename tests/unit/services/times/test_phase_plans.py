"""The plan of phases of a pairing: template, adapted, kept; and the weeks below it."""

from __future__ import annotations

from datetime import date

import pytest

from coil_bridge.domain import CoilPhase, Course, Pairing, PairingState, Person
from coil_bridge.errors import Conflict, EditConflict, Forbidden, InvalidInput, NotFound
from coil_bridge.services.sessions.series_edits import Scope
from coil_bridge.services.times.phase_plans import PhasePlans
from coil_bridge.services.times.teaching_weeks import CommonWeeks
from coil_bridge.storage.academic import AcademicSpan
from coil_bridge.storage.phase_plans import PlannedPhase
from coil_bridge.vault import new_id
from tests.unit.services.consortium import Consortium, wall

TEAM, COMPARE, PROJECT, PRESENT = CoilPhase


@pytest.fixture
def plans(consortium: Consortium) -> PhasePlans:
    return PhasePlans(storage=consortium.storage, clock=consortium.clock)


@pytest.fixture
def pairing(consortium: Consortium) -> Pairing:
    """12 weeks from Thursday 1 October to Friday 18 December 2026, a reading week of Belgrade among them."""
    ub = consortium.ub.institution.id
    with consortium.storage.write() as tx:
        for kind, name, first, last in (
            ("term", "Winter term", date(2026, 10, 1), date(2027, 1, 15)),
            ("break", "Reading week", date(2026, 11, 9), date(2026, 11, 15)),
        ):
            tx.academic.insert_span(AcademicSpan(new_id(), ub, kind, name, first, last))
    return consortium.agreed(starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 18))


def phase(which: CoilPhase, first: str, last: str, title: str = "") -> PlannedPhase:
    return PlannedPhase(which, title, date.fromisoformat(first), date.fromisoformat(last))


ADAPTED = [
    phase(PROJECT, "2026-11-02", "2026-12-04", "  A podcast   in pairs "),
    phase(TEAM, "2026-10-05", "2026-10-16"),
    phase(PRESENT, "2026-12-07", "2026-12-18"),
]


def test_the_template_lies_over_the_common_weeks(
    plans: PhasePlans, pairing: Pairing, consortium: Consortium
) -> None:
    view = plans.get(consortium.aigerim, pairing.id)
    assert (view.stored, view.version, view.may_edit) == (False, 0, True)
    assert len(view.weeks.weeks) == 12
    # The first days of October are Shanghai's National Day; Belgrade's reading week is lost too.
    assert len(view.weeks.common) == 10
    assert [(each.phase, f"{each.first}", f"{each.last}") for each in view.phases] == [
        (TEAM, "2026-10-05", "2026-10-18"),
        (COMPARE, "2026-10-19", "2026-11-01"),
        (PROJECT, "2026-11-02", "2026-12-06"),
        (PRESENT, "2026-12-07", "2026-12-18"),
    ]
    assert [each.short_name for each in view.weeks.unknown] == ["AIL", "SNC"]
    shorter = plans.laid_out(consortium.mira, pairing.id, {TEAM: 1, PROJECT: 3})
    assert [(each.phase, f"{each.last}") for each in shorter.phases] == [
        (TEAM, "2026-10-11"),
        (PROJECT, "2026-11-01"),
    ]


def test_teachers_adapt_it_and_a_day_has_its_phase(
    plans: PhasePlans, pairing: Pairing, consortium: Consortium
) -> None:
    with consortium.storage.read() as tx:
        assert plans.phase_on(tx, pairing.id, date(2026, 10, 6)) is None
    plan = plans.save(consortium.mira, pairing.id, ADAPTED, 0)
    assert [each.title for each in plan.phases] == ["", "A podcast in pairs", ""]
    view = plans.get(consortium.dana, pairing.id)
    assert (view.stored, view.version, view.may_edit, view.phases) == (True, 1, False, plan.phases)
    with consortium.storage.read() as tx:
        days = (date(2026, 10, 16), date(2026, 10, 17), date(2026, 11, 2), date(2026, 12, 18))
        assert [plans.phase_on(tx, pairing.id, day) for day in days] == [TEAM, None, PROJECT, PRESENT]
        trail = tx.audit.of_pairing(pairing.id)
    assert [each.action for each in trail] == ["phases_planned"]
    assert plans.save(consortium.mira, pairing.id, plan.phases, 0) == plan  # a second click
    plans.save(consortium.wei, pairing.id, [], 1)
    assert plans.get(consortium.mira, pairing.id).phases == ()


def test_of_two_at_once_the_second_is_told(
    plans: PhasePlans, pairing: Pairing, consortium: Consortium
) -> None:
    plans.save(consortium.mira, pairing.id, ADAPTED, 0)
    for stale in (0, 2):
        with pytest.raises(EditConflict) as conflict:
            plans.save(consortium.aigerim, pairing.id, ADAPTED[:1], stale)
        assert conflict.value.current_version == 1
    assert len(plans.get(consortium.mira, pairing.id).phases) == 3


@pytest.mark.parametrize(
    ("phases", "fields"),
    [
        ([phase(TEAM, "2026-10-16", "2026-10-05")], ["team_building_last"]),
        ([phase(TEAM, "2026-09-30", "2026-10-05")], ["team_building_first"]),
        (
            [phase(PRESENT, "2026-12-07", "2026-12-19", "x" * 101)],
            ["presentation_title", "presentation_first"],
        ),
        (
            [phase(TEAM, "2026-10-05", "2026-10-16"), phase(COMPARE, "2026-10-16", "2026-10-30")],
            ["comparing_first"],
        ),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    plans: PhasePlans,
    pairing: Pairing,
    consortium: Consortium,
    *,
    phases: list[PlannedPhase],
    fields: list[str],
) -> None:
    with pytest.raises(InvalidInput) as refused:
        plans.save(consortium.mira, pairing.id, phases, 0)
    assert list(refused.value.errors) == fields


def test_students_read_strangers_do_not_and_the_past_stays(plans: PhasePlans, consortium: Consortium) -> None:
    over = consortium.agreed(PairingState.COMPLETED)
    with pytest.raises(Forbidden):
        plans.save(consortium.jelena, over.id, ADAPTED, 0)
    with pytest.raises(NotFound):
        plans.get(consortium.build.person("Nobody Here"), over.id)
    for state in (PairingState.COMPLETED, PairingState.CANCELLED):
        with pytest.raises(Conflict, match="stays as it is"):
            plans.save(consortium.mira, consortium.agreed(state).id, ADAPTED, 0)


def test_weeks_are_known_before_anybody_proposes(consortium: Consortium, pairing: Pairing) -> None:
    def course(_: Person, course_id: str) -> Course:
        with consortium.storage.read() as tx:
            if found := tx.courses.get(course_id):
                return found
        raise NotFound("no such course")

    weeks = CommonWeeks(storage=consortium.storage, course=course)
    first, last = date(2026, 11, 9), date(2026, 11, 15)
    courses = [consortium.belgrade.id, consortium.almaty.id]
    found = weeks.of_courses(consortium.mira, courses, first, last)
    assert found is not None
    assert found.common == ()
    assert found.weeks[0].partners[consortium.ub.institution.id].lost[0].why.name == "Reading week"
    assert weeks.of_courses(consortium.mira, courses[:1], first, last) is None
    assert weeks.of_courses(consortium.mira, courses, last, first) is None
    with pytest.raises(NotFound):
        weeks.of_courses(consortium.mira, ["nothing"], first, last)


def test_sessions_get_their_phase_from_the_plan_by_date(
    plans: PhasePlans, pairing: Pairing, consortium: Consortium
) -> None:
    def phases_of(first: str, count: int) -> list[CoilPhase]:
        plan = consortium.plan(phase=None, starts_local=wall(first), count=count)
        sessions = consortium.sessions.plan(consortium.mira, pairing.id, plan, new_id())
        return [each.phase for each in sessions]

    # From the template first: team building to 18 October, comparing to 1 November, then the project.
    assert phases_of("2026-10-27 14:00", 2) == [COMPARE, PROJECT]
    plans.save(consortium.mira, pairing.id, ADAPTED, 0)
    assert phases_of("2026-10-27 16:00", 2) == [TEAM, PROJECT]  # between phases the last one goes on
    assert phases_of("2026-12-08 14:00", 1) == [PRESENT]


def test_an_edit_of_a_series_leaves_each_phase_as_it_is(
    plans: PhasePlans, pairing: Pairing, consortium: Consortium
) -> None:
    mira = consortium.mira
    plan = consortium.plan(phase=None, count=2)
    first, second = consortium.sessions.plan(mira, pairing.id, plan, new_id())
    titled = consortium.plan(phase=first.phase, title="Meeting")
    changed = consortium.sessions.edit_series(mira, first.id, titled, first.version, Scope.ALL)
    assert [(each.title, each.phase) for each in changed] == [
        ("Meeting", first.phase),
        ("Meeting", second.phase),
    ]
    assert first.phase is not second.phase
