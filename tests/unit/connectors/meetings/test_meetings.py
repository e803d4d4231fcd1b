"""BigBlueButton over real HTTP, Jitsi's tokens, pasted links."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import jwt
import pytest
import requests

from connectors.meetings.bigbluebutton import BigBlueButton
from connectors.meetings.jitsi import Jitsi
from connectors.meetings.link import Link, recognise
from connectors.meetings.protocol import Guest, Meeting, MeetingFailed, MeetingService, Part
from connectors.meetings.simulator import BigBlueButtonSimulator
from connectors.transport import Transport
from tests.conftest import IMPATIENT
from tests.unit.connectors.servers import answer, says, serve

MEETING = Meeting(
    "abcdefghijklmnop", "Teams & Städte", timedelta(minutes=90), "https://bridge.example.org/p?a=1"
)
MIRA = Guest("mira", "Mira Jovanović", Part.MODERATOR)
DANA = Guest("dana", "Дана & co", Part.VIEWER)
NOW = datetime(2026, 10, 27, 13, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[BigBlueButtonSimulator]:
    with BigBlueButtonSimulator() as it:
        yield it


@pytest.fixture
def bigbluebutton(server: BigBlueButtonSimulator) -> BigBlueButton:
    return BigBlueButton(server.url, server.secret, Transport(IMPATIENT))


def test_people_come_in_by_their_role(server: BigBlueButtonSimulator, bigbluebutton: BigBlueButton) -> None:
    bigbluebutton.check()
    bigbluebutton.prepare(MEETING)
    bigbluebutton.prepare(MEETING)
    for guest in (MIRA, DANA):
        page = requests.get(bigbluebutton.way_in(MEETING, guest), timeout=5)
        assert guest.part in page.text
    room = server.rooms[MEETING.id]
    assert (room.name, room.minutes, room.created) == ("Teams & Städte", 90, 2)
    assert room.inside == [("Mira Jovanović", "MODERATOR"), ("Дана & co", "VIEWER")]


def test_a_meeting_ends_and_its_recording_can_be_watched(
    server: BigBlueButtonSimulator, bigbluebutton: BigBlueButton
) -> None:
    bigbluebutton.end(MEETING)  # one that never was has ended
    bigbluebutton.prepare(MEETING)
    assert bigbluebutton.recordings(MEETING) == []
    server.recorded.add(MEETING.id)
    [recording] = bigbluebutton.recordings(MEETING)
    assert recording.url.startswith(server.url)
    assert recording.length == timedelta(minutes=45)
    bigbluebutton.end(MEETING)
    assert server.rooms[MEETING.id].ended


def test_a_wrong_secret_is_told_apart(server: BigBlueButtonSimulator) -> None:
    other = BigBlueButton(server.url, "not the secret", Transport(IMPATIENT))
    with pytest.raises(MeetingFailed) as refused:
        other.check()
    assert refused.value.key == "checksumError"
    assert "not the secret" not in repr(other) + str(refused.value)
    assert server.rooms == {}


@pytest.mark.parametrize("body", [b"<html>sign in</html>", b"not XML", b"<response/>", b""])
def test_an_answer_that_is_none_is_a_failure(body: bytes) -> None:
    with serve(says(answer(body))) as it, pytest.raises(MeetingFailed):
        BigBlueButton(it.url, "secret", Transport(IMPATIENT)).prepare(MEETING)


def test_a_server_that_is_not_there_is_a_failure() -> None:
    with pytest.raises(MeetingFailed) as failed:
        BigBlueButton("http://127.0.0.1:9/bigbluebutton", "secret", Transport(IMPATIENT)).check()
    assert failed.value.key == "unreachable"


def test_a_jitsi_token_names_the_guest_the_room_and_who_moderates() -> None:
    jitsi = Jitsi("https://meet.example.org/", "coil", "s" * 32, lambda: NOW)
    for guest in (MIRA, DANA):
        address = jitsi.way_in(MEETING, guest)
        room, _, token = address.partition("?jwt=")
        assert room == "https://meet.example.org/coil-abcdefghijklmnop"
        claims = jwt.decode(
            token,
            "s" * 32,
            algorithms=["HS256"],
            audience="jitsi",
            options={"verify_exp": False, "verify_nbf": False},
        )
        assert (claims["iss"], claims["sub"], claims["room"]) == (
            "coil",
            "meet.example.org",
            "coil-abcdefghijklmnop",
        )
        assert claims["context"]["user"]["name"] == guest.name
        assert claims["moderator"] is (guest is MIRA)
        assert claims["exp"] == int((NOW + MEETING.length).timestamp())
    assert "s" * 32 not in repr(jitsi)


def test_a_jitsi_without_a_secret_is_an_address_nobody_guesses() -> None:
    jitsi = Jitsi("https://meet.example.org", "", "", lambda: NOW)
    assert jitsi.way_in(MEETING, DANA) == "https://meet.example.org/coil-abcdefghijklmnop"


def test_behind_the_protocol_all_are_the_same(bigbluebutton: BigBlueButton) -> None:
    services: list[MeetingService] = [
        bigbluebutton,
        Jitsi("https://meet.example.org", "", "", lambda: NOW),
        Link("https://zoom.us/j/123456789"),
    ]
    for each in services:
        each.check()
        each.prepare(MEETING)
        assert each.way_in(MEETING, DANA).startswith("http")
        each.end(MEETING)
        assert each.recordings(MEETING) == []


@pytest.mark.parametrize(
    ("one", "other", "service"),
    [
        ("https://zoom.us/j/98765432101?pwd=abc", "https://uni.zoom.us/j/98765432101", "Zoom"),
        ("https://us02web.zoom.us/wc/join/98765432101", "https://zoom.us/w/98765432101#success", "Zoom"),
        (
            "https://teams.microsoft.com/l/meetup-join/19%3ameeting_X/0?context=%7b%7d",
            "https://teams.microsoft.com/l/meetup-join/19%3ameeting_X/0",
            "Microsoft Teams",
        ),
        (
            "https://uni.webex.com/uni/j.php?MTID=m1",
            "https://uni.webex.com/uni-en/j.php?MTID=m1&x=2",
            "Webex",
        ),
        (
            "https://meet.google.com/abc-defg-hij?authuser=1",
            "https://meet.google.com/ABC-defg-hij",
            "Google Meet",
        ),
        ("https://meet.example.org/room/", "https://MEET.example.org/room", ""),
    ],
)
def test_two_links_to_one_room_are_recognised(one: str, other: str, service: str) -> None:
    assert recognise(one) == recognise(other)
    assert recognise(one).service == service


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://zoom.us/j/98765432101", "https://zoom.us/j/98765432102"),
        ("https://meet.example.org/?room=1", "https://meet.example.org/?room=2"),
        ("https://meet.example.org/a", "https://meet.example.org/b"),
    ],
)
def test_two_rooms_are_not_taken_for_one(one: str, other: str) -> None:
    assert recognise(one).room != recognise(other).room
