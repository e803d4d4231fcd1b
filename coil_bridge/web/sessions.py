"""Joint sessions: plan, edit and call off, with every partner's clock beside the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import JointSession, Pairing, Person
from coil_bridge.errors import EditConflict, Forbidden, InvalidInput
from coil_bridge.i18n import mark
from coil_bridge.services.joint_sessions import PlanPreview, SessionService
from coil_bridge.services.pairings import PairingService, PairingView
from coil_bridge.services.session_clocks import institutions
from coil_bridge.services.session_plans import TimeNeedsChoice
from coil_bridge.web.clocks import Strip, strip
from coil_bridge.web.forms import Form, load
from coil_bridge.web.schemas.session import PlanSchema, PreviewSchema, VersionSchema
from coil_bridge.web.texts import gettext, ngettext
from coil_bridge.web.visitors import Visitors
from scheduling.zones import UnresolvableTime

Answer = str | Response | tuple[str, int]
SESSION_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Preview:
    """What the form means so far: every date on every clock, or wall times that need a choice."""

    strips: tuple[Strip, ...] = ()
    unresolved: tuple[UnresolvableTime, ...] = ()
    errors: tuple[str, ...] = ()


class SessionPages:
    """The pages around one joint session."""

    def __init__(self, sessions: SessionService, pairings: PairingService, visitors: Visitors) -> None:
        self._sessions = sessions
        self._pairings = pairings
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("sessions", __name__)
        add = pages.add_url_rule
        add("/pairings/<pairing_id>/sessions/new", "new", self.new)
        add("/pairings/<pairing_id>/sessions", "plan", self.plan, methods=["POST"])
        add("/pairings/<pairing_id>/sessions/preview", "preview", self.preview, methods=["POST"])
        add("/sessions/<session_id>/edit", "edit", self.edit)
        add("/sessions/<session_id>/edit", "change", self.change, methods=["POST"])
        add("/sessions/<session_id>/preview", "preview_edit", self.preview_edit, methods=["POST"])
        add("/sessions/<session_id>/cancel", "confirm_cancel", self.confirm_cancel)
        add("/sessions/<session_id>/cancel", "cancel", self.cancel, methods=["POST"])
        return pages

    def new(self, pairing_id: str) -> Answer:
        """The empty form, on the clock of the teacher's own university."""
        view = self._taught(self._visitors.signed_in(), pairing_id)
        zone = view.my_courses[0].course.institution.zone
        form = Form.blank(zone=zone, minutes=SESSION_MINUTES, count=1, phase="team_building")
        return self._plan_page(view.pairing, form)

    def plan(self, pairing_id: str) -> Answer:
        """Plan a session or a weekly series."""
        person = self._visitors.signed_in()
        pairing = self._pairings.get(person, pairing_id).pairing
        form = Form.typed()
        try:
            planned = self._sessions.plan(person, pairing_id, load(PlanSchema()), form.idempotency_key)
        except InvalidInput as error:
            preview = self._preview(person, pairing, error)
            return self._plan_page(pairing, Form.refused(error), preview), 422
        flash(ngettext("The session is planned.", "%(num)d sessions are planned.", len(planned)), "good")
        return redirect(url_for("pairings.show", pairing_id=pairing_id), 303)

    def preview(self, pairing_id: str) -> Answer:
        """The form so far on every clock: a fragment for the script, the whole page without it."""
        person = self._visitors.signed_in()
        pairing = self._pairings.get(person, pairing_id).pairing
        preview = self._preview(person, pairing)
        if "X-Fragment" in request.headers:
            return self._fragment(pairing, preview)
        return self._plan_page(pairing, Form.typed(), preview)

    def edit(self, session_id: str) -> Answer:
        """The form with the session as it stands."""
        person = self._visitors.signed_in()
        session = self._sessions.get(person, session_id)
        pairing = self._taught(person, session.pairing_id).pairing
        return self._edit_page(pairing, session, _form(session))

    def change(self, session_id: str) -> Answer:
        """Store the change; the second of two who edit at once sees what stands there now."""
        person = self._visitors.signed_in()
        session = self._sessions.get(person, session_id)
        pairing = self._pairings.get(person, session.pairing_id).pairing
        try:
            version = load(VersionSchema())["version"]
            self._sessions.edit(person, session_id, load(PlanSchema()), version)
        except InvalidInput as error:
            preview = self._preview(person, pairing, error)
            return self._edit_page(pairing, session, Form.refused(error), preview), 422
        except EditConflict as conflict:
            session = self._sessions.get(person, session_id)
            return self._conflict_page(pairing, session, conflict), conflict.status
        flash(gettext("The session is changed, and the partners are told."), "good")
        return redirect(url_for("pairings.show", pairing_id=pairing.id), 303)

    def preview_edit(self, session_id: str) -> Answer:
        """The changed form so far on every clock."""
        person = self._visitors.signed_in()
        session = self._sessions.get(person, session_id)
        pairing = self._pairings.get(person, session.pairing_id).pairing
        preview = self._preview(person, pairing)
        if "X-Fragment" in request.headers:
            return self._fragment(pairing, preview)
        return self._edit_page(pairing, session, Form.typed(), preview)

    def confirm_cancel(self, session_id: str) -> Answer:
        """Ask before a session is called off."""
        person = self._visitors.signed_in()
        return self._cancel_page(person, session_id, Form())

    def cancel(self, session_id: str) -> Answer:
        """Call the session off."""
        person = self._visitors.signed_in()
        try:
            values = load(VersionSchema())
            session = self._sessions.cancel(person, session_id, values["version"], values["reason"])
        except InvalidInput as error:
            return self._cancel_page(person, session_id, Form.refused(error)), 422
        flash(gettext("The session is called off, and the partners are told."), "good")
        return redirect(url_for("pairings.show", pairing_id=session.pairing_id), 303)

    def _taught(self, person: Person, pairing_id: str) -> PairingView:
        """The pairing, for its teachers: nobody else is shown a form that would be refused in the end."""
        view = self._pairings.get(person, pairing_id)
        if view.part != "teacher":
            raise Forbidden(mark("Only the teachers of this pairing's courses can do this."))
        return view

    def _preview(self, person: Person, pairing: Pairing, refusal: InvalidInput | None = None) -> Preview:
        """What the form of this request means, as far as it can be read."""
        if isinstance(refusal, TimeNeedsChoice):
            return Preview(unresolved=refusal.problems)
        try:
            found = self._sessions.preview(person, pairing.id, load(PreviewSchema()))
        except InvalidInput as error:
            reasons = [gettext(reason) for reasons in error.errors.values() for reason in reasons]
            return Preview(errors=() if refusal else tuple(reasons))
        return self._drawn(found, pairing)

    def _drawn(self, found: PlanPreview, pairing: Pairing) -> Preview:
        words, zone = self._visitors.translator(), self._visitors.zone()
        own = next((each.id for each in institutions(pairing) if each.zone == zone), None)
        return Preview(
            tuple(strip(each.instant, each.slots, words, own) for each in found.occurrences), found.unresolved
        )

    def _fragment(self, pairing: Pairing, preview: Preview) -> str:
        return render_template(
            "sessions/preview.html", pairing=pairing, preview=preview, form=Form.typed(), fragment=True
        )

    def _plan_page(self, pairing: Pairing, form: Form, preview: Preview | None = None) -> str:
        return self._page("sessions/new.html", pairing, form, preview)

    def _edit_page(
        self, pairing: Pairing, session: JointSession, form: Form, preview: Preview | None = None
    ) -> str:
        return self._page("sessions/edit.html", pairing, form, preview, session=session)

    def _conflict_page(self, pairing: Pairing, session: JointSession, conflict: EditConflict) -> str:
        """What stands now beside what was typed; sending again is then a decision, on the new version."""
        typed = Form.typed()
        form = Form({**typed.values, "version": [str(session.version)]}, {}, typed.idempotency_key)
        return self._page("sessions/conflict.html", pairing, form, None, session=session, conflict=conflict)

    def _cancel_page(self, person: Person, session_id: str, form: Form) -> str:
        session = self._sessions.get(person, session_id)
        pairing = self._taught(person, session.pairing_id).pairing
        return render_template("sessions/cancel.html", session=session, pairing=pairing, form=form)

    @staticmethod
    def _page(template: str, pairing: Pairing, form: Form, preview: Preview | None, **values: Any) -> str:
        return render_template(
            template,
            pairing=pairing,
            form=form,
            preview=preview or Preview(),
            clocks=institutions(pairing),
            **values,
        )


def _form(session: JointSession) -> Form:
    return Form.blank(
        title=session.title,
        phase=session.phase.value,
        starts_local=session.starts_local,
        zone=session.zone,
        minutes=session.minutes,
        count=1,
        room_url=session.room_url,
        notes=session.notes,
        version=session.version,
    )
