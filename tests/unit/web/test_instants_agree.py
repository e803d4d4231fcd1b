"""Feed, page and Moodle's calendar never differ about when a session is, whatever is done to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from coil_bridge.domain import CoilPhase, Course, JointSession, Pairing, Person, SessionState
from coil_bridge.services.agreed.session_plans import PlanInput
from coil_bridge.services.calendar.calendar_events import session_in
from coil_bridge.vault import new_id
from connectors.moodle.simulator import Simulator
from tests.builders import START
from tests.unit.web.conftest import ORIGIN, World

ZONES = ("Europe/Belgrade", "Asia/Almaty")
# Both sides of Belgrade's clock change on 25 October 2026, down to the quarter of an hour.
TIMES = st.integers(0, 10 * 24 * 4).map(
    lambda quarters: datetime.fromisoformat("2026-10-21") + quarters * timedelta(minutes=15)
)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("plan"), TIMES, st.sampled_from(ZONES), st.integers(1, 3)),
        st.tuples(st.just("edit"), TIMES, st.sampled_from(ZONES), st.integers(0, 9)),
        st.tuples(st.just("cancel"), TIMES, st.sampled_from(ZONES), st.integers(0, 9)),
        st.tuples(st.just("worker"), TIMES, st.sampled_from(ZONES), st.just(0)),
    ),
    min_size=1,
    max_size=8,
)


class Scene:
    """A pairing of a course in a real (simulated) Moodle with one elsewhere; Mira does what she is told."""

    def __init__(self, world: World, moodle: Simulator) -> None:
        self.world, self.moodle, self.services = world, moodle, world.services
        there = moodle.world.add_course(new_id(), "Intercultural Communication")
        self.course: Course = world.build.course(world.ub, moodle_id=there.id, teachers=[world.mira])
        courses = [self.course, world.almaty]
        self.mira: Person = world.mira
        self.pairing: Pairing = world.build.pairing(courses, proposed_by=world.mira)
        self.pairing_link = self.services.feeds.link(self.mira, self.pairing.id)
        self.own_link = self.services.feeds.personal_link(self.mira)

    def do(self, deed: str, at: datetime, zone: str, number: int) -> None:
        if deed == "worker":
            self.work()
        elif deed == "plan":
            self.services.sessions.plan(
                self.mira, self.pairing.id, self._plan(at, zone, count=number), new_id()
            )
        elif standing := [each for each in self.sessions if each.state is SessionState.PLANNED]:
            session = standing[number % len(standing)]
            if deed == "edit":
                self.services.sessions.edit(self.mira, session.id, self._plan(at, zone), session.version)
            else:
                self.services.sessions.cancel(self.mira, session.id, session.version)

    def work(self) -> None:
        self.services.feeds.builder.renew()
        self.services.calendars.moodles.keep(self.course.id)

    @property
    def sessions(self) -> list[JointSession]:
        with self.services.storage.read() as tx:
            return tx.sessions.of_pairing(self.pairing.id)

    def in_feed(self, token: str) -> dict[str, datetime]:
        calendar = Calendar.from_ical(self.services.feeds.serve(token).body)
        return {str(each["UID"]).partition("@")[0]: each.start for each in calendar.walk("VEVENT")}

    def on_page(self) -> dict[str, datetime]:
        text = self.world.browser(self.mira).get(f"/pairings/{self.pairing.id}/calendar").text
        found = re.findall(r'<time datetime="([^"]+)">[^<]*</time></p>\s*<h3 id="s-([a-z2-7]{16})"', text)
        return {session_id: datetime.fromisoformat(instant) for instant, session_id in found}

    def in_moodle(self) -> dict[str | None, datetime]:
        events = [it for it in self.moodle.world.events.values() if it.course_id == self.course.moodle_id]
        found = {
            session_in(it.description, ORIGIN): datetime.fromtimestamp(it.start, START.tzinfo)
            for it in events
        }
        assert len(found) == len(events)  # none twice
        return found

    def _plan(self, at: datetime, zone: str, count: int = 1) -> PlanInput:
        return PlanInput("Meeting", CoilPhase.COMPARING, at, zone, 45, count=count, choice="earlier")


@pytest.fixture
def site(world: World, moodle: Callable[..., Simulator]) -> Simulator:
    it = moodle()
    world.ub = world.build.site("Belgrade", url=it.url, token=it.token)
    return it


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_no_instant_differs_between_feed_page_and_moodle(
    world: World, site: Simulator, deeds: list[tuple[str, datetime, str, int]]
) -> None:
    scene = Scene(world, site)
    called_off_before_the_worker_came: set[str] = set()
    for deed in deeds:
        scene.do(*deed)
        if deed[0] == "cancel":
            there = scene.in_moodle()
            called_off_before_the_worker_came |= {
                it.id for it in scene.sessions if it.state is SessionState.CANCELLED and it.id not in there
            }
    scene.work()
    instants = {each.id: each.starts_at for each in scene.sessions}
    assert scene.in_feed(scene.pairing_link.token) == instants
    # The own feed has the pairings of the examples before, too.
    own = scene.in_feed(scene.own_link.token)
    assert {it: own[it] for it in instants} == instants
    assert scene.on_page() == instants
    assert scene.in_moodle() == {
        it: instant for it, instant in instants.items() if it not in called_off_before_the_worker_came
    }


def test_the_same_after_the_zone_rules_have_changed(world: World, site: Simulator) -> None:
    """The job that follows new zone data moves the session; everything else moves along."""
    scene = Scene(world, site)
    scene.do("plan", datetime(2026, 10, 28, 14), "Europe/Belgrade", 1)  # noqa: DTZ001 - a wall time
    scene.work()
    [session] = scene.sessions
    with scene.services.storage.write() as tx:  # as it would stand by older rules
        tx.sessions.replace(replace(session, starts_at=session.starts_at - timedelta(hours=1)))
    assert scene.services.sessions.follow_zone_rules() == 1
    scene.work()
    expected = {session.id: session.starts_at}
    assert scene.in_feed(scene.pairing_link.token) == expected
    assert scene.on_page() == expected
    assert scene.in_moodle() == expected
