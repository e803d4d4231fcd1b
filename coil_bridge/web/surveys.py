"""Surveys: the lead drafts, translates, publishes and reads them."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import Person, Role
from coil_bridge.errors import InvalidInput, NotFound
from coil_bridge.evaluation import survey_starts
from coil_bridge.evaluation.survey_words import languages, missing
from coil_bridge.evaluation.surveys import Survey, SurveyState, Words
from coil_bridge.i18n import mark
from coil_bridge.services.piloting.survey_import import Imported, SurveyImport
from coil_bridge.services.piloting.survey_inputs import MOST_ITEMS
from coil_bridge.services.piloting.surveys import SurveyService
from coil_bridge.web.forms import Form, load
from coil_bridge.web.places import survey_languages
from coil_bridge.web.schemas.survey import (
    SPARE_ROWS,
    StartSchema,
    UploadSchema,
    VersionSchema,
    WordsOfSchema,
    load_survey,
    load_words,
)
from coil_bridge.web.texts import gettext, lazy_gettext, ngettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response | tuple[str, int]

STARTS = (
    (
        survey_starts.VALUE_RUBRIC,
        lazy_gettext("Before and after: intercultural competence"),
        lazy_gettext("Six statements on the dimensions of the AAC&U VALUE rubric"),
    ),
    (
        survey_starts.MEETING,
        lazy_gettext("After each joint session"),
        lazy_gettext("Five statements about the meeting, for students and teachers"),
    ),
    (
        survey_starts.BLANK,
        lazy_gettext("Before and after: own statements"),
        lazy_gettext("An empty questionnaire in two rounds"),
    ),
)


class SurveyPages:
    """The evaluation lead's surveys."""

    def __init__(self, surveys: SurveyService, files: SurveyImport, visitors: Visitors) -> None:
        self._surveys = surveys
        self._files = files
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("surveys", __name__)
        add = pages.add_url_rule
        add("/pilots/<pilot_id>/surveys", "index", self.index)
        add("/pilots/<pilot_id>/surveys", "create", self.create, methods=["POST"])
        add("/surveys/<survey_id>", "show", self.show)
        add("/surveys/<survey_id>/edit", "edit", self.edit)
        add("/surveys/<survey_id>/edit", "save", self.save, methods=["POST"])
        add("/surveys/<survey_id>/words", "words", self.words)
        add("/surveys/<survey_id>/words", "translate", self.translate, methods=["POST"])
        add("/surveys/<survey_id>/publish", "publish", self.publish, methods=["POST"])
        add("/surveys/<survey_id>/answers", "upload", self.upload)
        add("/surveys/<survey_id>/answers", "take", self.take, methods=["POST"])
        add("/surveys/<survey_id>/withdraw", "withdraw", self.withdraw, methods=["POST"])
        return pages

    def index(self, pilot_id: str) -> Reply:
        """The surveys of a pilot, and what a new one can start from."""
        return self._index_page(self._evaluator(), pilot_id, Form.blank(start=survey_starts.VALUE_RUBRIC))

    def create(self, pilot_id: str) -> Reply:
        """Draft a survey."""
        person = self._evaluator()
        try:
            start, key = load(StartSchema())["start"], Form.typed().idempotency_key
            survey = self._surveys.create(person, pilot_id, start, self._visitors.language(), key)
        except InvalidInput as error:
            return self._index_page(person, pilot_id, Form.refused(error)), 422
        return redirect(url_for("surveys.edit", survey_id=survey.id), 303)

    def show(self, survey_id: str) -> Reply:
        """A survey: its statements, what it is doing, and what the answers come to."""
        view = self._surveys.get(self._evaluator(), survey_id)
        results = bool(view.changes) or any(part.n is not None for part in view.meetings)
        survey, have = view.survey, languages(view.survey)
        choices = survey_languages((), self._visitors.translator())
        return render_template(
            "surveys/show.html",
            view=view,
            survey=survey,
            pilot=view.pilot,
            results=results,
            translated=[(each, len(survey.items) - len(missing(survey, each))) for each in have[1:]],
            other_languages=[each for each in choices if each[0] not in have],
        )

    def edit(self, survey_id: str) -> Reply:
        """The editor."""
        survey = self._surveys.get(self._evaluator(), survey_id).survey
        return self._edit_page(survey, Form.blank(**_as_form(survey)))

    def save(self, survey_id: str) -> Reply:
        """Keep a draft."""
        person = self._evaluator()
        survey = self._surveys.get(person, survey_id).survey
        try:
            form = load_survey(request.form, survey)
            self._surveys.edit(person, survey_id, form, load(VersionSchema())["version"])
        except InvalidInput as error:
            return self._edit_page(survey, Form.refused(error)), 422
        flash(gettext("The draft is saved."), "good")
        more = "more" in request.form
        return redirect(url_for("surveys.edit" if more else "surveys.show", survey_id=survey_id), 303)

    def words(self, survey_id: str) -> Reply:
        """The survey beside its words in another language."""
        survey = self._surveys.get(self._evaluator(), survey_id).survey
        language = request.args.get("language", "")
        if not language or language == survey.language:
            return redirect(url_for("surveys.show", survey_id=survey_id, _anchor="languages"), 303)
        words = survey.translations.get(language, Words())
        return self._words_page(survey, language, Form.blank(**_words_as_form(words)))

    def translate(self, survey_id: str) -> Reply:
        """Keep the words in another language."""
        person = self._evaluator()
        survey = self._surveys.get(person, survey_id).survey
        try:
            wanted = load(WordsOfSchema())
            self._surveys.translate(person, survey_id, **wanted, words=load_words(request.form, survey))
        except InvalidInput as error:
            return self._words_page(survey, request.form.get("language", ""), Form.refused(error)), 422
        flash(gettext("The words are saved."), "good")
        return redirect(url_for("surveys.show", survey_id=survey_id), 303)

    def publish(self, survey_id: str) -> Reply:
        """Open it to the people of the pilot."""
        self._surveys.publish(self._evaluator(), survey_id)
        flash(gettext("The survey is published. People find it on their start page."), "good")
        return redirect(url_for("surveys.show", survey_id=survey_id), 303)

    def withdraw(self, survey_id: str) -> Reply:
        """Take no more answers."""
        self._surveys.withdraw(self._evaluator(), survey_id)
        flash(gettext("The survey takes no more answers."), "info")
        return redirect(url_for("surveys.show", survey_id=survey_id), 303)

    def upload(self, survey_id: str) -> Reply:
        """The form for a table of responses from Moodle."""
        form = Form.blank(code_question=gettext("Your own code"))
        return self._upload_page(self._evaluator(), survey_id, form)

    def take(self, survey_id: str) -> Reply:
        """Store the answers in the file, or say line by line why not."""
        person, sent = self._evaluator(), request.files.get("file")
        try:
            values = load(UploadSchema())
            content = sent.read() if sent else b""
            found = self._files.store(person, survey_id, content=content, **values)
        except InvalidInput as error:
            return self._upload_page(person, survey_id, Form.refused(error)), 422
        if not found.stored:
            return self._upload_page(person, survey_id, Form.typed(), found), 422
        flash(ngettext("%(num)d answer is stored.", "%(num)d answers are stored.", found.stored), "good")
        return redirect(url_for("surveys.show", survey_id=survey_id), 303)

    def _words_page(self, survey: Survey, language: str, form: Form) -> str:
        known = dict(survey_languages(languages(survey), self._visitors.translator()))
        if language not in known:
            raise NotFound(mark("Choose a language that the survey is not written in."))
        fixed = survey.translations.get(language) if survey.state is SurveyState.PUBLISHED else None
        return render_template(
            "surveys/words.html",
            survey=survey,
            language=language,
            tag=language.replace("_", "-"),
            form=form,
            fixed=fixed or Words(),
        )

    def _upload_page(self, person: Person, survey_id: str, form: Form, found: Imported | None = None) -> str:
        view = self._surveys.get(person, survey_id)
        courses = [
            (f"{each.pairing_id}:{each.course_id}", f"{each.course_name} ({each.institution.short_name})")
            for each in self._files.courses(person, survey_id)
        ]
        return render_template(
            "surveys/upload.html", survey=view.survey, form=form, courses=courses, found=found
        )

    def _evaluator(self) -> Person:
        return self._visitors.with_role(Role.EVALUATION_LEAD, Role.ADMINISTRATOR)

    def _index_page(self, person: Person, pilot_id: str, form: Form) -> str:
        pilot, surveys = self._surveys.of_pilot(person, pilot_id)
        return render_template(
            "surveys/index.html",
            pilot=pilot,
            surveys=surveys,
            feedback=self._surveys.feedback(person, pilot_id),
            form=form,
            starts=STARTS,
        )

    def _edit_page(self, survey: Survey, form: Form) -> str:
        typed = [
            int(name.split(".")[1]) for name in form.values if re.fullmatch(r"items\.\d{1,2}\.text", name)
        ]
        rows = max(typed, default=-1) + 1 + (0 if form.errors else SPARE_ROWS)
        choices = survey_languages([survey.language], self._visitors.translator())
        return render_template(
            "surveys/edit.html",
            survey=survey,
            form=form,
            rows=range(min(rows, MOST_ITEMS)),
            working_languages=choices,
        )


def _words_as_form(words: Words) -> dict[str, Any]:
    values: dict[str, Any] = {"title": words.title, "introduction": words.introduction}
    for item, own in words.items.items():
        values |= {f"items.{item}.{name}": getattr(own, name) for name in ("text", "low", "high")}
    return values


def _as_form(survey: Survey) -> dict[str, Any]:
    values: dict[str, Any] = {
        "title": survey.title,
        "introduction": survey.introduction,
        "language": survey.language,
    }
    for name, window in (("pre", survey.pre), ("post", survey.post)):
        if window is not None:
            values |= {f"{name}_first": window.first, f"{name}_last": window.last}
    for position, item in enumerate(survey.items):
        for name in ("id", "text", "points", "low", "high"):
            values[f"items.{position}.{name}"] = getattr(item, name)
    return values
