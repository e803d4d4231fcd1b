"""Moodle's picker: a teacher chooses what to place, and the browser takes the signed answer back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from marshmallow import fields
from werkzeug.wrappers import Response

from coil_bridge.errors import InvalidInput
from coil_bridge.i18n import mark
from coil_bridge.lti.urls import web_origin
from coil_bridge.services.launching.placements import TEXTS, TITLES, Picker, Placements
from coil_bridge.storage.lti_records import ResourceKind
from coil_bridge.web.forms import Form, load
from coil_bridge.web.framing import may_post_to
from coil_bridge.web.schemas.fields import Chosen, FormSchema, Line, Secret
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response | tuple[str, int]


class PickSchema(FormSchema):
    """What was chosen; ``multiple`` only says how the page looked, the seal knows what Moodle takes."""

    sealed = Secret(20_000, required=True)
    multiple = Line(3, load_default="")
    nothing = Line(3, load_default="")
    kinds = fields.List(Chosen(ResourceKind), load_default=list)


class PlacingPages:
    """Asks what to place, and answers Moodle."""

    def __init__(self, placements: Placements, visitors: Visitors) -> None:
        self._placements = placements
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs; the picker itself opens in answer to its launch."""
        pages = Blueprint("lti_place", __name__)
        pages.add_url_rule("/lti/place", "place", self.place, methods=["POST"])
        return pages

    @staticmethod
    def picker(picker: Picker, form: Form | None = None) -> str:
        """The page to choose on."""
        kinds = [(kind.value, gettext(TITLES[kind]), gettext(TEXTS[kind])) for kind in ResourceKind]
        proposed = Form.blank(kinds=[ResourceKind.SESSIONS.value])
        return render_template("lti/pick.html", picker=picker, kinds=kinds, form=form or proposed)

    def place(self) -> Reply:
        """Take the choice back to Moodle.

        Raises:
            Refusal: as ``Placements.place``.
        """
        person = self._visitors.signed_in()
        chosen = load(PickSchema())
        try:
            answer = self._placements.place(person, chosen["sealed"], _kinds(chosen))
        except InvalidInput as error:
            again = Picker(chosen["sealed"], chosen["multiple"] == "yes")
            return self.picker(again, Form.refused(error)), 422
        may_post_to(web_origin(answer.return_url))
        return render_template("lti/placed.html", answer=answer)


def _kinds(chosen: dict[str, Any]) -> list[ResourceKind]:
    if chosen["nothing"]:
        return []
    if not chosen["kinds"]:
        raise InvalidInput({"kinds": [mark("Choose at least one, or place nothing.")]})
    return list(chosen["kinds"])
