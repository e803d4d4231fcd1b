"""Joint sessions: plan, edit and call off, with every partner's clock beside the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import JointSession, Pairing, Person
from coil_bridge.errors import EditConflict, Forbidden, InvalidInput
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.session_clocks import institutions
from coil_bridge.services.agreed.session_plans import MOST_WEEKS, TimeNeedsChoice, as_planned
from coil_bridge.services.meeting.rooms import RoomService
from coil_bridge.services.pairing.pairings import PairingService, PairingView
from coil_bridge.services.sessions.joint_sessions import PlanPreview, Scope, SessionService
from coil_bridge.web.forms import Form, load
from coil_bridge.web.schemas.session import AskedSchema, PlanSchema, PreviewSchema, ScopeSchema, VersionSchema
from coil_bridge.web.session_previews import Preview, drawn
from coil_bridge.web.texts import gettext, ngettext
from coil_bridge.web.visitors import Visitors

Answer = str | Response | tuple[str, int]
SESSION_MINUTES = 60
_DATE_FIELDS = 6
_SCOPES: Mapping[Scope, Callable[[], str]] = {
    Scope.FOLLOWING: lambda: gettext("This one and those after it"),
    Scope.ALL: lambda: gettext("All that are still to come"),
}


class SessionPages:
    """The pages around one joint session."""

    def __init__(
        self, sessions: SessionService, pairings: PairingService, rooms: RoomService, visitors: Visitors
    ) -> None:
        self._sessions = sessions
        self._rooms = rooms
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
        """The form, on the clock of the teacher's own university or with what a link proposes."""
        person = self._visitors.signed_in()
        view = self._taught(person, pairing_id)
        asked = load(AskedSchema(), request.args)
        if asked["again"]:
            return self._plan_page(view.pairing, self._again(person, asked["again"]))
        form = Form.blank(
            starts_local=datetime.combine(asked["date"], asked["time"]) if _timed(asked) else None,
            zone=asked["zone"] or view.my_courses[0].course.institution.zone,
            minutes=asked["minutes"] or SESSION_MINUTES,
            repeat="weekly" if asked["weeks"] > 1 else "once",
            count=asked["weeks"],
            skip_days_off="on",
        )
        return self._plan_page(view.pairing, form)

    def _again(self, person: Person, session_id: str) -> Form:
        """The form with what a session that was called off was."""
        session = self._sessions.get(person, session_id)
        values = {**_form(session).values, "repeat": ["once"], "skip_days_off": ["on"]}
        return Form(
            {name: value for name, value in values.items() if name not in {"starts_local", "version"}}
        )

    def plan(self, pairing_id: str) -> Answer:
        """Plan a session or a weekly series."""
        person = self._visitors.signed_in()
        pairing = self._taught(person, pairing_id).pairing
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
        pairing = self._taught(person, pairing_id).pairing
        preview = self._preview(person, pairing)
        if "X-Fragment" in request.headers:
            return self._fragment(pairing, preview)
        return self._plan_page(pairing, Form.typed(), preview)

    def edit(self, session_id: str) -> Answer:
        """The form with the session as it stands."""
        person = self._visitors.signed_in()
        session = self._sessions.get(person, session_id)
        pairing = self._taught(person, session.pairing_id).pairing
        preview = self._read(
            pairing,
            None,
            lambda: self._sessions.preview_edit(person, session_id, as_planned(session), Scope.ONE),
        )
        return self._edit_page(pairing, session, _form(session), preview)

    def change(self, session_id: str) -> Answer:
        """Store the change; the second of two who edit at once sees what stands there now."""
        person = self._visitors.signed_in()
        session = self._sessions.get(person, session_id)
        pairing = self._taught(person, session.pairing_id).pairing
        try:
            version, scope = load(VersionSchema())["version"], load(ScopeSchema())["scope"]
            changed = self._sessions.edit_series(person, session_id, load(PlanSchema()), version, scope)
        except InvalidInput as error:
            preview = self._preview_edit(person, pairing, session, error)
            return self._edit_page(pairing, session, Form.refused(error), preview), 422
        except EditConflict as conflict:
            session = self._sessions.get(person, session_id)
            return self._conflict_page(pairing, session), conflict.status
        flash(
            ngettext(
                "The session is changed, and the partners are told.",
                "%(num)d sessions are changed, and the partners are told.",
                max(1, len(changed)),
            ),
            "good",
        )
        return redirect(url_for("pairings.show", pairing_id=pairing.id), 303)

    def preview_edit(self, session_id: str) -> Answer:
        """The changed form so far on every clock."""
        person = self._visitors.signed_in()
        session = self._sessions.get(person, session_id)
        pairing = self._taught(person, session.pairing_id).pairing
        preview = self._preview_edit(person, pairing, session)
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
            scope = load(ScopeSchema())["scope"]
            off = self._sessions.cancel_series(person, session_id, values["version"], values["reason"], scope)
        except InvalidInput as error:
            return self._cancel_page(person, session_id, Form.refused(error)), 422
        flash(
            ngettext(
                "The session is called off, and the partners are told.",
                "%(num)d sessions are called off, and the partners are told.",
                max(1, len(off)),
            ),
            "good",
        )
        session = self._sessions.get(person, session_id)
        return redirect(url_for("pairings.show", pairing_id=session.pairing_id), 303)

    def _taught(self, person: Person, pairing_id: str) -> PairingView:
        """The pairing, for its teachers: nobody else is shown a form that would be refused in the end."""
        view = self._pairings.get(person, pairing_id)
        if view.part != "teacher":
            raise Forbidden(mark("Only the teachers of this pairing's courses can do this."))
        return view

    def _preview(self, person: Person, pairing: Pairing, refusal: InvalidInput | None = None) -> Preview:
        """What the form of this request means, as far as it can be read."""
        return self._read(
            pairing, refusal, lambda: self._sessions.preview(person, pairing.id, load(PreviewSchema()))
        )

    def _preview_edit(
        self, person: Person, pairing: Pairing, session: JointSession, refusal: InvalidInput | None = None
    ) -> Preview:
        """What an edit would make of all the sessions that it reaches."""

        def read() -> PlanPreview:
            # What is not asked for a preview stays as it is.
            plan = replace(
                load(PreviewSchema()), title=session.title, phase=session.phase, room_url=session.room_url
            )
            return self._sessions.preview_edit(person, session.id, plan, load(ScopeSchema())["scope"])

        return self._read(pairing, refusal, read)

    def _read(
        self, pairing: Pairing, refusal: InvalidInput | None, read: Callable[[], PlanPreview]
    ) -> Preview:
        if isinstance(refusal, TimeNeedsChoice):
            return Preview(unresolved=refusal.problems)
        try:
            found = read()
        except InvalidInput as error:
            reasons = [gettext(reason) for reasons in error.errors.values() for reason in reasons]
            return Preview(errors=() if refusal else tuple(reasons))
        return drawn(found, pairing, self._visitors.translator(), self._visitors.zone())

    def _fragment(self, pairing: Pairing, preview: Preview) -> str:
        return render_template(
            "sessions/preview.html", pairing=pairing, preview=preview, form=Form.typed(), fragment=True
        )

    def _plan_page(self, pairing: Pairing, form: Form, preview: Preview | None = None) -> str:
        return self._page("sessions/new.html", pairing, form, preview)

    def _edit_page(
        self, pairing: Pairing, session: JointSession, form: Form, preview: Preview | None = None
    ) -> str:
        reach = self._reach(session)
        return self._page("sessions/edit.html", pairing, form, preview, session=session, reach=reach)

    def _reach(self, session: JointSession) -> list[tuple[str, str, str]]:
        """How far a change can go, as choices; none where there is nothing to choose."""
        counts = self._sessions.to_come(self._visitors.signed_in(), session.id)
        if not counts:
            return []
        return [("one", gettext("Only this one"), "")] + [
            (scope.value, _SCOPES[scope](), ngettext("%(num)d session", "%(num)d sessions", count))
            for scope, count in counts.items()
        ]

    def _conflict_page(self, pairing: Pairing, session: JointSession) -> str:
        """What stands now beside what was typed; sending again is then a decision, on the new version."""
        typed = Form.typed()
        form = Form({**typed.values, "version": [str(session.version)]}, {}, typed.idempotency_key)
        return self._page(
            "sessions/conflict.html",
            pairing,
            form,
            None,
            session=session,
            reach=self._reach(session),
            typed_local=_wall(form.value("starts_local")),
        )

    def _cancel_page(self, person: Person, session_id: str, form: Form) -> str:
        session = self._sessions.get(person, session_id)
        pairing = self._taught(person, session.pairing_id).pairing
        if not form.values:
            form = Form.blank(scope="one")
        return render_template(
            "sessions/cancel.html", session=session, pairing=pairing, form=form, reach=self._reach(session)
        )

    def _page(
        self, template: str, pairing: Pairing, form: Form, preview: Preview | None, **values: Any
    ) -> str:
        return render_template(
            template,
            pairing=pairing,
            form=form,
            preview=preview or Preview(),
            clocks=institutions(pairing),
            more_dates=_date_fields(form),
            rooms=self._rooms.choices(pairing),
            people=self._rooms.expected(pairing),
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
        scope="one",
    )


def _timed(asked: Mapping[str, Any]) -> bool:
    return asked["date"] is not None and asked["time"] is not None


def _date_fields(form: Form) -> list[str]:
    """The further dates as typed, and some empty fields; more of them where the button asked for more."""
    typed = [each for each in form.all("dates") if each]
    spare = _DATE_FIELDS if "more" in form.values or not typed else 2
    return [*typed, *[""] * min(spare, MOST_WEEKS - 1 - len(typed))]


def _wall(typed: str) -> datetime | None:
    """A wall time as it was typed, if it can be read."""
    try:
        return datetime.fromisoformat(typed)
    except ValueError:
        return None
