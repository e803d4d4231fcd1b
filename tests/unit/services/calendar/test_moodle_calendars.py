"""Joint sessions inside the partners' own calendars, against simulated Moodles over real HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from coil_bridge.domain import Answer, CoilPhase, Course, JointSession, Pairing, Person
from coil_bridge.services.agreed.session_plans import PlanInput
from coil_bridge.services.bundle import Services
from coil_bridge.services.calendar.calendar_events import wanted_event
from coil_bridge.vault import new_id
from connectors.moodle.functions import NEEDS, Function
from connectors.moodle.simulator import Simulator
from connectors.moodle.simulator.records import Event
from tests.builders import Build, SettableClock
from tests.unit.services.consortium import wall

FUNCTIONS = frozenset(str(each) for each in NEEDS)


@dataclass
class Campus:
    """Belgrade with a Moodle of its own and Almaty without an answering one; Mira plans."""

    services: Services
    build: Build
    clock: SettableClock
    moodle: Simulator
    mira: Person
    course: Course
    pairing: Pairing

    def plan(self, **changes: Any) -> list[JointSession]:
        plan = PlanInput(
            title="First meeting",
            phase=CoilPhase.TEAM_BUILDING,
            starts_local=wall("2026-10-27 14:00"),
            zone="Europe/Belgrade",
            minutes=60,
            room_url="https://meet.example.org/room?a=1&b=2",
        )
        return self.services.sessions.plan(self.mira, self.pairing.id, replace(plan, **changes), new_id())

    def edit(self, session: JointSession, **changes: Any) -> JointSession:
        stands = self.services.sessions.get(self.mira, session.id)
        plan = PlanInput(
            title=stands.title,
            phase=stands.phase,
            starts_local=stands.starts_local,
            zone=stands.zone,
            minutes=stands.minutes,
            room_url=stands.room_url,
        )
        return self.services.sessions.edit(self.mira, session.id, replace(plan, **changes), stands.version)

    def keep(self) -> None:
        """The worker comes by for Belgrade's course."""
        if self.course.id in {course_id for course_id, _ in self.services.calendars.moodles.due()}:
            self.services.calendars.moodles.keep(self.course.id)

    @property
    def events(self) -> list[Event]:
        return sorted(self.moodle.world.events.values(), key=lambda each: (each.start, each.id))

    def problem(self) -> str:
        with self.services.storage.read() as tx:
            kept = tx.moodle_calendars.standing([self.course.id])[self.course.id]
        return str(kept.problem.message) if kept.problem else ""


@pytest.fixture
def campus(
    services: Services, build: Build, clock: SettableClock, moodle: Callable[..., Simulator]
) -> Campus:
    return settle(services, build, clock, moodle())


@pytest.fixture
def with_plugin(
    services: Services, build: Build, clock: SettableClock, moodle: Callable[..., Simulator]
) -> Campus:
    return settle(services, build, clock, moodle(plugin=True))


def settle(services: Services, build: Build, clock: SettableClock, it: Simulator) -> Campus:
    site, away = build.site("Belgrade", url=it.url, token=it.token), build.site("Almaty")
    mira = build.person("Mira Jovanović", site=site)
    there = it.world.add_course("IC1", "Intercultural Communication")
    course = build.course(site, "Intercultural Communication", moodle_id=there.id, teachers=[mira])
    pairing = build.pairing([course, build.course(away)], proposed_by=mira)
    return Campus(services, build, clock, it, mira, course, pairing)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_a_planned_session_becomes_an_event_of_the_course(campus: Campus) -> None:
    [session] = campus.plan(title="Teams & tools <b>")
    campus.keep()
    [event] = campus.events
    assert (event.kind, event.course_id, event.group_id) == ("course", campus.course.moodle_id, 0)
    assert (event.start, event.duration) == (at("2026-10-27 13:00"), 3600)
    assert event.name == "Teams & tools ‹b›"
    assert "UB (Belgrade): Tue 27 Oct 2026, 14:00–15:00 (UTC+1)" in event.description
    assert "AIL (Almaty): Tue 27 Oct 2026, 18:00–19:00 (UTC+5)" in event.description
    assert '<a href="https://meet.example.org/room?a=1&amp;b=2">' in event.description
    assert f'href="https://bridge.example.org/join/{session.id}"' in event.description
    assert "Mira" not in event.description
    assert campus.services.calendars.moodles.keep_due() == 1  # Almaty, which does not answer


def test_a_change_is_made_in_the_same_event_and_a_cancelled_one_is_marked(campus: Campus) -> None:
    session, other = campus.plan(count=2)
    campus.keep()
    numbers = [each.id for each in campus.events]
    campus.edit(session, starts_local=wall("2026-10-28 09:17"), minutes=75, title="Kick-off")
    campus.keep()
    moved = campus.events[0]
    assert (moved.name, moved.start, moved.duration) == ("Kick-off", at("2026-10-28 08:17"), 75 * 60)
    stands = campus.services.sessions.get(campus.mira, other.id)
    campus.services.sessions.cancel(campus.mira, other.id, stands.version)
    campus.keep()
    assert [each.name for each in campus.events] == ["Kick-off", "Called off: First meeting"]
    assert "does not take place" in campus.events[1].description
    assert "meet.example.org" not in campus.events[1].description.split("Room:")[0]
    assert [each.id for each in campus.events] == numbers


@pytest.mark.parametrize("obstacle", ["zone", "function", "form"])
def test_where_moodles_form_cannot_be_used_an_event_goes_and_comes_anew(
    campus: Campus, obstacle: str
) -> None:
    if obstacle == "zone":
        campus.moodle.world.service_user.timezone = "Asia/Almaty"
    if obstacle == "function":
        token = campus.moodle.world.tokens[campus.moodle.token]
        token.functions = FUNCTIONS - {Function.CHANGE_EVENT}
    if obstacle == "form":
        campus.moodle.faults.error_in_200("invalidrecord", function=Function.CHANGE_EVENT)
    [session] = campus.plan()
    campus.keep()
    [before] = campus.events
    campus.edit(session, starts_local=wall("2026-10-29 10:00"))
    campus.keep()
    [after] = campus.events
    assert after.start == at("2026-10-29 09:00")
    assert after.id != before.id


def test_what_somebody_deletes_or_moves_by_hand_comes_back_with_the_sweep(campus: Campus) -> None:
    campus.plan(count=3)
    campus.keep()
    first, second, third = campus.events
    del campus.moodle.world.events[first.id]
    campus.moodle.world.events[second.id] = replace(second, start=second.start + 3600)
    campus.moodle.world.events[third.id] = replace(third, description="<p>Bring a pen.</p>")
    campus.clock.advance(hours=6)
    campus.services.calendars.moodles.sweep()
    campus.keep()
    assert [each.start for each in campus.events] == [first.start, second.start, third.start]
    assert {second.id, third.id} < {each.id for each in campus.events}
    assert all("/join/" in each.description for each in campus.events)


def test_a_second_look_writes_nothing(campus: Campus) -> None:
    campus.plan(count=3)
    campus.keep()
    events = campus.events
    campus.clock.advance(hours=6)
    campus.services.calendars.moodles.sweep()
    before = len(campus.moodle.calls)
    campus.keep()
    made = [each.function for each in campus.moodle.calls[before:]]
    assert made == [str(Function.SITE_INFO), str(Function.GET_EVENTS)]
    assert campus.events == events


def test_other_peoples_events_are_left_alone(campus: Campus) -> None:
    [session] = campus.plan()
    campus.keep()
    [ours] = campus.events
    world = campus.moodle.world
    exam = replace(ours, id=world.next_id("event"), name="Exam", description="<p>Room 5</p>", user_id=2)
    other = replace(
        ours,
        id=world.next_id("event"),
        description=ours.description.replace("bridge.example.org", "bridge.other.example"),
    )
    world.events |= {exam.id: exam, other.id: other}
    campus.services.sessions.cancel(campus.mira, session.id, 1)
    campus.keep()
    assert world.events[exam.id] == exam
    assert world.events[other.id] == other
    assert world.events[ours.id].name.startswith("Called off")


@pytest.mark.parametrize("fault", ["half_json", "hang", "error_500"])
def test_a_lost_answer_to_a_create_never_makes_two_events(campus: Campus, fault: str) -> None:
    campus.plan()
    getattr(campus.moodle.faults, fault)(function=Function.CREATE_EVENTS, times=1)
    campus.keep()
    campus.moodle.faults.clear()
    stood = len(campus.events)
    for _ in range(4):
        campus.services.calendars.moodles.sweep()  # somebody changes something all the time
        campus.keep()
        campus.clock.advance(seconds=40)
        assert len(campus.events) == stood  # nobody creates before the first attempt must have ended
    campus.clock.advance(minutes=3)
    campus.keep()
    assert len(campus.events) == 1
    campus.services.calendars.moodles.sweep()
    campus.keep()
    assert len(campus.events) == 1
    assert campus.problem() == ""


def test_two_of_the_same_become_one_again(campus: Campus) -> None:
    """A create that Moodle carried out hours later."""
    campus.plan()
    campus.keep()
    [event] = campus.events
    world = campus.moodle.world
    late = replace(event, id=world.next_id("event"))
    world.events[late.id] = late
    campus.services.calendars.moodles.sweep()
    campus.keep()
    assert [each.id for each in campus.events] == [event.id]


def test_a_site_that_is_away_catches_up_by_itself(campus: Campus) -> None:
    campus.moodle.faults.down()
    campus.plan(count=2)
    for _ in range(3):
        campus.keep()
        campus.clock.advance(minutes=10)
    assert campus.problem()
    campus.moodle.faults.clear()
    campus.clock.advance(minutes=40)
    campus.keep()
    assert len(campus.events) == 2
    assert campus.problem() == ""


def test_without_the_functions_the_rest_works_and_the_page_says_what_is_missing(campus: Campus) -> None:
    campus.moodle.world.tokens[campus.moodle.token].functions = FUNCTIONS - {Function.GET_EVENTS}
    [session] = campus.plan()
    campus.keep()
    assert campus.events == []
    [mine, away] = campus.services.calendars.moodles.standing(campus.mira, campus.pairing.id)
    assert mine.kept is not None
    assert mine.kept.problem is not None
    assert mine.kept.problem.values["function"] == str(Function.GET_EVENTS)
    assert away.kept is not None
    assert campus.services.sessions.get(campus.mira, session.id) == session
    campus.moodle.world.tokens[campus.moodle.token].functions = None
    campus.clock.advance(hours=1)
    campus.keep()
    assert len(campus.events) == 1


def test_without_the_right_nothing_is_written_and_that_is_said(campus: Campus) -> None:
    campus.moodle.world.service_user.capabilities.discard("moodle/calendar:manageentries")
    campus.plan()
    campus.keep()
    assert campus.events == []
    assert "write into the calendar" in campus.problem()


def test_what_is_over_is_left_as_it_stands(campus: Campus) -> None:
    campus.plan()
    campus.keep()
    [event] = campus.events
    campus.clock.set(datetime(2026, 10, 27, 15, tzinfo=UTC))
    campus.moodle.world.events[event.id] = replace(event, name="We met")
    campus.services.calendars.moodles.sweep()
    with campus.services.storage.write() as tx:
        tx.moodle_calendars.ask([campus.course.id], campus.clock())
    campus.keep()
    assert [each.name for each in campus.events] == ["We met"]


def test_a_course_that_leaves_loses_its_events(campus: Campus) -> None:
    campus.plan(count=2)
    campus.keep()
    with campus.services.storage.write() as tx:
        tx.pairings.set_answer(
            campus.pairing.id, campus.course.id, Answer.DECLINED, campus.mira.id, campus.clock()
        )
        tx.moodle_calendars.ask([campus.course.id], campus.clock())
    campus.keep()
    assert campus.events == []


def test_a_change_while_the_worker_is_at_it_is_not_taken_for_done(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    [session] = campus.plan()
    moodles = campus.services.calendars.moodles
    reconcile = moodles._reconcile

    def slowly(course_id: str) -> datetime | None:
        until = reconcile(course_id)
        monkeypatch.setattr(moodles, "_reconcile", reconcile)
        campus.edit(session, title="Changed meanwhile")
        return until

    monkeypatch.setattr(moodles, "_reconcile", slowly)
    campus.keep()
    assert [each.name for each in campus.events] == ["First meeting"]
    campus.keep()
    assert [each.name for each in campus.events] == ["Changed meanwhile"]


def test_one_worker_at_a_time(campus: Campus) -> None:
    campus.plan()
    with campus.services.storage.write() as tx:
        held = campus.clock() + timedelta(minutes=5)
        assert tx.moodle_calendars.claim(campus.course.id, "another worker", campus.clock(), held) is not None
    campus.services.calendars.moodles.keep(campus.course.id)
    assert campus.events == []
    campus.clock.advance(minutes=6)
    campus.keep()
    assert len(campus.events) == 1


def test_a_course_in_serbian_has_serbian_words(campus: Campus) -> None:
    [session] = campus.plan()
    course = replace(campus.course, language="sr_lt")
    wanted = wanted_event(campus.pairing, session, course, "https://bridge.example.org")
    assert "UB (Beograd)" in wanted.description


def test_with_our_plugin_events_are_put_under_keys(with_plugin: Campus) -> None:
    campus = with_plugin
    session, other = campus.plan(count=2)
    campus.keep()
    numbers = [each.id for each in campus.events]
    made = {each.function for each in campus.moodle.calls}
    assert str(Function.PLUGIN_PUT_EVENTS) in made
    assert str(Function.CREATE_EVENTS) not in made
    campus.edit(session, starts_local=wall("2026-10-28 09:17"), title="Kick-off")
    campus.services.sessions.cancel(campus.mira, other.id, 1)
    campus.keep()
    assert [each.name for each in campus.events] == ["Kick-off", "Called off: First meeting"]
    assert [each.id for each in campus.events] == numbers
    assert {each.location for each in campus.events} == {"https://meet.example.org/room?a=1&b=2"}
    statuses = [each.status for each in campus.moodle.site.plugin.put.values()]
    assert statuses == ["confirmed", "cancelled"]
    first = campus.events[0]
    campus.moodle.world.events[first.id] = replace(first, start=first.start + 3600)  # by hand
    campus.services.calendars.moodles.sweep()
    campus.keep()
    assert campus.events[0].start == first.start
    assert len(campus.events) == 2


def test_with_our_plugin_a_course_that_leaves_loses_its_events_by_their_keys(with_plugin: Campus) -> None:
    campus = with_plugin
    campus.plan(count=2)
    campus.keep()
    with campus.services.storage.write() as tx:
        tx.pairings.set_answer(
            campus.pairing.id, campus.course.id, Answer.DECLINED, campus.mira.id, campus.clock()
        )
        tx.moodle_calendars.ask([campus.course.id], campus.clock())
    campus.keep()
    assert campus.events == []
    assert campus.moodle.site.plugin.put == {}


def test_a_plugin_installed_later_takes_over_without_a_double(with_plugin: Campus) -> None:
    campus = with_plugin
    token = campus.moodle.world.tokens[campus.moodle.token]
    token.functions = FUNCTIONS
    [session] = campus.plan()
    campus.keep()
    token.functions = None
    campus.edit(session, title="Kick-off")
    campus.keep()
    assert [each.name for each in campus.events] == ["Kick-off"]
    campus.services.calendars.moodles.sweep()
    campus.keep()
    assert [each.name for each in campus.events] == ["Kick-off"]
