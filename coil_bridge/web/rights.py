"""What is held about people and for how long: the page that says it, and what everybody can do about it."""

from __future__ import annotations

import json

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from coil_bridge.domain import Role
from coil_bridge.errors import InvalidInput
from coil_bridge.services.identity.rights import RightsService
from coil_bridge.services.piloting.retention import YEARS, RetentionService
from coil_bridge.web.forms import load
from coil_bridge.web.holdings import HOLDINGS
from coil_bridge.web.schemas.fields import Day, FormSchema
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | BaseResponse | tuple[str, int]


class KeepingSchema(FormSchema):
    """The last day on which a pilot's rows are kept."""

    keep_until = Day(required=True)


class RightsPages:
    """Data protection."""

    def __init__(self, rights: RightsService, retention: RetentionService, visitors: Visitors) -> None:
        self._rights = rights
        self._retention = retention
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("rights", __name__)
        add = pages.add_url_rule
        add("/privacy", "page", self.page)
        add("/me/held", "held", self.held, methods=["POST"])
        add("/me/erase", "ask", self.ask)
        add("/me/erase", "erase", self.erase, methods=["POST"])
        add("/pilots/<pilot_id>/retention", "keep", self.keep, methods=["POST"])
        return pages

    def page(self) -> Reply:
        """What is held, where it came from, for how long, and what anybody can do about it."""
        return render_template("rights/page.html", holdings=HOLDINGS, years=YEARS)

    def held(self) -> Reply:
        """Everything that is held about the person, as a file. It is recorded, so it is no GET."""
        person = self._visitors.signed_in()
        content = json.dumps(self._rights.held(person, person.id), ensure_ascii=False, indent=2)
        answer = Response(content, mimetype="application/json")
        answer.headers["Content-Disposition"] = 'attachment; filename="coil-bridge-data.json"'
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def ask(self) -> Reply:
        """Ask before the person is erased."""
        self._visitors.signed_in()
        return render_template("rights/erase.html")

    def erase(self) -> Reply:
        """Erase the person, who is a stranger here afterwards."""
        person = self._visitors.signed_in()
        if request.form.get("sure") != "yes":
            return render_template("rights/erase.html", unsure=True), 422
        self._rights.erase(person, person.id)
        self._visitors.end()
        flash(gettext("Your data are erased, and you are signed out."), "good")
        return redirect(url_for("home.index"), 303)

    def keep(self, pilot_id: str) -> Reply:
        """Decide how long a pilot's rows are kept."""
        person = self._visitors.with_role(Role.EVALUATION_LEAD, Role.ADMINISTRATOR)
        try:
            self._retention.decide(person, pilot_id, load(KeepingSchema())["keep_until"])
        except InvalidInput as error:
            [reasons] = error.errors.values()
            flash(gettext(reasons[0]), "bad")
        else:
            flash(gettext("The day is saved."), "good")
        return redirect(url_for("pilots.show", pilot_id=pilot_id, _anchor="keeping"), 303)
