"""BigBlueButton over real HTTP, Jitsi's tokens, pasted links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest
import requests

from connectors.meetings.bigbluebutton import BigBlueButton
from connectors.meetings.jitsi import Jitsi
from connectors.meetings.link import Link, recognise
from connectors.meetings.protocol import Guest, Meeting, MeetingFailed, MeetingService, Part
from connectors.meetings.records import Stay, UnreadableRecord, read_record, speaks_the_server
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


def test_the_server_tells_afterwards_who_was_inside(
    server: BigBlueButtonSimulator, bigbluebutton: BigBlueButton
) -> None:
    bigbluebutton.prepare(replace(MEETING, tell_to="https://bridge.example.org/hooks"))
    assert server.rooms[MEETING.id].told_at == "https://bridge.example.org/hooks"
    requests.get(bigbluebutton.way_in(MEETING, DANA), timeout=5)
    meeting, stays = read_record(server.record(MEETING.id, NOW, NOW + timedelta(minutes=40)))
    assert (meeting, stays) == (MEETING.id, [Stay("dana", NOW, NOW + timedelta(minutes=40))])


def test_several_devices_are_one_stay_and_who_never_left_stayed_to_the_end() -> None:
    attendee = {
        "ext_user_id": "dana",
        "joins": ["2026-10-27T13:00:00.000+00:00", "2026-10-27 13:20:00 +0000", "2026-10-27T15:00:00+01:00"],
        "leaves": ["2026-10-27T13:10:00.000+00:00", "2026-10-27T13:40:00Z"],
    }
    data = {"finish": "2026-10-27T14:30:00.000+00:00", "attendees": [attendee]}
    _, stays = read_record(json.dumps({"meeting_id": "m", "data": data}).encode())
    minutes = [
        (each.joined.hour * 60 + each.joined.minute, each.left.hour * 60 + each.left.minute) for each in stays
    ]
    assert minutes == [(780, 790), (800, 820), (840, 870)]
    attendee["joins"][1] = "2026-10-27T13:05:00Z"
    _, stays = read_record(json.dumps({"meeting_id": "m", "data": data}).encode())
    told = [f"{each.joined:%H:%M} to {each.left:%H:%M}" for each in stays]
    assert told == ["13:00 to 13:40", "14:00 to 14:30"]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"meeting_id": "m"}', b'{"meeting_id": "m", "data": {"attendees": [{}]}}', b"[" * 9999],
)
def test_what_is_no_record_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableRecord):
        read_record(body)


def test_only_who_has_the_secret_speaks_for_the_server(server: BigBlueButtonSimulator) -> None:
    token = server.token(NOW + timedelta(hours=24))
    assert speaks_the_server(token, server.secret, NOW)
    assert speaks_the_server(token.replace("Bearer ", "Basic "), server.secret, NOW) is False
    assert speaks_the_server(token, "another secret", NOW) is False
    assert speaks_the_server(token, server.secret, NOW + timedelta(hours=25)) is False
    head, _, _ = token.rpartition(".")
    assert speaks_the_server(f"{head}.", server.secret, NOW) is False
    for nothing in ("", "Bearer", "Bearer a.b.c", "Bearer é.é.é"):
        assert speaks_the_server(nothing, server.secret, NOW) is False
