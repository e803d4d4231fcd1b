"""The sign-in form."""

from __future__ import annotations

from coil_bridge.web.schemas.fields import FormSchema, Line


class SignInSchema(FormSchema):
    """University (empty for administrators and evaluation leads) and e-mail address or Moodle user name."""

    site_id = Line(26, load_default=None)
    login = Line(254, required=True)
