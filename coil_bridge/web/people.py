"""The console: who has a role across the consortium."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import Person, Role
from coil_bridge.errors import InvalidInput
from coil_bridge.services.identity.people import PeopleService
from coil_bridge.web.forms import Form, load
from coil_bridge.web.schemas.person import PersonSchema, RolesSchema
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response | tuple[str, int]


class PeoplePages:
    """People with roles."""

    def __init__(self, people: PeopleService, visitors: Visitors) -> None:
        self._people = people
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("people", __name__, url_prefix="/console/people")
        add = pages.add_url_rule
        add("", "index", self.index)
        add("", "invite", self.invite, methods=["POST"])
        add("/<person_id>", "edit", self.edit)
        add("/<person_id>", "set_roles", self.set_roles, methods=["POST"])
        return pages

    def index(self) -> Reply:
        """Everybody with a role, and the form to invite somebody."""
        self._administrator()
        return self._page(Form())

    def invite(self) -> Reply:
        """Give somebody a role, and write to them."""
        actor = self._administrator()
        try:
            person = self._people.add(actor, **load(PersonSchema()))
        except InvalidInput as error:
            return self._page(Form.refused(error)), 422
        flash(gettext("%(name)s is invited by e-mail.", name=person.name), "good")
        return redirect(url_for("people.index"), 303)

    def edit(self, person_id: str) -> Reply:
        """The roles of one person."""
        self._administrator()
        person = self._people.get(person_id)
        return render_template(
            "console/person.html", somebody=person, form=Form.blank(roles=sorted(person.roles))
        )

    def set_roles(self, person_id: str) -> Reply:
        """Write the roles anew; whoever loses one is signed out everywhere."""
        actor = self._administrator()
        person = self._people.set_roles(actor, person_id, load(RolesSchema())["roles"])
        flash(gettext("The roles of %(name)s are saved.", name=person.name), "good")
        return redirect(url_for("people.index"), 303)

    def _administrator(self) -> Person:
        return self._visitors.with_role(Role.ADMINISTRATOR)

    def _page(self, form: Form) -> str:
        return render_template("console/people.html", people=self._people.all_with_roles(), form=form)
