"""The sign-in form."""

from __future__ import annotations

from typing import Any

from marshmallow import post_load

from coil_bridge.web.schemas.fields import FormSchema, Line

NO_UNIVERSITY = "none"


class SignInSchema(FormSchema):
    """University ("none" for administrators and evaluation leads), and address or Moodle user name."""

    site_id = Line(26, required=True)
    login = Line(254, required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return data | {"site_id": None if data["site_id"] == NO_UNIVERSITY else data["site_id"]}
