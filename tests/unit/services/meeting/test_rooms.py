"""Rooms: chosen, refused when taken or too small, entered by role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from coil_bridge.domain import CoilPhase, Course, CourseRole, JointSession, Pairing, Person
from coil_bridge.errors import Forbidden, InvalidInput, NotFound, PartnerUnavailable
from coil_bridge.services.agreed.session_plans import PlanInput
from coil_bridge.services.bundle import Services
from coil_bridge.services.meeting.joining import Entry, Standing
from coil_bridge.services.meeting.room_registry import RoomInput
from coil_bridge.storage.rooms import RoomKind, RoomOffer
from coil_bridge.vault import new_id
from connectors.meetings.simulator import BigBlueButtonSimulator
from tests.builders import Build, SettableClock
from tests.unit.services.consortium import wall

ZOOM = "https://zoom.us/j/98765432101?pwd=abc"


@dataclass
class House:
    """Two pairings of Belgrade's, a BigBlueButton, and Ana who administers."""

    services: Services
    build: Build
    clock: SettableClock
    server: BigBlueButtonSimulator
    ana: Person
    mira: Person
    dana: Person
    courses: list[Course]
    first: Pairing
    second: Pairing

    def offer(self, **changes: Any) -> RoomOffer:
        given = RoomInput(RoomKind.BIGBLUEBUTTON, "BigBlueButton", self.server.url, secret=self.server.secret)
        return self.services.calendars.room_registry.add(self.ana, replace(given, **changes))

    def address(self, pairing: Pairing, offer: RoomOffer) -> str:
        return self.services.calendars.rooms.address(pairing.id, offer)

    def plan(
        self, pairing: Pairing, room_url: str | None, at: str = "2026-10-27 14:00", **changes: Any
    ) -> JointSession:
        plan = PlanInput("Meeting", CoilPhase.COMPARING, wall(at), "Europe/Belgrade", 60, room_url=room_url)
        sessions = self.services.sessions.plan(self.mira, pairing.id, replace(plan, **changes), new_id())
        return sessions[0]

    def sizes(self, people: int) -> None:
        with self.services.storage.write() as tx:
            for each in self.courses:
                tx.rooms.set_size(each.id, people, self.clock())

    def entry(self, session: JointSession, role: CourseRole) -> Entry:
        return Entry(session, self.first, Standing.OPEN, session.starts_at, self.courses[0].id, role)


@pytest.fixture
def house(services: Services, build: Build, clock: SettableClock) -> Iterator[House]:
    ub, ail, snc = (build.site(city) for city in ("Belgrade", "Almaty", "Shanghai"))
    mira, dana = build.person("Mira Jovanović", site=ub), build.person("Dana Akhmetova", site=ail)
    own = build.course(ub, teachers=[mira])
    courses = [own, build.course(ail, students=[dana]), build.course(snc)]
    pairings = [build.pairing([own, other], proposed_by=mira) for other in courses[1:]]
    with BigBlueButtonSimulator() as server:
        yield House(services, build, clock, server, build.administrator(), mira, dana, courses, *pairings)


def refused(error: pytest.ExceptionInfo[InvalidInput]) -> str:
    [reason] = error.value.errors["room_url"]
    return reason


def test_the_same_link_is_not_used_by_two_pairings_at_once(house: House) -> None:
    house.plan(house.first, ZOOM)
    with pytest.raises(InvalidInput) as error:
        house.plan(house.second, "https://uni.zoom.us/j/98765432101", "2026-10-27 14:45")
    assert "is taken at that time" in refused(error)
    assert house.plan(house.second, ZOOM, "2026-10-27 15:00")  # right after it
    assert house.plan(house.second, "https://zoom.us/j/11111111111")


def test_a_taken_room_is_refused_to_an_edit_too_and_nothing_is_changed(house: House) -> None:
    house.plan(house.first, ZOOM)
    session = house.plan(house.second, ZOOM, "2026-10-28 14:00")
    plan = PlanInput(
        "Meeting", CoilPhase.COMPARING, wall("2026-10-27 14:30"), "Europe/Belgrade", 60, room_url=ZOOM
    )
    with pytest.raises(InvalidInput):
        house.services.sessions.edit(house.mira, session.id, plan, 1)
    assert house.services.sessions.get(house.mira, session.id) == session
    same = replace(plan, starts_local=session.starts_local, title="Another title")
    assert house.services.sessions.edit(house.mira, session.id, same, 1).title == "Another title"


def test_a_cancelled_session_frees_its_room(house: House) -> None:
    session = house.plan(house.first, ZOOM)
    house.services.sessions.cancel(house.mira, session.id, 1)
    assert house.plan(house.second, ZOOM)


def test_a_series_is_checked_date_by_date(house: House) -> None:
    house.plan(house.first, ZOOM, "2026-11-10 14:00")
    with pytest.raises(InvalidInput):
        house.plan(house.second, ZOOM, "2026-10-27 14:00", count=4)
    with house.services.storage.read() as tx:
        assert tx.sessions.of_pairing(house.second.id) == []


def test_a_room_that_is_too_small_is_refused(house: House) -> None:
    house.offer(kind=RoomKind.LINK, name="Zoom of the faculty", address=ZOOM, secret="", capacity=100)
    house.sizes(60)
    with pytest.raises(InvalidInput) as error:
        house.plan(house.first, ZOOM)
    assert "fewer people" in refused(error)
    house.sizes(50)
    assert house.plan(house.first, ZOOM)


def test_a_server_holds_so_many_people_at_one_time(house: House) -> None:
    offer = house.offer(capacity=150)
    house.sizes(40)
    house.plan(house.first, house.address(house.first, offer))
    with pytest.raises(InvalidInput) as error:
        house.plan(house.second, house.address(house.second, offer), "2026-10-27 14:30")
    assert "on this server at that time" in refused(error)
    assert house.plan(house.second, house.address(house.second, offer), "2026-10-27 16:00")


def test_a_room_is_for_the_pairings_it_is_offered_to(house: House) -> None:
    shanghai = house.courses[2].institution
    offer = house.offer(institution_id=shanghai.id)
    assert house.services.calendars.rooms.choices(house.first) == []
    [choice] = house.services.calendars.rooms.choices(house.second)
    assert (choice.name, choice.address) == ("BigBlueButton", house.address(house.second, offer))
    for address in (house.address(house.first, offer), house.address(house.second, offer)):
        with pytest.raises(InvalidInput) as error:
            house.plan(house.first, address)
        assert "not offered" in refused(error)


def test_teachers_come_in_as_moderators_and_students_as_viewers(house: House) -> None:
    session = house.plan(house.first, house.address(house.first, house.offer()))
    rooms = house.services.calendars.rooms
    for person, role in ((house.mira, CourseRole.TEACHER), (house.dana, CourseRole.STUDENT)):
        address = rooms.way_in(house.entry(session, role), person)
        assert address is not None
        assert requests.get(address, timeout=5).ok
    assert house.server.rooms[session.id].inside == [
        ("Mira Jovanović", "MODERATOR"),
        ("Dana Akhmetova", "VIEWER"),
    ]
    assert rooms.can_be_closed(session)
    rooms.end(session)
    assert house.server.rooms[session.id].ended


def test_a_pasted_link_is_the_way_in_itself(house: House) -> None:
    session = house.plan(house.first, ZOOM)
    rooms = house.services.calendars.rooms
    assert rooms.way_in(house.entry(session, CourseRole.STUDENT), house.dana) == ZOOM
    assert not rooms.can_be_closed(session)


def test_a_server_that_is_away_or_gone_is_told(house: House) -> None:
    away = house.offer(name="Away", address="http://127.0.0.1:9/bigbluebutton")
    assert away.problem is not None
    session = house.plan(house.first, house.address(house.first, away))
    rooms, entry = house.services.calendars.rooms, house.entry(session, CourseRole.STUDENT)
    with pytest.raises(PartnerUnavailable):
        rooms.way_in(entry, house.dana)
    house.services.calendars.room_registry.remove(house.ana, away.id)
    with pytest.raises(NotFound):
        rooms.way_in(entry, house.dana)


def test_a_rooms_own_address_leads_to_the_session_that_is_on(house: House) -> None:
    offer = house.offer()
    address = house.address(house.first, offer)
    early = house.plan(house.first, address, "2026-10-27 14:00")
    late = house.plan(house.first, address, "2026-11-03 14:00")
    rooms = house.services.calendars.rooms

    def leads_to() -> str:
        return rooms.session_behind(house.dana, house.first.id, offer.id)

    assert leads_to() == early.id
    house.clock.set(early.starts_at + timedelta(minutes=30))
    assert leads_to() == early.id
    house.clock.set(early.starts_at + timedelta(minutes=61))
    assert leads_to() == late.id
    house.clock.set(late.starts_at + timedelta(days=1))
    assert leads_to() == late.id
    with pytest.raises(NotFound):
        rooms.session_behind(house.build.person("Tariq Haddad"), house.first.id, offer.id)


def test_recordings_are_found_when_they_are_published(house: House) -> None:
    session = house.plan(house.first, house.address(house.first, house.offer()))
    rooms = house.services.calendars.rooms
    rooms.way_in(house.entry(session, CourseRole.TEACHER), house.mira)
    house.clock.set(session.starts_at + timedelta(hours=2))
    assert rooms.collect_recordings() == 1
    assert rooms.recordings(session) == []
    house.server.recorded.add(session.id)
    rooms.collect_recordings()
    rooms.collect_recordings()
    [recording] = rooms.recordings(session)
    assert recording.minutes == 45
    house.clock.advance(days=20)
    assert rooms.collect_recordings() == 0


def test_a_servers_secret_is_kept_encrypted_and_a_wrong_one_is_found_out(house: House) -> None:
    wrong = house.offer(secret="not the secret")
    assert wrong.problem is not None
    assert "secret" in wrong.problem.message
    assert b"not the secret" not in (wrong.secret_encrypted or b"")
    assert "not the secret" not in repr(wrong)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"address": "meet.example.org"}, "address"),
        ({"secret": ""}, "secret"),
        ({"kind": RoomKind.JITSI, "secret": "s", "app_id": ""}, "app_id"),
        ({"capacity": 0}, "capacity"),
        ({"institution_id": "nosuch"}, "institution_id"),
    ],
)
def test_what_cannot_be_a_room_is_refused(house: House, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as error:
        house.offer(**changes)
    assert field in error.value.errors


def test_only_administrators_offer_rooms(house: House) -> None:
    given = RoomInput(RoomKind.LINK, "Zoom", ZOOM)
    for person in (house.mira, house.build.lead()):
        with pytest.raises(Forbidden):
            house.services.calendars.room_registry.add(person, given)
