"""A BigBlueButton tells who was inside: presence under pseudonyms, from nobody else, and once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests

from coil_bridge.domain import CourseRole
from coil_bridge.evaluation.attendance import Presence, PresenceSource, minute_of
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.services.meeting.joining import Entry, Standing
from coil_bridge.services.meeting.room_registry import RoomInput
from coil_bridge.storage.joins import Join
from coil_bridge.storage.rooms import RoomKind
from connectors.meetings.simulator import BigBlueButtonSimulator
from tests.unit.web.conftest import World


class Held:
    """A session of a pilot in a room on a simulated server, and Dana who was inside for forty minutes."""

    def __init__(self, world: World, server: BigBlueButtonSimulator) -> None:
        self.services, self.clock, self.server = world.services, world.clock, server
        self.client = world.app.test_client()
        build = world.build
        dana = build.person("Dana Omarova", site=world.ail, moodle_user_id=700)
        self.course, self.pilot = world.almaty, build.pilot()
        pairing = world.pairing(phase=build.phase(self.pilot))
        given = RoomInput(RoomKind.BIGBLUEBUTTON, "BigBlueButton", server.url, secret=server.secret)
        offer = self.services.calendars.room_registry.add(build.administrator(), given)
        rooms = self.services.calendars.rooms
        address = rooms.address(pairing.id, offer)
        self.session = build.session(pairing, world.mira, starts_at=world.clock(), room_url=address)
        self.name = Pseudonymiser("00" * 32).person(world.ail.id, 700)
        at = world.clock()
        entry = Entry(self.session, pairing, Standing.OPEN, at, self.course.id, CourseRole.STUDENT)
        requests.get(rooms.way_in(entry, dana) or "", timeout=5)
        join = Join(self.session.id, dana.id, self.course.id, CourseRole.STUDENT, at)
        with self.services.storage.write() as tx:
            tx.joins.add(join, timedelta(0))
        self.address = urlsplit(server.rooms[self.session.id].told_at).path

    def tell(self, token: str | None = None, address: str = "", body: bytes | None = None) -> int:
        since = self.session.starts_at
        record = self.server.record(self.session.id, since, since + timedelta(minutes=40))
        speaker = token if token is not None else self.server.token(self.clock() + timedelta(hours=24))
        answer = self.client.post(
            address or self.address,
            data=record if body is None else body,
            headers={"Authorization": speaker, "Content-Type": "application/json"},
        )
        return answer.status_code

    def known(self) -> list[Presence]:
        with self.services.storage.read() as tx:
            return tx.attendance.of_session(self.pilot.id, self.session.id)


@pytest.fixture
def held(world: World) -> Iterator[Held]:
    with BigBlueButtonSimulator() as server:
        yield Held(world, server)


def test_a_record_becomes_presence_once(held: Held) -> None:
    assert [held.tell(), held.tell()] == [202, 202]
    since = minute_of(held.session.starts_at)
    assert held.known() == [
        Presence(held.session.id, held.course.id, held.name, since, since + 40, PresenceSource.ROOM)
    ]


def test_what_does_not_come_from_the_server_is_refused(held: Held) -> None:
    assert held.tell(token="") == 401
    assert held.tell(token=held.server.token(held.clock() - timedelta(seconds=1))) == 401
    assert held.tell(address=held.address[:-1] + "!") == 404
    assert held.tell(body=b"{}") == 400
    assert held.tell(body=b'{"meeting_id": "another", "data": {"attendees": []}}') == 404
    assert held.tell(body=b" " * (4 * 1024 * 1024 + 1)) == 413
    assert held.known() == []


def test_without_the_pilots_key_nothing_is_stored(held: Held) -> None:
    with held.services.storage.write() as tx:
        tx.pilots.destroy_key(held.pilot.id, held.clock())
    assert held.tell() == 202
    assert held.known() == []
