"""What a teacher sees of the own class, and what a student sees of the own data."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from coil_bridge.services.piloting.objections import Objections
from coil_bridge.services.piloting.own_class import MISSED_SESSIONS, QUIET_DAYS, OwnClasses
from coil_bridge.services.piloting.own_evidence import OwnEvidence
from coil_bridge.web.forms import load
from coil_bridge.web.schemas.evidence import ObjectionSchema
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response


class OwnEvidencePages:
    """A class, and one's own data."""

    def __init__(
        self, own: OwnEvidence, classes: OwnClasses, objections: Objections, visitors: Visitors
    ) -> None:
        self._own = own
        self._classes = classes
        self._objections = objections
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("own", __name__)
        add = pages.add_url_rule
        add("/pairings/<pairing_id>/students", "students", self.students)
        add("/pairings/<pairing_id>/students", "names", self.names, methods=["POST"])
        add("/me/data", "data", self.data)
        add("/me/data", "object", self.object, methods=["POST"])
        return pages

    def students(self, pairing_id: str) -> Reply:
        """The own students of a pairing: who might be lost, or how it ended for each."""
        return self._students(pairing_id)

    def names(self, pairing_id: str) -> Reply:
        """The same, with the names that a course's Moodle gives; they are in this one answer only."""
        return self._students(pairing_id, request.form.get("course_id", ""))

    def _students(self, pairing_id: str, names_of: str | None = None) -> Reply:
        pairing, classes = self._classes.of(self._visitors.signed_in(), pairing_id, names_of=names_of)
        return render_template(
            "own/students.html",
            pairing=pairing,
            classes=classes,
            quiet_days=QUIET_DAYS,
            missed_sessions=MISSED_SESSIONS,
        )

    def data(self) -> Reply:
        """What is counted of the reader."""
        return render_template("own/data.html", own=self._own.own(self._visitors.signed_in()))

    def object(self) -> Reply:
        """Object to being counted, or take it back."""
        person, wanted = self._visitors.signed_in(), load(ObjectionSchema())
        self._objections.switch(person, on=wanted["on"])
        if wanted["on"]:
            flash(
                gettext(
                    "You are counted nowhere from now on. The figures are being worked out without you; "
                    "in a minute or two they no longer have you in them."
                ),
                "good",
            )
        else:
            flash(
                gettext(
                    "You are counted again. The figures are being worked out; in a minute or two they have "
                    "you in them as you were counted before you objected."
                ),
                "good",
            )
        return redirect(url_for("own.data"), 303)
