"""Surveys: the people of a pilot answer them, each in the own language."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from coil_bridge.errors import InvalidInput
from coil_bridge.evaluation.survey_words import best_language, languages, told
from coil_bridge.services.piloting.survey_answers import Invitation, SurveyAnswers
from coil_bridge.web.forms import Form, load
from coil_bridge.web.places import own_name
from coil_bridge.web.schemas.fields import FormSchema, Line
from coil_bridge.web.schemas.survey import load_answers
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response | tuple[str, int]


class CodeSchema(FormSchema):
    """The self-made code of a survey in two rounds."""

    code = Line(100, load_default="")


class AnswerPages:
    """The surveys that wait for somebody's answer."""

    def __init__(self, answers: SurveyAnswers, visitors: Visitors) -> None:
        self._answers = answers
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("answers", __name__, url_prefix="/surveys")
        add = pages.add_url_rule
        add("", "index", self.index)
        add("/<survey_id>/answer/<subject_id>", "form", self.form)
        add("/<survey_id>/answer/<subject_id>", "send", self.send, methods=["POST"])
        return pages

    def index(self) -> Reply:
        """What waits."""
        person = self._visitors.signed_in()
        return render_template("surveys/waiting.html", waiting=self._answers.waiting(person))

    def form(self, survey_id: str, subject_id: str) -> Reply:
        """One questionnaire."""
        invitation = self._answers.invitation(self._visitors.signed_in(), survey_id, subject_id)
        return self._page(invitation, Form())

    def send(self, survey_id: str, subject_id: str) -> Reply:
        """Take the answers."""
        person = self._visitors.signed_in()
        invitation = self._answers.invitation(person, survey_id, subject_id)
        try:
            answers = load_answers(request.form, invitation.survey)
            self._answers.answer(person, survey_id, subject_id, load(CodeSchema())["code"], answers)
        except InvalidInput as error:
            return self._page(invitation, Form.refused(error)), 422
        flash(gettext("Thank you. Your answers are stored without your name."), "good")
        return redirect(url_for("answers.index"), 303)

    def _page(self, invitation: Invitation, form: Form) -> str:
        survey = invitation.survey
        chosen = best_language(survey, [request.args.get("lang", ""), *self._visitors.wanted_languages()])
        return render_template(
            "surveys/answer.html",
            invitation=invitation,
            survey=survey,
            form=form,
            words=told(survey, chosen),
            language_chosen=chosen,
            languages_there=[(each, each.replace("_", "-"), own_name(each)) for each in languages(survey)],
        )
