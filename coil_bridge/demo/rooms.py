"""The demo's rooms: a simulated BigBlueButton for everybody, and one room by its link."""

from __future__ import annotations

from coil_bridge.domain import Pairing, Person
from coil_bridge.services.bundle import Services
from coil_bridge.services.meeting.room_registry import RoomInput
from coil_bridge.storage.rooms import RoomKind
from connectors.meetings.simulator import BigBlueButtonSimulator


def add_rooms(
    services: Services, administrator: Person, server: BigBlueButtonSimulator, institution_id: str
) -> None:
    """Offer them as an administrator does."""
    for room in (
        RoomInput(
            RoomKind.BIGBLUEBUTTON,
            "BigBlueButton of the consortium",
            server.url,
            secret=server.secret,
            capacity=200,
        ),
        RoomInput(
            RoomKind.LINK,
            "Zoom room of the Danube faculty",
            "https://danube-example.zoom.us/j/98765432101",
            institution_id=institution_id,
            capacity=100,
        ),
    ):
        services.calendars.room_registry.add(administrator, room)


def room_of(services: Services, pairing: Pairing, name: str | None) -> str | None:
    """The address by which a session keeps the room of this name."""
    choices = {each.name: each.address for each in services.calendars.rooms.choices(pairing)}
    return choices[name] if name else None
