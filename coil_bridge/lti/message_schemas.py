"""The shape of LTI messages at the edge: what must be there, and of which type (LTI 1.3 core, 5.3 and 5.4).

Claims that we do not know are left alone: platforms may add their own. ``null`` counts as left out, since
Moodle sends it for variables that have no value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load, validate

from coil_bridge.lti import claims as names
from coil_bridge.lti.claims import MessageType
from coil_bridge.lti.refusals import Reason, Refusal
from connectors.moodle.text import printable

OPAQUE = validate.And(validate.Length(min=1, max=255), validate.Regexp(r"[^\x00-\x1f\x7f]+\Z"))


class Words(fields.String):
    """What people shall read: one line, without what a calendar, a mail or a database refuses."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return " ".join(printable(super()._deserialize(value, attr, data, **kwargs)).split())


class _Lenient(Schema):
    class Meta:
        unknown = EXCLUDE

    @pre_load
    def _without_nulls(self, data: Any, **_kwargs: Any) -> Any:
        return (
            {name: value for name, value in data.items() if value is not None}
            if isinstance(data, dict)
            else data
        )


class _ContextSchema(_Lenient):
    id = fields.String(required=True, validate=OPAQUE)
    label = Words(load_default="")
    title = Words(load_default="")


class _ResourceLinkSchema(_Lenient):
    id = fields.String(required=True, validate=OPAQUE)
    title = Words(load_default="")


class _PresentationSchema(_Lenient):
    locale = fields.String(load_default="")
    document_target = fields.String(load_default="")
    return_url = fields.String(load_default="")


class _RosterSchema(_Lenient):
    context_memberships_url = fields.String(required=True)


class _GradesSchema(_Lenient):
    scope = fields.List(fields.String(), load_default=list)
    lineitems = fields.String(load_default="")
    lineitem = fields.String(load_default="")


class _DeepLinkingSchema(_Lenient):
    deep_link_return_url = fields.String(required=True)
    accept_types = fields.List(fields.String(), required=True)
    accept_multiple = fields.Boolean(load_default=False)
    data = fields.String(load_default=None)


class _ForUserSchema(_Lenient):
    user_id = fields.String(required=True, validate=OPAQUE)


class _MessageSchema(_Lenient):
    sub = fields.String(required=True, validate=OPAQUE)
    roles = fields.List(fields.String(), required=True, data_key=names.ROLES)
    target_link_uri = fields.String(required=True, data_key=names.TARGET_LINK_URI)
    context = fields.Nested(_ContextSchema, load_default=None, data_key=names.CONTEXT)
    resource_link = fields.Nested(_ResourceLinkSchema, load_default=None, data_key=names.RESOURCE_LINK)
    presentation = fields.Nested(_PresentationSchema, load_default=None, data_key=names.LAUNCH_PRESENTATION)
    custom = fields.Dict(keys=fields.String(), load_default=dict, data_key=names.CUSTOM)
    roster = fields.Nested(_RosterSchema, load_default=None, data_key=names.ROSTER)
    grades = fields.Nested(_GradesSchema, load_default=None, data_key=names.GRADES)
    deep_linking = fields.Nested(_DeepLinkingSchema, load_default=None, data_key=names.DEEP_LINKING_SETTINGS)
    for_user = fields.Nested(_ForUserSchema, load_default=None, data_key=names.FOR_USER)
    name = Words(load_default="")
    email = Words(load_default="")


class _LinkSchema(_MessageSchema):
    resource_link = fields.Nested(_ResourceLinkSchema, required=True, data_key=names.RESOURCE_LINK)


class _PickSchema(_MessageSchema):
    deep_linking = fields.Nested(_DeepLinkingSchema, required=True, data_key=names.DEEP_LINKING_SETTINGS)


_SCHEMAS: Mapping[MessageType, Schema] = {
    MessageType.RESOURCE_LINK: _LinkSchema(),
    MessageType.SUBMISSION_REVIEW: _LinkSchema(),
    MessageType.DEEP_LINKING: _PickSchema(),
}


def message_type(claims: Mapping[str, Any]) -> MessageType:
    """Which message this is.

    Raises:
        Refusal: another version of LTI, or a message that we do not know.
    """
    if claims.get(names.VERSION_CLAIM) != names.VERSION:
        raise Refusal(Reason.VERSION_WRONG)
    given = claims.get(names.MESSAGE_TYPE)
    if not isinstance(given, str) or given not in list(MessageType):
        raise Refusal(Reason.MESSAGE_TYPE_WRONG)
    return MessageType(given)


def load_claims(kind: MessageType, claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of a message under short names.

    Raises:
        Refusal: a claim is missing or of the wrong type; the log names it.
    """
    try:
        loaded: dict[str, Any] = _SCHEMAS[kind].load(dict(claims))
    except ValidationError as error:
        wrong = sorted(name.rpartition("/")[2] for name in error.messages_dict)
        raise Refusal(Reason.CLAIM_WRONG, claims="+".join(wrong)) from None
    return loaded
