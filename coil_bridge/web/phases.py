"""The plan of a pairing: its phases over the common weeks, the sessions in it, and the form to adapt it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from coil_bridge.domain import CoilPhase
from coil_bridge.errors import EditConflict, Forbidden, InvalidInput
from coil_bridge.i18n import mark
from coil_bridge.services.context import Clock
from coil_bridge.services.pairing.pairings import PairingService
from coil_bridge.services.times.phase_plans import PhasePlans, PlanView
from coil_bridge.storage.phase_plans import PlannedPhase
from coil_bridge.web.forms import Form, load
from coil_bridge.web.schemas.academic import CalendarVersionSchema, LengthsSchema, PhaseSchema
from coil_bridge.web.texts import gettext, say
from coil_bridge.web.visitors import Visitors
from coil_bridge.web.weeks_drawn import WeeksPicture, draw_weeks
from coil_bridge.web.wording import PHASES
from scheduling.phases import PhaseSpan, common_weeks_in

Reply = str | Response | tuple[str, int]


class PhasePages:
    """The plan's page and its form."""

    def __init__(self, plans: PhasePlans, pairings: PairingService, visitors: Visitors, clock: Clock) -> None:
        self._plans = plans
        self._pairings = pairings
        self._visitors = visitors
        self._clock = clock

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("phases", __name__)
        add = pages.add_url_rule
        add("/pairings/<pairing_id>/plan", "show", self.show)
        add("/pairings/<pairing_id>/plan/edit", "edit", self.edit)
        add("/pairings/<pairing_id>/plan/edit", "save", self.save, methods=["POST"])
        add("/pairings/<pairing_id>/plan/lay-out", "lay_out", self.lay_out, methods=["POST"])
        add("/pairings/<pairing_id>/plan/preview", "preview", self.preview, methods=["POST"])
        return pages

    def show(self, pairing_id: str) -> Reply:
        """The plan over the weeks."""
        view = self._plans.get(self._visitors.signed_in(), pairing_id)
        picture = self._picture(view, view.phases)
        return render_template("terms/plan.html", view=view, pairing=view.pairing, picture=picture)

    def edit(self, pairing_id: str) -> Reply:
        """The form with the plan as it stands, or with the template."""
        view = self._own(pairing_id)
        return self._form_page(view, _form(view, view.phases), view.phases)

    def lay_out(self, pairing_id: str) -> Reply:
        """The form with the phases laid anew over the common weeks; nothing is stored."""
        view = self._own(pairing_id)
        try:
            lengths = load(LengthsSchema())
        except InvalidInput as error:
            return self._form_page(view, Form.refused(error), _readable()), 422
        laid = self._plans.laid_out(self._visitors.signed_in(), pairing_id, lengths)
        titles = {each.phase: each.title for each in _readable()}
        phases = tuple(
            PlannedPhase(each.phase, titles.get(each.phase, each.title), each.first, each.last)
            for each in laid.phases
        )
        return self._form_page(view, _form(view, phases), phases)

    def preview(self, pairing_id: str) -> Reply:
        """The picture of the form so far: a fragment for the script, the whole page without it."""
        view = self._own(pairing_id)
        phases = _readable()
        if "X-Fragment" in request.headers:
            return render_template("terms/plan_preview.html", picture=self._picture(view, phases))
        return self._form_page(view, Form.typed(), phases)

    def save(self, pairing_id: str) -> Reply:
        """Keep the plan."""
        person, view = self._visitors.signed_in(), self._own(pairing_id)
        try:
            version = load(CalendarVersionSchema())["version"]
            self._plans.save(person, pairing_id, _typed(), version)
        except InvalidInput as error:
            return self._form_page(view, Form.refused(error), _readable()), 422
        except EditConflict as conflict:
            flash(say(conflict.reason), "warn")
            return self._form_page(self._own(pairing_id), Form.typed(), _readable()), conflict.status
        flash(gettext("The plan is saved. Sessions that you plan get their phase from it."), "good")
        return redirect(url_for("phases.show", pairing_id=pairing_id), 303)

    def _own(self, pairing_id: str) -> PlanView:
        view = self._plans.get(self._visitors.signed_in(), pairing_id)
        if not view.may_edit:
            raise Forbidden(mark("Only the teachers of this pairing's courses can do this."))
        return view

    def _picture(self, view: PlanView, phases: tuple[PlannedPhase, ...]) -> WeeksPicture:
        seen = self._pairings.get(self._visitors.signed_in(), view.pairing.id)
        return draw_weeks(view.weeks, self._visitors.translator(), phases, seen.sessions, self._clock())

    def _form_page(self, view: PlanView, form: Form, phases: tuple[PlannedPhase, ...]) -> str:
        return render_template(
            "terms/plan_edit.html",
            view=view,
            pairing=view.pairing,
            form=form,
            names=PHASES,
            picture=self._picture(view, phases),
        )


def _form(view: PlanView, phases: tuple[PlannedPhase, ...]) -> Form:
    """The form with these phases; the lengths are the common weeks that they have."""
    values: dict[str, object] = {f"{phase}_weeks": 0 for phase in CoilPhase}
    for each in phases:
        span = PhaseSpan(each.phase, each.first, each.last)
        values |= {
            f"{each.phase}_first": each.first,
            f"{each.phase}_last": each.last,
            f"{each.phase}_title": each.title,
            f"{each.phase}_weeks": common_weeks_in(view.weeks.weeks, span),
        }
    return Form.blank(**values)


def _typed() -> tuple[PlannedPhase, ...]:
    """The phases of this request's form, in order; one without days is left out.

    Raises:
        InvalidInput: reasons by field.
    """
    found: list[PlannedPhase] = []
    reasons: dict[str, Sequence[str]] = {}
    for phase in CoilPhase:
        try:
            each = _phase(phase)
        except InvalidInput as error:
            reasons |= {f"{phase}_{name}": why for name, why in error.errors.items()}
        else:
            found += [each] if each else []
    if reasons:
        raise InvalidInput(reasons)
    return tuple(found)


def _phase(phase: CoilPhase) -> PlannedPhase | None:
    sent = {name: request.form.get(f"{phase}_{name}", "") for name in ("first", "last", "title")}
    values = load(PhaseSchema(), MultiDict(sent))
    first, last = values["first"], values["last"]
    if first is None and last is None:
        return None
    if first is None or last is None:
        raise InvalidInput({"last" if last is None else "first": [mark("Please fill this in.")]})
    return PlannedPhase(phase, values["title"], first, last)


def _readable() -> tuple[PlannedPhase, ...]:
    """The phases of the form that can be drawn while others are still being typed."""
    found = []
    for phase in CoilPhase:
        try:
            each = _phase(phase)
        except InvalidInput:
            continue
        if each is not None and each.first <= each.last:
            found.append(each)
    return tuple(found)
