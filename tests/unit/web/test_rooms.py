"""Rooms in the console, in the form of a session, and at the door."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from coil_bridge.domain import SessionState
from connectors.meetings.simulator import BigBlueButtonSimulator
from tests.unit.web.conftest import ORIGIN, World

FORM = {
    "title": "Meet",
    "phase": "comparing",
    "starts_local": "2026-10-27T14:00",
    "zone": "Europe/Belgrade",
    "minutes": "60",
    "repeat": "once",
    "idempotency_key": "key-1",
}


@pytest.fixture
def server() -> Iterator[BigBlueButtonSimulator]:
    with BigBlueButtonSimulator() as it:
        yield it


def offer(world: World, server: BigBlueButtonSimulator, **changes: Any) -> None:
    form = {"kind": "bigbluebutton", "name": "BigBlueButton", "address": server.url, "secret": server.secret}
    ana = world.browser(world.build.administrator())
    assert ana.post("/console/rooms", form | changes).status_code == 303


def test_an_administrator_offers_checks_and_removes_a_room(
    world: World, server: BigBlueButtonSimulator
) -> None:
    ana = world.browser(world.build.administrator())
    assert "No room is offered yet" in ana.get("/console/rooms").text
    offer(world, server, capacity="80")
    page = ana.get("/console/rooms").text
    assert "80 places" in page
    assert server.secret not in page
    [room] = world.services.calendars.room_registry.all(world.build.administrator())
    server.secret = "another one"
    ana.post(f"/console/rooms/{room.id}/check")
    assert "does not accept the secret" in ana.get("/console/rooms").text
    assert "Remove BigBlueButton?" in ana.get(f"/console/rooms/{room.id}/remove").text
    ana.post(f"/console/rooms/{room.id}/remove")
    assert "No room is offered yet" in ana.get("/console/rooms").text


def test_a_form_that_cannot_be_a_room_comes_back_with_reasons(world: World) -> None:
    ana = world.browser(world.build.administrator())
    answer = ana.post("/console/rooms", {"kind": "jitsi", "name": "", "address": "nowhere", "secret": "hush"})
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text
    assert "hush" not in answer.text
    assert world.browser(world.mira).get("/console/rooms").status_code == 404


def test_a_teacher_chooses_a_room_and_everybody_comes_in_by_role(
    world: World, server: BigBlueButtonSimulator
) -> None:
    offer(world, server)
    pairing = world.pairing()
    mira = world.browser(world.mira)
    form = mira.get(f"/pairings/{pairing.id}/sessions/new").text
    [choice] = world.services.calendars.rooms.choices(pairing)
    assert f'<option value="{choice.address}">BigBlueButton</option>' in form
    assert mira.post(f"/pairings/{pairing.id}/sessions", FORM | {"room": choice.address}).status_code == 303
    [session] = world.services.pairings.get(world.mira, pairing.id).sessions
    assert session.room_url == choice.address
    edit = mira.get(f"/sessions/{session.id}/edit").text
    assert f'<option value="{choice.address}" selected>' in edit
    assert f'value="{choice.address}" placeholder' not in edit
    world.clock.set(session.starts_at)
    for person, role in ((world.mira, "MODERATOR"), (world.dana, "VIEWER")):
        answer = world.browser(person).get(f"/join/{session.id}")
        assert answer.status_code == 303
        assert f"role={role}" in answer.headers["Location"]
        assert answer.headers["Location"].startswith(server.url)
    assert world.browser(world.dana).get(choice.address.removeprefix(ORIGIN)).headers["Location"] == (
        f"/join/{session.id}"
    )
    assert world.browser(world.dana).post(f"/join/{session.id}/close").status_code == 403
    assert world.browser(world.mira).post(f"/join/{session.id}/close").status_code == 303
    assert server.rooms[session.id].ended


def test_a_taken_room_is_said_at_the_field(world: World) -> None:
    other = world.pairing()
    world.build.session(other, world.mira, room_url="https://zoom.us/j/98765432101")
    pairing = world.pairing()
    form = FORM | {"room_url": "https://zoom.us/j/98765432101?pwd=x"}
    answer = world.browser(world.mira).post(f"/pairings/{pairing.id}/sessions", form)
    assert answer.status_code == 422
    assert "This room is taken at that time" in answer.text
    assert all(
        each.state is not SessionState.PLANNED
        for each in world.services.pairings.get(world.mira, pairing.id).sessions
    )


def test_a_server_that_is_away_is_told_at_the_door(world: World, server: BigBlueButtonSimulator) -> None:
    offer(world, server)
    pairing = world.pairing()
    [choice] = world.services.calendars.rooms.choices(pairing)
    session = world.build.session(pairing, world.mira, room_url=choice.address)
    world.clock.set(session.starts_at)
    server.secret = "another one"
    answer = world.browser(world.dana).get(f"/join/{session.id}")
    assert answer.status_code == 502
    assert "does not answer" in answer.text
