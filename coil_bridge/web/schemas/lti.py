"""The forms by which an administrator registers a Moodle as an LTI platform by hand."""

from __future__ import annotations

from typing import Any

from marshmallow import post_load

from coil_bridge.services.launching.lti_registry import ManualInput
from coil_bridge.web.schemas.fields import FormSchema, Line


class PlatformSchema(FormSchema):
    """What Moodle shows under "Tool configuration details"; loads a ``ManualInput``."""

    issuer = Line(400, required=True)
    client_id = Line(255, required=True)
    deployment_id = Line(200, required=True)
    login_url = Line(1000, required=True)
    token_url = Line(1000, required=True)
    jwks_url = Line(1000, required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> ManualInput:
        return ManualInput(**data)


class DeploymentSchema(FormSchema):
    """One more deployment of a registration."""

    deployment_id = Line(200, required=True)
