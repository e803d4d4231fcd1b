"""What a person chooses for the own pages."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from coil_bridge.domain import Reminder, TellingChoice
from coil_bridge.web.rendering import THEMES
from coil_bridge.web.schemas.fields import Choice, Chosen, FormSchema, Line


class PreferencesSchema(FormSchema):
    """Language and zone; empty for "as my browser and my Moodle say". The service knows which exist."""

    language = Line(10, load_default=None)
    zone = Line(64, load_default=None)


class MessagesSchema(FormSchema):
    """What somebody wants to be told; loads a ``TellingChoice``. A box that is not ticked is not sent."""

    changes = fields.Boolean(load_default=False)
    digest = fields.Boolean(load_default=False)
    pairings = fields.Boolean(load_default=False)
    reminder = Chosen(Reminder, load_default=Reminder.NONE)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> TellingChoice:
        return TellingChoice(**data)


class ZoneSchema(FormSchema):
    """The clock that somebody wants to see; a script that asks in passing has no page to come back to."""

    zone = Line(64, required=True)
    back = Line(2000, load_default=None)


class LanguageSchema(FormSchema):
    """A choice in the foot of the page, and the page to come back to."""

    language = Line(10, required=True)
    back = Line(2000, load_default="/")


class ThemeSchema(FormSchema):
    """Light, dark, or the device's own (empty)."""

    theme = Choice(THEMES, load_default="")
    back = Line(2000, load_default="/")
