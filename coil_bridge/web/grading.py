"""Participation as a grade: a teacher switches it on and off on the pairing's page."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from marshmallow import fields
from werkzeug.wrappers import Response

from coil_bridge.services.launching.participation_grades import ParticipationGrades
from coil_bridge.web.forms import load
from coil_bridge.web.schemas.fields import FormSchema, Line
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors


class GradingSchema(FormSchema):
    """Which course, and whether its students' participation is wanted as a grade."""

    course_id = Line(26, required=True)
    on = fields.Boolean(load_default=False)


class GradingPages:
    """The switch."""

    def __init__(self, grades: ParticipationGrades, visitors: Visitors) -> None:
        self._grades = grades
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("grading", __name__)
        pages.add_url_rule("/pairings/<pairing_id>/grades", "switch", self.switch, methods=["POST"])
        return pages

    def switch(self, pairing_id: str) -> Response:
        """Want grades for a course, or no longer.

        Raises:
            NotSignedIn, NotFound, Conflict: as ``ParticipationGrades.switch``.
        """
        person, wanted = self._visitors.signed_in(), load(GradingSchema())
        self._grades.switch(person, pairing_id, wanted["course_id"], on=wanted["on"])
        if wanted["on"]:
            flash(gettext("Participation goes to your gradebook from now on, after each session."), "good")
        else:
            flash(gettext("No more grades are sent. Those that Moodle has stay there."), "info")
        return redirect(url_for("pairings.show", pairing_id=pairing_id, _anchor="grades"), 303)
