"""A session's attendance: the teacher's page of the own course's students, and corrections on it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import Person
from coil_bridge.errors import InvalidInput
from coil_bridge.services.piloting.attendance_sheet import AttendanceSheets
from coil_bridge.web.forms import Form, load
from coil_bridge.web.schemas.evidence import CorrectionSchema
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response | tuple[str, int]


class AttendancePages:
    """Sheets of attendance."""

    def __init__(self, sheets: AttendanceSheets, visitors: Visitors) -> None:
        self._sheets = sheets
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("attendance", __name__)
        pages.add_url_rule("/sessions/<session_id>/attendance", "show", self.show)
        pages.add_url_rule("/sessions/<session_id>/attendance", "correct", self.correct, methods=["POST"])
        return pages

    def show(self, session_id: str) -> Reply:
        """Who was there."""
        return self._page(self._visitors.signed_in(), session_id, Form())

    def correct(self, session_id: str) -> Reply:
        """Take down what the teacher says."""
        person = self._visitors.signed_in()
        try:
            self._sheets.correct(person, session_id, load(CorrectionSchema()))
        except InvalidInput as error:
            return self._page(person, session_id, Form.refused(error)), 422
        flash(gettext("The correction is noted, with your name and the reason."), "good")
        return redirect(url_for("attendance.show", session_id=session_id), 303)

    def _page(self, person: Person, session_id: str, form: Form) -> str:
        return render_template("attendance/sheet.html", sheet=self._sheets.get(person, session_id), form=form)
