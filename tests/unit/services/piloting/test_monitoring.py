"""The monitoring board and the records behind it: Belgrade and Almaty, sessions on 13 and 20 October 2026."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from coil_bridge.domain import Course
from coil_bridge.errors import Forbidden, NotFound
from coil_bridge.evaluation.attendance import Override, Presence, PresenceSource, Verdict, minute_of
from coil_bridge.evaluation.packed_events import pack
from coil_bridge.evaluation.records import EventKind, EventSource
from coil_bridge.services.piloting.board_records import RecordsBehind
from coil_bridge.services.piloting.monitoring import BoardLine, Light, lights, working_days_since
from coil_bridge.services.piloting.session_evidence import KnownFrom
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault
from scheduling.terms import AcademicCalendar, DayChange, Holidays, Span
from tests.builders import Build, SettableClock
from tests.unit.services.evidence_world import World


@pytest.fixture
def world(sqlite_storage: Storage, clock: SettableClock, vault: Vault) -> World:
    return World(sqlite_storage, Build(sqlite_storage, vault, clock), clock, vault)


def lines(world: World) -> dict[str, BoardLine]:
    board = world.monitoring.board(world.lead, world.pilot.id)
    return {line.course.institution.city: line for line in board.lines}


def known(world: World) -> dict[str, dict[str, frozenset[KnownFrom]]]:
    """What is known of each session, by the cities of the courses; the latest session first."""
    records = RecordsBehind(storage=world.storage, clock=world.clock, monitoring=world.monitoring)
    found = records.of(world.lead, world.pilot.id, world.pairing.id)
    cities = {line.course.course_id: line.course.institution.city for line in found.lines}
    return {
        held.session.id: {cities[course]: sources for course, sources in held.known.items()}
        for held in found.sessions
    }


def joined_in_moodle(world: World, course: Course, pseudonym: str, at: datetime) -> None:
    with world.storage.write() as tx:
        number = tx.events.make_number(world.pilot.id)
        actor = tx.events.actors(world.pilot.id, world.pairing.id, course.id)[pseudonym]
        day = at.date().toordinal()
        tx.events.append(number, EventSource.LOG, [pack(actor, minute_of(at), day, EventKind.ROOM_JOIN)])


def test_before_events_were_counted_nobody_is_silent(world: World) -> None:
    assert {line.silence.light for line in lines(world).values()} == {Light.UNKNOWN}


def test_a_session_of_which_nothing_is_recorded_is_no_session_to_which_nobody_came(world: World) -> None:
    assert {line.coming.light for line in lines(world).values()} == {Light.SOON}
    latest = world.sessions[1]
    start = minute_of(latest.starts_at)
    there = Presence(latest.id, world.of.almaty.id, "almaty-3", start, start + 50, PresenceSource.ROOM)
    world.attendance.add(world.pilot.id, [there])
    found = lines(world)
    assert (found["Almaty"].coming.light, found["Belgrade"].coming.light) == (Light.GOOD, Light.RED)


def test_pilots_under_way_stand_as_the_worker_last_saw_them(world: World) -> None:
    def standing() -> list[tuple[str, int, int, int, int, datetime | None]]:
        found = world.monitoring.under_way(world.lead)
        return [(each.pilot, each.red, each.soon, each.unknown, each.good, each.looked_at) for each in found]

    name, looked_at = world.pilot.name, world.clock()
    assert standing() == [(name, 0, 0, 0, 0, None)]
    world.monitoring.look()
    assert standing() == [(name, 0, 2, 0, 0, looked_at)]
    world.was_there(world.sessions[1], course_id=world.of.almaty.id)
    world.clock.advance(minutes=5)
    assert standing() == [(name, 0, 2, 0, 0, looked_at)]
    world.monitoring.look()
    board = world.monitoring.board(world.lead, world.pilot.id)
    assert standing() == [(name, 1, 0, 1, 0, world.clock())]
    assert lights(board.lines) == {Light.RED: 1, Light.SOON: 0, Light.UNKNOWN: 1, Light.GOOD: 0}
    world.clock.set(datetime(2028, 1, 1, tzinfo=UTC))
    assert standing() == []
    with pytest.raises(Forbidden):
        world.monitoring.under_way(world.mira)


def test_joins_that_moodle_s_log_tells_count_on_the_board_and_in_the_records(world: World) -> None:
    first, second = world.sessions
    joined_in_moodle(world, world.of.almaty, "almaty-5", second.starts_at - timedelta(minutes=3))
    assert lines(world)["Almaty"].coming.light is Light.GOOD
    assert known(world) == {second.id: {"Almaty": frozenset({KnownFrom.MOODLE})}, first.id: {}}


def test_a_teacher_s_last_word_counts_too(world: World) -> None:
    latest, name = world.sessions[1], world.students[world.of.belgrade.id][4]

    def says(verdict: Verdict) -> None:
        word = Override(
            latest.id, world.of.belgrade.id, name, verdict, None, "Seen", world.mira.id, world.clock()
        )
        with world.storage.write() as tx:
            tx.attendance.add_override(world.pilot.id, word)

    says(Verdict.PRESENT)
    assert known(world)[latest.id] == {"Belgrade": frozenset({KnownFrom.TEACHER})}
    says(Verdict.ABSENT)
    assert known(world)[latest.id] == {}


def test_a_pairing_that_is_over_is_silent_by_right(world: World) -> None:
    world.evidence.perform({"pilot_id": world.pilot.id})
    with world.storage.write() as tx:
        tx.pairings.set_end(world.pairing.id, date(2026, 10, 16), world.clock())
    silence = lines(world)["Belgrade"].silence
    assert (silence.light, silence.days, silence.since) == (Light.GOOD, None, date(2026, 10, 14))
    assert silence.over


def test_the_board_counts_working_days_of_the_partner_s_own_calendar(world: World) -> None:
    world.was_there(world.sessions[1])
    world.evidence.perform({"pilot_id": world.pilot.id})
    board = world.monitoring.board(world.lead, world.pilot.id)
    lines = {line.course.institution.city: line for line in board.lines}
    # Last events on Wednesday 14 October, read on Monday 26 October: 15-16, 19-23 and 26 October are eight
    # working days; in Kazakhstan Monday 26 October 2026 is off, for Republic Day on Sunday the 25th.
    assert (lines["Belgrade"].silence.days, lines["Almaty"].silence.days) == (8, 7)
    assert {line.silence.light for line in board.lines} == {Light.RED}
    assert {line.coming.light for line in board.lines} == {Light.GOOD}
    assert lines["Belgrade"].reading.light is Light.GOOD
    with pytest.raises(NotFound):
        world.monitoring.board(world.mira, world.pilot.id)


def test_breaks_and_holidays_are_no_silence() -> None:
    last, until = date(2026, 10, 14), date(2026, 10, 26)
    assert working_days_since(None, last, until) == 8
    week_off = Span("break", "Autumn break", date(2026, 10, 19), date(2026, 10, 23))
    holidays = Holidays("RS", None, {date(2026, 10, 26): DayChange("holiday", "Day of the University")})
    calendar = AcademicCalendar.of("Europe/Belgrade", [week_off], holidays)
    assert working_days_since(calendar, last, until) == 2
