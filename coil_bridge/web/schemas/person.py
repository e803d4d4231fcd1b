"""The forms by which an administrator gives roles."""

from __future__ import annotations

from marshmallow import fields, validate

from coil_bridge.domain import Role
from coil_bridge.i18n import mark
from coil_bridge.web.schemas.fields import REQUIRED, Chosen, EmailAddress, FormSchema, Line


class RolesSchema(FormSchema):
    """The roles of a person; none ends the access by e-mail."""

    roles = fields.List(Chosen(Role), load_default=list)


class PersonSchema(FormSchema):
    """Somebody to invite."""

    name = Line(255, required=True)
    email = EmailAddress(required=True)
    roles = fields.List(
        Chosen(Role),
        required=True,
        validate=validate.Length(min=1, error=mark("Choose at least one role.")),
        error_messages={"required": REQUIRED},
    )
