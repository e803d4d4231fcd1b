"""The forms by which an administrator connects a Moodle."""

from __future__ import annotations

from datetime import time
from typing import Any

from marshmallow import post_load

from coil_bridge.services.moodles.site_inputs import InstitutionInput, SiteInput
from coil_bridge.web.schemas.fields import FormSchema, Line, Secret, TimeOfDay


class _Described(FormSchema):
    """What a university is described by."""

    name = Line(200, required=True)
    short_name = Line(40, required=True)
    city = Line(80, required=True)
    country = Line(2, required=True)
    subdivision = Line(10, load_default=None)
    zone = Line(64, required=True)
    day_starts = TimeOfDay(load_default=time(8))
    day_ends = TimeOfDay(load_default=time(20))


class InstitutionSchema(_Described):
    """A university; loads an ``InstitutionInput``."""

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> InstitutionInput:
        return InstitutionInput(**data)


class SiteSchema(_Described):
    """A Moodle and the university it belongs to; loads a ``SiteInput``."""

    base_url = Line(400, required=True)
    token = Secret(200, required=True)
    site_name = Line(200, load_default="")

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> SiteInput:
        own = {name: data.pop(name) for name in ("base_url", "token")}
        return SiteInput(name=data.pop("site_name"), institution=InstitutionInput(**data), **own)


class TokenSchema(FormSchema):
    """Another token for a site."""

    token = Secret(200, required=True)
