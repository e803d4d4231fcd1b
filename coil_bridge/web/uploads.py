"""Files for a pairing's evidence: a log that was downloaded from Moodle, a room's attendance list."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import fields, validate
from werkzeug.wrappers import Response

from coil_bridge.domain import Person
from coil_bridge.errors import Conflict, InvalidInput
from coil_bridge.services.activity.uploads import UploadInput, UploadService
from coil_bridge.storage.uploads import ATTENDANCE, LOG
from coil_bridge.web.forms import Form, load
from coil_bridge.web.schemas.fields import FormSchema, Line
from coil_bridge.web.texts import gettext, say
from coil_bridge.web.visitors import Visitors

_MOST_RUNS = 1000
Reply = str | Response | tuple[str, int]


class UploadSchema(FormSchema):
    """What a file is, and of which course or session."""

    kind = fields.String(required=True, validate=validate.OneOf([LOG, ATTENDANCE]))
    course_id = Line(26, load_default="")
    session_id = Line(26, load_default="")
    zone = Line(64, load_default="")


class UploadPages:
    """A page for each pairing."""

    def __init__(self, uploads: UploadService, visitors: Visitors) -> None:
        self._uploads = uploads
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("uploads", __name__, url_prefix="/pairings/<pairing_id>/files")
        pages.add_url_rule("", "show", self.show)
        pages.add_url_rule("", "take", self.take, methods=["POST"])
        pages.add_url_rule("/list", "standing", self.standing)
        return pages

    def show(self, pairing_id: str) -> Reply:
        """The forms, and what became of earlier files."""
        return self._page(self._visitors.signed_in(), pairing_id, Form())

    def standing(self, pairing_id: str) -> Reply:
        """The part of the page that renews itself while a file is being read."""
        view = self._uploads.view(self._visitors.signed_in(), pairing_id)
        return render_template("uploads/standing.html", view=view, in_runs=in_runs)

    def take(self, pairing_id: str) -> Reply:
        """Take a file in."""
        person = self._visitors.signed_in()
        given = request.files.get("file")
        try:
            form = UploadInput(
                file_name=(given.filename or "") if given else "",
                content=given.read() if given else b"",
                **load(UploadSchema()),
            )
            self._uploads.take(person, pairing_id, form)
        except InvalidInput as error:
            return self._page(person, pairing_id, Form.refused(error)), 422
        except Conflict as error:
            return self._page(person, pairing_id, Form.typed({"file": [say(error.reason)]})), error.status
        flash(gettext("The file is here and is being read."), "info")
        return redirect(url_for("uploads.show", pairing_id=pairing_id, _anchor="files"), 303)

    def _page(self, person: Person, pairing_id: str, form: Form) -> str:
        view = self._uploads.view(person, pairing_id)
        return render_template("uploads/show.html", view=view, form=form, in_runs=in_runs)


def in_runs(lines: Sequence[int]) -> str:
    """Numbers of lines as a person looks them up: "2–6, 8", the first thousand of such runs."""
    runs: list[list[int]] = []
    for line in sorted(set(lines)):
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    shown = [str(first) if first == last else f"{first}–{last}" for first, last in runs[:_MOST_RUNS]]
    return ", ".join(shown) + (" …" if len(runs) > _MOST_RUNS else "")
