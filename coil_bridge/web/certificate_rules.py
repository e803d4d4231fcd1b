"""The page on which the evaluation lead reads and changes the rule for certificates."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from marshmallow import post_load
from werkzeug.wrappers import Response

from coil_bridge.domain import Person, Role
from coil_bridge.errors import InvalidInput
from coil_bridge.evaluation.certificate_rules import CertificateRule, MoodleCompletion
from coil_bridge.i18n import mark
from coil_bridge.services.piloting.certificate_rules import MOST_HOURS, CertificateRules
from coil_bridge.web.forms import Form, load
from coil_bridge.web.schemas.fields import Choice, Count, FormSchema
from coil_bridge.web.schemas.survey import VersionSchema
from coil_bridge.web.texts import gettext, lazy_gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response | tuple[str, int]

CHOICES = (
    (MoodleCompletion.REQUIRED, lazy_gettext("needed too, where tracked")),
    (MoodleCompletion.ENOUGH, lazy_gettext("enough by itself")),
    (MoodleCompletion.IGNORED, lazy_gettext("not looked at")),
)


class RuleSchema(FormSchema):
    """A rule as it is typed; loads a ``CertificateRule`` whose version the service gives."""

    sessions_percent = Count(0, 100, mark("Choose a share from 0 to 100 per cent."), required=True)
    contact_hours = Count(0, MOST_HOURS, mark("Choose from 0 to 500 hours."), required=True)
    moodle = Choice([each.value for each in MoodleCompletion], required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> CertificateRule:
        return CertificateRule(**data | {"moodle": MoodleCompletion(data["moodle"])})


class CertificateRulePages:
    """The rule of a pilot."""

    def __init__(self, rules: CertificateRules, visitors: Visitors) -> None:
        self._rules = rules
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("certificate_rules", __name__)
        add = pages.add_url_rule
        add("/pilots/<pilot_id>/certificates", "show", self.show)
        add("/pilots/<pilot_id>/certificates", "change", self.change, methods=["POST"])
        return pages

    def show(self, pilot_id: str) -> Reply:
        """The rule in force, its form, and the rules before it."""
        return self._page(self._evaluator(), pilot_id)

    def change(self, pilot_id: str) -> Reply:
        """Put another rule in force."""
        person = self._evaluator()
        try:
            self._rules.change(person, pilot_id, load(RuleSchema()), seen=load(VersionSchema())["version"])
        except InvalidInput as error:
            return self._page(person, pilot_id, Form.refused(error)), 422
        flash(gettext("The rule is in force for certificates from now on."), "good")
        return redirect(url_for("certificate_rules.show", pilot_id=pilot_id), 303)

    def _page(self, person: Person, pilot_id: str, form: Form | None = None) -> str:
        view = self._rules.of(person, pilot_id)
        rule = view.current
        form = form or Form.blank(
            sessions_percent=rule.sessions_percent, contact_hours=rule.contact_hours, moodle=rule.moodle
        )
        return render_template("certificates/rule.html", view=view, form=form, choices=CHOICES)

    def _evaluator(self) -> Person:
        return self._visitors.with_role(Role.EVALUATION_LEAD, Role.ADMINISTRATOR)
