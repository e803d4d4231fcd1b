"""What a person chooses for the own pages."""

from __future__ import annotations

from coil_bridge.web.rendering import THEMES
from coil_bridge.web.schemas.fields import Choice, FormSchema, Line


class PreferencesSchema(FormSchema):
    """Language and zone; empty for "as my browser and my Moodle say". The service knows which exist."""

    language = Line(10, load_default=None)
    zone = Line(64, load_default=None)


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
