"""What somebody chooses when making a calendar address."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from coil_bridge.services.calendar.feeds import ALARMS, LinkOptions
from coil_bridge.web.schemas.fields import Choice, FormSchema


class SubscriptionSchema(FormSchema):
    """How early to be reminded, and whether the address is for a Moodle's own import."""

    alarm = Choice([str(minutes) for minutes in ALARMS], load_default="0")
    for_moodle = fields.Boolean(load_default=False)

    @post_load
    def _made(self, data: dict[str, Any], **_kwargs: Any) -> LinkOptions:
        return LinkOptions(alarm=int(data["alarm"]), for_moodle=data["for_moodle"])
