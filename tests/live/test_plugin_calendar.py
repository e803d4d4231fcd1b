"""Joint sessions in a real Moodle's calendar through the plugin: place, status, and everything by key.

Needs the two Moodles of ``test_calendars.py``, and the plugin in the first of them: see README.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from coil_bridge.domain import Answer, CoilPhase, JointSession, Pairing
from coil_bridge.services.agreed.session_plans import PlanInput
from coil_bridge.services.bundle import Services
from coil_bridge.vault import new_id
from tests.live.consortium import Partner, Party
from tests.live.plugin_lab import BEGIN, Lab, from_environment
from tests.live.test_calendars import paired  # noqa: F401 - a pairing, made and taken away the same way

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

# ruff: noqa: F811 - the fixture of that name
_BY_HAND = """
require_once($CFG->dirroot . '/calendar/lib.php');
\\core\\session\\manager::set_user(get_admin());
"""


@pytest.fixture(scope="module")
def moodle(partners: tuple[Partner, Partner]) -> Lab:
    found = from_environment()
    if found is None or found.url != partners[0].url:
        pytest.skip("the plugin has to be in the first of the two Moodles")
    return found


@dataclass
class Calendar:
    """The calendar of the first partner's course, as Moodle's database has it."""

    moodle: Lab
    services: Services
    party: Party
    pairing: Pairing

    def __getitem__(self, session: JointSession) -> tuple[int, str, str, int, int, str]:
        """Number, title, place, beginning, length and status of a session's only event."""
        ((number, title, place, starts, length, status),) = self.moodle.ask(
            "SELECT e.id, e.name, e.location, e.timestart, e.timeduration, k.status FROM {event} e"
            " JOIN {local_coilbridge_events} k ON k.eventid = e.id"
            f" WHERE k.extkey = '{session.id}:{self.party.course.moodle_id}'"
        )
        at, seconds = int(starts or 0), int(length or 0)
        return int(number or 0), title or "", place or "", at, seconds, status or ""

    def events(self) -> int:
        """How many events of ours stand in the course."""
        return self.moodle.count("description LIKE '%bridge.example.org/join/%'", "event")

    def keys(self) -> int:
        """How many keys of the pairing's sessions the plugin knows."""
        with self.services.storage.read() as tx:
            sessions = tx.sessions.of_pairing(self.pairing.id)
        ours = ", ".join(f"'{each.id}:{self.party.course.moodle_id}'" for each in sessions)
        return self.moodle.count(f"extkey IN ({ours})", "local_coilbridge_events")

    def keep(self, *, sweep: bool = False) -> None:
        """The worker comes by."""
        if sweep:
            self.services.calendars.moodles.sweep()
        self.services.calendars.moodles.keep_due()

    def answer(self, answer: Answer) -> None:
        """The course leaves the pairing, or is in it again."""
        course, now = self.party.course, datetime.now(UTC)
        with self.services.storage.write() as tx:
            tx.pairings.set_answer(self.pairing.id, course.id, answer, self.party.teacher.id, now)
            tx.moodle_calendars.ask([course.id], now)

    def by_hand(self, code: str) -> None:
        """Somebody does something in Moodle."""
        self.moodle.run("-r", BEGIN + _BY_HAND + code)


@pytest.fixture
def calendar(moodle: Lab, services: Services, parties: tuple[Party, Party], paired: Pairing) -> Calendar:
    return Calendar(moodle, services, parties[0], paired)


def plan(title: str, starts: datetime, zone: str, minutes: int = 50, **more: int) -> PlanInput:
    room = "https://meet.example.org/room?a=1&b=2"
    return PlanInput(title, CoilPhase.COMPARING, starts, zone, minutes, room_url=room, **more)


def test_events_carry_place_and_status_and_are_put_right(calendar: Calendar) -> None:
    services, teacher = calendar.services, calendar.party.teacher
    zone = calendar.party.course.institution.zone
    day = datetime.now(UTC).replace(hour=10, minute=17, second=0, microsecond=0, tzinfo=None)
    form = plan("Teams & tools", day + timedelta(days=7), zone, count=3)
    first, second, third = services.sessions.plan(teacher, calendar.pairing.id, form, new_id())
    calendar.keep()
    was = {each.id: calendar[each] for each in (first, second, third)}
    room = "https://meet.example.org/room?a=1&b=2"
    for each in (first, second, third):
        at = int(each.starts_at.timestamp())
        assert was[each.id][1:] == ("Teams & tools", room, at, 3000, "confirmed")

    services.sessions.cancel(teacher, second.id, 1)
    moved = services.sessions.edit(teacher, first.id, plan("Moved", day + timedelta(days=9), zone, 75), 1)
    calendar.keep()
    at = int(moved.starts_at.timestamp())
    assert calendar[first] == (was[first.id][0], "Moved", room, at, 4500, "confirmed")
    assert calendar[second][:3] == (was[second.id][0], "Called off: Teams & tools", room)
    assert calendar[second][5] == "cancelled"

    stood = [calendar[each] for each in (first, second, third)]
    calendar.keep(sweep=True)
    assert [calendar[each] for each in (first, second, third)] == stood

    later = f"(object)['timestart' => {at + 3600}]"
    calendar.by_hand(f"calendar_event::load({stood[0][0]})->update({later}, false);")
    calendar.by_hand(f"calendar_event::load({stood[2][0]})->delete();")
    calendar.keep(sweep=True)
    assert calendar[first] == stood[0]
    assert calendar[third][1:] == stood[2][1:]
    assert calendar.events() == len(stood)


def test_a_course_that_leaves_loses_its_events_by_their_keys(calendar: Calendar) -> None:
    assert calendar.events() > 0
    calendar.answer(Answer.DECLINED)
    calendar.keep()
    assert calendar.events() == 0
    assert calendar.keys() == 0
    calendar.answer(Answer.ACCEPTED)
