"""The description of a university: the form by which an administrator changes it."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import Institution, Role
from coil_bridge.errors import InvalidInput
from coil_bridge.services.calendar.institutions import Institutions
from coil_bridge.web.forms import Form, load
from coil_bridge.web.places import country_choices, zone_choices
from coil_bridge.web.schemas.site import InstitutionSchema
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response | tuple[str, int]


class InstitutionPages:
    """Universities, for administrators."""

    def __init__(self, institutions: Institutions, visitors: Visitors) -> None:
        self._institutions = institutions
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("institutions", __name__, url_prefix="/console/universities")
        pages.add_url_rule("/<institution_id>", "edit", self.edit)
        pages.add_url_rule("/<institution_id>", "change", self.change, methods=["POST"])
        return pages

    def edit(self, institution_id: str) -> Reply:
        """The form with the description as it stands."""
        found = self._institutions.get(self._visitors.with_role(Role.ADMINISTRATOR), institution_id)
        return self._page(found, Form.blank(**asdict(found)))

    def change(self, institution_id: str) -> Reply:
        """Write the description anew."""
        person = self._visitors.with_role(Role.ADMINISTRATOR)
        found = self._institutions.get(person, institution_id)
        try:
            after = self._institutions.describe(person, institution_id, load(InstitutionSchema()))
        except InvalidInput as error:
            return self._page(found, Form.refused(error)), 422
        flash(gettext("%(university)s is changed, and the calendars follow.", university=after.name), "good")
        return redirect(url_for("sites.index"), 303)

    def _page(self, institution: Institution, form: Form) -> str:
        language = self._visitors.language()
        return render_template(
            "console/university.html",
            institution=institution,
            form=form,
            countries=country_choices(language),
            zones=zone_choices(language),
        )
