"""One server's silence is that server's: who waits for it, how many, and for how long."""

from __future__ import annotations

import threading

import pytest

from coil_bridge.services.meeting import room_doors
from coil_bridge.services.meeting.room_doors import AT_ONCE, RoomDoors
from connectors.meetings.protocol import MeetingFailed
from tests.builders import SettableClock


class Server:
    """Counts how often it is asked; ``key``: why it fails."""

    def __init__(self, key: str = "") -> None:
        self.key, self.asked = key, 0

    def __call__(self) -> None:
        self.asked += 1
        if self.key:
            raise MeetingFailed(self.key)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def doors(clock: SettableClock) -> RoomDoors:
    return RoomDoors(clock)


def test_a_lecture_that_comes_at_once_opens_its_meeting_once(doors: RoomDoors, clock: SettableClock) -> None:
    server = Server()
    for _ in range(30):
        doors.open("bbb", "lecture", server)
    doors.open("bbb", "another lecture", server)
    assert server.asked == 2
    clock.advance(seconds=16)
    doors.open("bbb", "lecture", server)
    doors.closed("lecture")
    doors.open("bbb", "lecture", server)
    assert server.asked == 4


def test_a_silent_server_is_left_alone_for_a_moment_and_others_are_asked(
    doors: RoomDoors, clock: SettableClock
) -> None:
    silent, well = Server("unreachable"), Server()
    for _ in range(30):
        with pytest.raises(MeetingFailed):
            doors.open("bbb", "lecture", silent)
    assert silent.asked == 1
    doors.open("another bbb", "seminar", well)
    assert well.asked == 1
    clock.advance(seconds=11)
    with pytest.raises(MeetingFailed):
        doors.open("bbb", "lecture", silent)
    assert silent.asked == 2


def test_a_refusal_is_an_answer(doors: RoomDoors) -> None:
    refusing = Server("checksumError")
    for _ in range(2):
        with pytest.raises(MeetingFailed, match="checksumError"):
            doors.open("bbb", "lecture", refusing)
    assert refusing.asked == 2


def test_few_stand_at_the_door_of_a_server_that_hangs(
    doors: RoomDoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_doors, "_PATIENCE", 0.01)
    answers, inside = threading.Event(), threading.Semaphore(0)

    def hang() -> None:
        inside.release()
        answers.wait(10)

    waiting = [threading.Thread(target=doors.open, args=("bbb", str(n), hang)) for n in range(AT_ONCE)]
    for each in waiting:
        each.start()
    for _ in waiting:
        assert inside.acquire(timeout=10)
    with pytest.raises(MeetingFailed, match="unreachable"):
        doors.open("bbb", "one more", hang)
    answers.set()
    for each in waiting:
        each.join()
