"""``coil-bridge room``: the meeting servers and rooms that teachers may choose."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from coil_bridge.commands.common import exits_by_error, json_option, moment, opened, show, table
from coil_bridge.errors import NotFound
from coil_bridge.i18n import mark, translator
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import SYSTEM
from coil_bridge.services.meeting.room_registry import RoomInput
from coil_bridge.storage.rooms import RoomKind, RoomOffer

SECRET_VARIABLE = "COIL_BRIDGE_ROOM_SECRET"  # noqa: S105 - the name of a variable
NOT_READY = 9


@click.group()
def room() -> None:
    """Offer meeting servers and rooms, check and remove them.

    ROOM is an id or a name.
    """


@room.command()
@click.argument("kind", type=click.Choice([each.value for each in RoomKind]))
@click.argument("address")
@click.option("--name", required=True, help="What teachers choose by.")
@click.option("--institution", help="Name or short name; default: for every pairing.")
@click.option("--app-id", default="", help="Jitsi's app id, beside its secret.")
@click.option("--capacity", type=int, help="How many people it holds, of a server together at one time.")
@click.option(
    "--secret-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the shared secret from a file.",
)
@json_option
@exits_by_error
def add(kind: str, address: str, secret_file: Path | None, as_json: bool, **given: Any) -> None:
    """Offer a room: a BigBlueButton or Jitsi server at ADDRESS, or one room by its link.

    The secret is read from --secret-file, from the variable COIL_BRIDGE_ROOM_SECRET, or asked for without
    showing it. The room is kept even if its check fails; the exit code is 9 then.
    """
    with opened() as services:
        wanted = RoomInput(
            kind=RoomKind(kind),
            name=given["name"],
            address=address,
            institution_id=_institution(services, given["institution"]),
            app_id=given["app_id"],
            secret=_secret(RoomKind(kind), given["app_id"], secret_file),
            capacity=given["capacity"],
        )
        _report(services.calendars.room_registry.add(SYSTEM, wanted), as_json=as_json)


@room.command("list")
@json_option
@exits_by_error
def list_(as_json: bool) -> None:
    """List the rooms that are offered."""
    with opened() as services:
        rooms = services.calendars.room_registry.all(SYSTEM)
        rows = [
            (each.id, each.kind, each.name, each.address, str(each.capacity or ""), _state(each))
            for each in rooms
        ]
        text = table(("ID", "KIND", "NAME", "ADDRESS", "PLACES", "CHECK"), rows)
        show([_plain(each) for each in rooms], as_json=as_json, text=text)


@room.command()
@click.argument("which", metavar="ROOM")
@json_option
@exits_by_error
def check(which: str, as_json: bool) -> None:
    """Ask a room's server whether it is there and takes the secret; exit code 9 when not."""
    with opened() as services:
        found = _found(services, which)
        _report(services.calendars.room_registry.check(SYSTEM, found.id), as_json=as_json)


@room.command()
@click.argument("which", metavar="ROOM")
@json_option
@exits_by_error
def remove(which: str, as_json: bool) -> None:
    """Offer a room no longer; its secret is forgotten."""
    with opened() as services:
        found = services.calendars.room_registry.remove(SYSTEM, _found(services, which).id)
        show(_plain(found), as_json=as_json, text=f"{found.name} is offered no longer.")


def _report(offer: RoomOffer, *, as_json: bool) -> None:
    show(_plain(offer), as_json=as_json, text=f"{offer.id}  {offer.name}: {_state(offer)}")
    if offer.problem:
        sys.exit(NOT_READY)


def _found(services: Services, which: str) -> RoomOffer:
    for each in services.calendars.room_registry.all(SYSTEM):
        if which in (each.id, each.name):
            return each
    raise NotFound(mark("There is no such room."))


def _institution(services: Services, name: str | None) -> str | None:
    if not name:
        return None
    for each in services.sites.all():
        if name in (each.institution.name, each.institution.short_name):
            return each.institution.id
    raise NotFound(mark("There is no such institution."))


def _secret(kind: RoomKind, app_id: str, secret_file: Path | None) -> str:
    if secret_file is not None:
        return secret_file.read_text("utf-8").strip()
    if SECRET_VARIABLE in os.environ:
        return os.environ[SECRET_VARIABLE].strip()
    wanted = kind is RoomKind.BIGBLUEBUTTON or (kind is RoomKind.JITSI and bool(app_id))
    return str(click.prompt("Secret", hide_input=True, err=True)).strip() if wanted else ""


def _state(offer: RoomOffer) -> str:
    return translator("en").say(offer.problem) if offer.problem else "ok"


def _plain(offer: RoomOffer) -> dict[str, Any]:
    return {
        "id": offer.id,
        "kind": offer.kind.value,
        "name": offer.name,
        "address": offer.address,
        "institution_id": offer.institution_id,
        "capacity": offer.capacity,
        "checked_at": moment(offer.checked_at),
        "check": _state(offer),
    }
