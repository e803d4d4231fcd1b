"""The forms around a pairing."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from coil_bridge.domain import Model
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.proposals import ProposalInput
from coil_bridge.web.schemas.fields import REQUIRED, Chosen, Day, FormSchema, Ids, Line, Paragraphs


class ProposalSchema(FormSchema):
    """The proposal; loads a ``ProposalInput``."""

    own_course_id = Line(26, required=True)
    partner_course_ids = Ids(
        required=True,
        validate=validate.Length(min=1, max=10, error=mark("Choose at most ten partners' courses.")),
    )
    model = Chosen(Model, required=True)
    language = Line(30, required=True)
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    phase_id = Line(26, load_default=None)
    title = Line(200, load_default="")
    message = Paragraphs(4000, load_default="")

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> ProposalInput:
        return ProposalInput(**data | {"partner_course_ids": tuple(data["partner_course_ids"])})


class ReasonSchema(FormSchema):
    """A note or reason that the other teachers read."""

    reason = Paragraphs(1000, load_default="")


class LastDaySchema(FormSchema):
    """Another last day, and which version of the pairing the form was opened on."""

    ends_on = Day(required=True)
    version = fields.Integer(
        required=True,
        validate=validate.Range(0, 1_000_000),
        error_messages={"required": REQUIRED, "invalid": REQUIRED},
    )


class PhaseChoiceSchema(FormSchema):
    """The phase of a pilot that a pairing counts to; empty for none."""

    phase_id = Line(26, load_default=None)


class SearchSchema(FormSchema):
    """Looking for a partner's course."""

    text = Line(200, load_default="")
    institution = Line(26, load_default=None)
    language = Line(30, load_default=None)
    own = Line(26, load_default=None)
    page = fields.Integer(
        load_default=1,
        validate=validate.Range(1, 10_000),
        error_messages={"invalid": REQUIRED},
    )
