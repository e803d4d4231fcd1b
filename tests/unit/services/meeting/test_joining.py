"""Who may go into a room, when, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coil_bridge.domain import (
    Answer,
    CoilPhase,
    CourseRole,
    JointSession,
    Pairing,
    PairingState,
    Person,
    SessionState,
)
from coil_bridge.errors import Forbidden, NotFound
from coil_bridge.services.meeting.joining import OPENS_BEFORE, Joining, Standing, opens_at, standing
from coil_bridge.storage.joins import Join
from scheduling.zones import Choice, to_instant, to_local
from tests.builders import START
from tests.unit.services.consortium import Consortium, wall

SECOND = timedelta(seconds=1)


@pytest.fixture
def joining(consortium: Consortium) -> Joining:
    return Joining(storage=consortium.storage, clock=consortium.clock)


@pytest.fixture
def pairing(consortium: Consortium) -> Pairing:
    return consortium.agreed()


def planned(consortium: Consortium, pairing: Pairing, **changes: Any) -> JointSession:
    """Tuesday 27 October 2026, 14:00 in Belgrade, one hour; the clock stands at its start."""
    session = consortium.build.session(pairing, consortium.mira, **changes)
    consortium.clock.set(session.starts_at)
    return session


def joins(consortium: Consortium, session: JointSession) -> list[Join]:
    with consortium.storage.read() as tx:
        return tx.joins.of_session(session.id)


def launched(person: Person, *course_ids: str) -> Person:
    return replace(person, attends_only=frozenset(course_ids))


# The window


def at(starts_local: str, zone: str, minutes: int, choice: Choice | None = None) -> JointSession:
    local = wall(starts_local)
    return JointSession(
        id="s",
        pairing_id="p",
        series_id=None,
        uid="s@bridge.example.org",
        title="First meeting",
        phase=CoilPhase.TEAM_BUILDING,
        starts_local=local,
        zone=zone,
        fold=0,
        starts_at=to_instant(local, zone, choice).instant,
        minutes=minutes,
        room_url="https://meet.example.org/room",
        notes="",
        state=SessionState.PLANNED,
        sequence=0,
        version=1,
        created_by="m",
        created_at=START,
        changed_at=START,
    )


# Belgrade leaves summer time on Sunday 25 October 2026 at 03:00 (01:00 UTC) and returns to it on Sunday
# 28 March 2027 at 02:00 (01:00 UTC). Each line: the session, and what Belgrade's clock shows when the
# room opens and closes.
WINDOWS = [
    ("2026-10-24 14:00", 60, None, "2026-10-24 13:45+02:00", "2026-10-24 15:00+02:00"),
    ("2026-10-25 01:50", 30, None, "2026-10-25 01:35+02:00", "2026-10-25 02:20+02:00"),
    ("2026-10-25 02:30", 60, "earlier", "2026-10-25 02:15+02:00", "2026-10-25 02:30+01:00"),
    ("2026-10-25 02:30", 60, "later", "2026-10-25 02:15+01:00", "2026-10-25 03:30+01:00"),
    ("2026-10-25 02:05", 30, "later", "2026-10-25 02:50+02:00", "2026-10-25 02:35+01:00"),
    ("2026-10-25 03:10", 60, None, "2026-10-25 02:55+01:00", "2026-10-25 04:10+01:00"),
    ("2027-03-28 01:30", 60, None, "2027-03-28 01:15+01:00", "2027-03-28 03:30+02:00"),
    ("2027-03-28 03:05", 60, None, "2027-03-28 01:50+01:00", "2027-03-28 04:05+02:00"),
]


@pytest.mark.parametrize(("starts", "minutes", "choice", "opens", "closes"), WINDOWS)
def test_the_window_keeps_its_length_over_a_clock_change(
    *, starts: str, minutes: int, choice: Choice | None, opens: str, closes: str
) -> None:
    session = at(starts, "Europe/Belgrade", minutes, choice)
    opening, closing = datetime.fromisoformat(opens), datetime.fromisoformat(closes)
    assert to_local(opens_at(session), "Europe/Belgrade").isoformat() == opening.isoformat()
    assert standing(session, (opening - SECOND).astimezone(UTC)) is Standing.EARLY
    assert standing(session, opening.astimezone(UTC)) is Standing.OPEN
    assert standing(session, (closing - SECOND).astimezone(UTC)) is Standing.OPEN
    assert standing(session, closing.astimezone(UTC)) is Standing.OVER


@given(
    starts=st.datetimes(datetime(2026, 10, 24), datetime(2026, 10, 26)),  # noqa: DTZ001 - wall time
    zone=st.sampled_from(["Europe/Belgrade", "Asia/Almaty", "Asia/Kathmandu", "America/New_York"]),
    minutes=st.integers(1, 480),
    after=st.integers(-120, 600),
)
@example(starts=datetime(2026, 10, 25, 2, 30), zone="Europe/Belgrade", minutes=60, after=59)  # noqa: DTZ001 - wall time
def test_a_room_is_open_for_its_length_and_a_quarter_of_an_hour(
    starts: datetime, zone: str, minutes: int, after: int
) -> None:
    session = at(starts.isoformat(), zone, minutes, "later")
    found = standing(session, session.starts_at + timedelta(minutes=after))
    expected = Standing.EARLY if after < -15 else Standing.OPEN if after < minutes else Standing.OVER
    assert found is expected


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"room_url": None}, Standing.NO_ROOM),
        ({"state": SessionState.CANCELLED}, Standing.CANCELLED),
        ({"state": SessionState.CANCELLED, "room_url": None}, Standing.CANCELLED),
    ],
)
def test_what_keeps_a_door_shut(
    changes: dict[str, Any], found: Standing, joining: Joining, consortium: Consortium, pairing: Pairing
) -> None:
    session = planned(consortium, pairing, **changes)
    assert joining.join(consortium.jelena, session.id).standing is found
    assert joins(consortium, session) == []


@pytest.mark.parametrize("when", [-OPENS_BEFORE - SECOND, timedelta(hours=1)])
def test_nothing_is_kept_before_and_after(
    when: timedelta, joining: Joining, consortium: Consortium, pairing: Pairing
) -> None:
    session = planned(consortium, pairing)
    consortium.clock.set(session.starts_at + when)
    assert joining.join(consortium.jelena, session.id).standing in (Standing.EARLY, Standing.OVER)
    assert joins(consortium, session) == []


# Who


def test_a_join_is_person_course_part_and_moment(
    joining: Joining, consortium: Consortium, pairing: Pairing
) -> None:
    session = planned(consortium, pairing)
    for person in (consortium.jelena, consortium.aigerim):
        assert joining.join(person, session.id).session.room_url == session.room_url
        consortium.clock.advance(seconds=5)
    assert joins(consortium, session) == [
        Join(session.id, consortium.jelena.id, consortium.belgrade.id, CourseRole.STUDENT, session.starts_at),
        Join(
            session.id,
            consortium.aigerim.id,
            consortium.almaty.id,
            CourseRole.TEACHER,
            session.starts_at + timedelta(seconds=5),
        ),
    ]


def test_looking_keeps_nothing(joining: Joining, consortium: Consortium, pairing: Pairing) -> None:
    session = planned(consortium, pairing)
    assert joining.look(consortium.jelena, session.id).standing is Standing.OPEN
    assert joins(consortium, session) == []


def test_a_stranger_finds_no_session(joining: Joining, consortium: Consortium, pairing: Pairing) -> None:
    session = planned(consortium, pairing)
    stranger = consortium.build.person("Marko Ilić", site=consortium.ub)
    for session_id in (session.id, "no-such-session"):
        with pytest.raises(NotFound):
            joining.join(stranger, session_id)


def test_who_only_oversees_does_not_come_in(
    joining: Joining, consortium: Consortium, pairing: Pairing
) -> None:
    session = planned(consortium, pairing)
    for person in (consortium.build.administrator(), consortium.build.lead()):
        with pytest.raises(Forbidden):
            joining.join(person, session.id)
    assert joins(consortium, session) == []


def test_the_teacher_of_a_course_that_has_left_does_not_come_in(
    joining: Joining, consortium: Consortium, pairing: Pairing
) -> None:
    session = planned(consortium, pairing)
    with consortium.storage.write() as tx:
        tx.pairings.set_answer(
            pairing.id, consortium.almaty.id, Answer.DECLINED, consortium.aigerim.id, START
        )
    for person in (consortium.aigerim, consortium.dana):
        with pytest.raises(NotFound):
            joining.join(person, session.id)


def test_a_launch_from_another_course_opens_no_door(
    joining: Joining, consortium: Consortium, pairing: Pairing
) -> None:
    session = planned(consortium, pairing)
    phonetics = consortium.build.course(consortium.ub, "Phonetics", students=[consortium.jelena])
    with pytest.raises(NotFound):
        joining.join(launched(consortium.jelena, phonetics.id), session.id)
    with pytest.raises(NotFound):
        joining.join(launched(consortium.jelena), session.id)
    joining.join(launched(consortium.jelena, consortium.belgrade.id), session.id)
    assert len(joins(consortium, session)) == 1


def test_somebody_in_two_courses_comes_for_the_one_of_the_launch(
    joining: Joining, consortium: Consortium, pairing: Pairing
) -> None:
    session = planned(consortium, pairing)
    consortium.build.enrol(consortium.mira, consortium.almaty, CourseRole.STUDENT)
    by_launch = joining.look(launched(consortium.mira, consortium.almaty.id), session.id)
    assert (by_launch.course_id, by_launch.role) == (consortium.almaty.id, CourseRole.STUDENT)
    by_link = joining.look(consortium.mira, session.id)
    assert (by_link.course_id, by_link.role) == (consortium.belgrade.id, CourseRole.TEACHER)


def test_a_teacher_who_switched_the_role_joins_as_a_student(
    joining: Joining, consortium: Consortium, pairing: Pairing
) -> None:
    session = planned(consortium, pairing)
    here = frozenset({consortium.belgrade.id})
    switched = replace(consortium.mira, learner_in=here, attends_only=here)
    assert joining.join(switched, session.id).role is CourseRole.STUDENT


def test_a_session_held_stays_joinable_when_the_pairing_is_completed_meanwhile(
    joining: Joining, consortium: Consortium
) -> None:
    session = planned(consortium, consortium.agreed(PairingState.COMPLETED))
    assert joining.join(consortium.jelena, session.id).standing is Standing.OPEN


def test_joins_are_deleted_after_the_study_year(
    joining: Joining, consortium: Consortium, pairing: Pairing
) -> None:
    session = planned(consortium, pairing)
    joining.join(consortium.jelena, session.id)
    consortium.clock.advance(days=400)
    assert joining.prune() == 0
    consortium.clock.advance(seconds=1)
    assert joining.prune() == 1
    assert joins(consortium, session) == []
