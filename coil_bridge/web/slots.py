"""Finding a time for a pairing: the question, the week as a picture, ranked times, a rotating plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from coil_bridge.domain import Institution, Pairing, Person
from coil_bridge.errors import Conflict, InvalidInput
from coil_bridge.i18n import mark
from coil_bridge.services.meeting.rooms import RoomService
from coil_bridge.services.sessions.joint_sessions import SessionService
from coil_bridge.services.times.slot_finder import Finding, Place, Question, Setting, SlotFinder
from coil_bridge.web.forms import Form, load
from coil_bridge.web.hours_drawn import draw_hours
from coil_bridge.web.schemas.slots import RHYTHMS, DatedPlanSchema, DatesSchema, QuestionSchema, dated
from coil_bridge.web.session_previews import Preview, drawn
from coil_bridge.web.slot_views import SlotViews, missing_weeks, slot_key
from coil_bridge.web.texts import ngettext
from coil_bridge.web.visitors import Visitors
from scheduling.search import Meeting
from scheduling.zones import to_local

Answer = str | Response | tuple[str, int]
ROTATING = "rotating"


class SlotPages:
    """The pages on which a time is found."""

    def __init__(
        self, finder: SlotFinder, sessions: SessionService, rooms: RoomService, visitors: Visitors
    ) -> None:
        self._finder = finder
        self._sessions = sessions
        self._rooms = rooms
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("slots", __name__)
        add = pages.add_url_rule
        add("/pairings/<pairing_id>/times", "find", self.find)
        add("/pairings/<pairing_id>/times/plan", "preview", self.preview)
        add("/pairings/<pairing_id>/times/plan", "plan", self.plan, methods=["POST"])
        return pages

    def find(self, pairing_id: str) -> Answer:
        """The question and its answer; without any question, the usual one."""
        person = self._visitors.signed_in()
        setting = self._finder.setting(person, pairing_id)
        try:
            question = _question(setting)
            setting, finding = self._finder.find(person, pairing_id, question)
        except InvalidInput as error:
            form = Form({name: request.args.getlist(name) for name in request.args}, error.errors)
            return self._find_page(setting, None, form), 422
        return self._find_page(setting, finding, _form(setting, question))

    def preview(self, pairing_id: str) -> Answer:
        """Every date of a slot or of the rotating plan, and what the sessions shall be called."""
        person = self._visitors.signed_in()
        setting, finding, meetings, zone = self._chosen(person, pairing_id)
        dates = [dated(to_local(each.start, zone), zone) for each in meetings]
        form = Form.blank(dates=dates, minutes=finding.search.wanted.minutes)
        return self._plan_page(person, setting.pairing, form)

    def plan(self, pairing_id: str) -> Answer:
        """Plan the sessions."""
        person = self._visitors.signed_in()
        setting = self._finder.setting(person, pairing_id)
        form = Form.typed()
        try:
            planned = self._sessions.plan(person, pairing_id, load(DatedPlanSchema()), form.idempotency_key)
        except InvalidInput as error:
            return self._plan_page(person, setting.pairing, Form.refused(error)), 422
        flash(ngettext("The session is planned.", "%(num)d sessions are planned.", len(planned)), "good")
        return redirect(url_for("pairings.show", pairing_id=pairing_id), 303)

    def _chosen(self, person: Person, pairing_id: str) -> tuple[Setting, Finding, Sequence[Meeting], str]:
        """The dates that the address names; found anew, which gives the same while nothing has changed."""
        asked = load(QuestionSchema(), request.args)
        setting = self._finder.setting(person, pairing_id)
        setting, finding = self._finder.find(person, pairing_id, _question(setting))
        if asked["slot"] == ROTATING and finding.rotation is not None and finding.rotation.meetings:
            return setting, finding, finding.rotation.meetings, finding.search.parties[0].zone
        slot = next((each for each in finding.slots if slot_key(each) == asked["slot"]), None)
        if slot is None:
            raise Conflict(mark("This time is no longer free. Find a time anew, please."))
        return setting, finding, slot.meetings, slot.zone

    def _find_page(self, setting: Setting, finding: Finding | None, form: Form) -> str:
        places = {each.institution.id: each.institution for each in setting.places}
        return render_template(
            "slots/find.html",
            pairing=setting.pairing,
            setting=setting,
            form=form,
            rhythms=RHYTHMS,
            finding=finding,
            **(self._answer(finding, places) if finding else {}),
        )

    def _answer(self, finding: Finding, places: Mapping[str, Institution]) -> dict[str, Any]:
        words = self._visitors.translator()
        views = SlotViews(finding, places, words)
        rotation = finding.rotation
        return {
            "cards": [views.card(number + 1) for number in range(len(finding.slots))],
            "cities": views.cities,
            "pictures": draw_hours(finding.grids, finding.slots, finding.search, views.cities, words),
            "rotating": views.rows(rotation.meetings, finding.search.parties[0].zone) if rotation else (),
            "shares": views.shares(),
            "missing": missing_weeks(rotation.missing, words) if rotation else "",
            "blocking": [views.city(key) for key in finding.blocking],
            "link": _link,
        }

    def _plan_page(self, person: Person, pairing: Pairing, form: Form) -> str:
        return render_template(
            "slots/plan.html",
            pairing=pairing,
            form=form,
            preview=self._preview(person, pairing, form),
            rooms=self._rooms.choices(pairing),
            people=self._rooms.expected(pairing),
        )

    def _preview(self, person: Person, pairing: Pairing, form: Form) -> Preview:
        """The dates of the form on every clock; none where they cannot be read."""
        try:
            plan = load(DatesSchema(), MultiDict({name: list(form.all(name)) for name in form.values}))
            found = self._sessions.preview(person, pairing.id, plan)
        except InvalidInput:
            return Preview()
        return drawn(found, pairing, self._visitors.translator(), self._visitors.zone())


def _question(setting: Setting) -> Question:
    """What the address asks for, where it asks, and the usual elsewhere."""
    asked = load(QuestionSchema(), request.args)
    names = ("minutes", "meetings", "every", "first", "last")
    question = replace(setting.usual, **{name: asked[name] for name in names if asked[name] is not None})
    if not asked["asked"]:
        return question
    return replace(question, absent=frozenset(_teachers(setting.places)) - frozenset(asked["there"]))


def _teachers(places: Sequence[Place]) -> list[str]:
    return [teacher.id for place in places for teacher in place.teachers]


def _form(setting: Setting, question: Question) -> Form:
    return Form.blank(
        minutes=question.minutes,
        meetings=question.meetings,
        every=question.every,
        first=question.first,
        last=question.last,
        there=[each for each in _teachers(setting.places) if each not in question.absent],
    )


def _link(pairing_id: str, slot: str) -> str:
    """The page that shows every date of a slot, for the question of this page."""
    asked = [(name, value) for name in request.args for value in request.args.getlist(name) if name != "slot"]
    address = url_for("slots.preview", pairing_id=pairing_id)
    return f"{address}?{urlencode([*asked, ('slot', slot)])}"
