"""The form of a room that administrators offer."""

from __future__ import annotations

from typing import Any

from marshmallow import post_load

from coil_bridge.i18n import mark
from coil_bridge.services.meeting.room_registry import MOST_PEOPLE, RoomInput
from coil_bridge.storage.rooms import RoomKind
from coil_bridge.web.schemas.fields import Chosen, Count, FormSchema, Line, Secret


class RoomSchema(FormSchema):
    """What is asked of a room; loads a ``RoomInput``."""

    kind = Chosen(RoomKind, required=True)
    name = Line(100, required=True)
    address = Line(1000, required=True)
    institution_id = Line(26, load_default=None)
    app_id = Line(100, load_default="")
    secret = Secret(400, load_default="")
    capacity = Count(1, MOST_PEOPLE, mark("A room holds from 1 to 100,000 people."), load_default=None)

    @post_load
    def _made(self, data: dict[str, Any], **_kwargs: Any) -> RoomInput:
        return RoomInput(**data)
