"""Pilots: set up, pull the activity of their pairings, download participation, destroy the key."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import Person, Role
from coil_bridge.errors import InvalidInput
from coil_bridge.services.activity.activity_pull import ActivityPull
from coil_bridge.services.piloting.exports import ExportService
from coil_bridge.services.piloting.monitoring import Monitoring
from coil_bridge.services.piloting.pilots import PilotService
from coil_bridge.web.forms import Form, load
from coil_bridge.web.schemas.pilot import PHASE_ROWS, PhaseSchema, load_pilot
from coil_bridge.web.texts import gettext, ngettext
from coil_bridge.web.trail import deeds
from coil_bridge.web.visitors import Visitors

Reply = str | Response | tuple[str, int]


class PilotPages:
    """The evaluation lead's pages."""

    def __init__(
        self,
        *,
        pilots: PilotService,
        pulls: ActivityPull,
        exports: ExportService,
        monitoring: Monitoring,
        visitors: Visitors,
        threshold: int,
    ) -> None:
        self._pilots = pilots
        self._pulls = pulls
        self._exports = exports
        self._monitoring = monitoring
        self._visitors = visitors
        self._threshold = threshold

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("pilots", __name__, url_prefix="/pilots")
        add = pages.add_url_rule
        add("", "index", self.index)
        add("/new", "new", self.new)
        add("", "create", self.create, methods=["POST"])
        add("/<pilot_id>", "show", self.show)
        add("/<pilot_id>/phases", "add_phase", self.add_phase, methods=["POST"])
        add("/<pilot_id>/pull", "pull", self.pull, methods=["POST"])
        add("/<pilot_id>/progress", "progress", self.progress)
        add("/<pilot_id>/participation.<export_format>", "download", self.download)
        add("/<pilot_id>/destroy-key", "confirm_destroy", self.confirm_destroy)
        add("/<pilot_id>/destroy-key", "destroy", self.destroy, methods=["POST"])
        return pages

    def index(self) -> Reply:
        """Every pilot, and how the partners of those that are under way stand."""
        person = self._evaluator()
        standing = {each.pilot_id: each for each in self._monitoring.under_way(person)}
        return render_template("pilots/index.html", pilots=self._pilots.all(person), standing=standing)

    def new(self) -> Reply:
        """The form of a pilot with its phases."""
        self._evaluator()
        return self._new_page(Form.blank(suppression_threshold=self._threshold))

    def create(self) -> Reply:
        """Set up a pilot."""
        person = self._evaluator()
        try:
            pilot = self._pilots.create(person, load_pilot(request.form))
        except InvalidInput as error:
            return self._new_page(Form.refused(error)), 422
        flash(gettext("The pilot is set up. Pairings can be counted to its phases now."), "good")
        return redirect(url_for("pilots.show", pilot_id=pilot.id), 303)

    def show(self, pilot_id: str) -> Reply:
        """One pilot with phases, pairings, pulls and downloads."""
        return self._show_page(self._evaluator(), pilot_id, Form())

    def add_phase(self, pilot_id: str) -> Reply:
        """Add a phase."""
        person = self._evaluator()
        try:
            self._pilots.add_phase(person, pilot_id, load(PhaseSchema()))
        except InvalidInput as error:
            return self._show_page(person, pilot_id, Form.refused(error)), 422
        flash(gettext("The phase is added."), "good")
        return redirect(url_for("pilots.show", pilot_id=pilot_id), 303)

    def pull(self, pilot_id: str) -> Reply:
        """Have every course of the pilot pulled."""
        queued = self._pulls.request(self._evaluator(), pilot_id)
        if queued:
            flash(
                ngettext("%(num)d course is pulled now.", "%(num)d courses are pulled now.", queued), "info"
            )
        else:
            flash(gettext("Every course is being pulled already."), "info")
        return redirect(url_for("pilots.show", pilot_id=pilot_id, _anchor="pulls"), 303)

    def progress(self, pilot_id: str) -> Reply:
        """How the pilot stands: the part of the page that renews itself while pulls are under way."""
        person = self._evaluator()
        return render_template(
            "pilots/standing.html",
            view=self._pilots.get(person, pilot_id),
            progress=self._pulls.progress(person, pilot_id),
        )

    def download(self, pilot_id: str, export_format: str) -> Reply:
        """Participation as a file."""
        file = self._exports.participation(self._evaluator(), pilot_id, export_format)
        response = make_response(file.content)
        response.headers["Content-Type"] = file.media_type
        response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
        return response

    def confirm_destroy(self, pilot_id: str) -> Reply:
        """Ask before the key is destroyed."""
        view = self._pilots.get(self._evaluator(), pilot_id)
        return render_template("pilots/destroy.html", pilot=view.pilot)

    def destroy(self, pilot_id: str) -> Reply:
        """Destroy the key."""
        self._pilots.destroy_key(self._evaluator(), pilot_id)
        flash(gettext("The key is destroyed. Nobody can link the pilot’s rows to people any more."), "good")
        return redirect(url_for("pilots.show", pilot_id=pilot_id), 303)

    def _evaluator(self) -> Person:
        return self._visitors.with_role(Role.EVALUATION_LEAD, Role.ADMINISTRATOR)

    def _new_page(self, form: Form) -> str:
        return render_template("pilots/new.html", form=form, rows=range(PHASE_ROWS))

    def _show_page(self, person: Person, pilot_id: str, form: Form) -> str:
        view = self._pilots.get(person, pilot_id)
        progress = self._pulls.progress(person, pilot_id)
        return render_template(
            "pilots/show.html",
            view=view,
            pilot=view.pilot,
            progress=progress,
            form=form,
            deeds=deeds(self._pilots.trail(person, pilot_id), self._visitors.translator()),
        )
