"""Smaller changes of a pairing, each on a page of its own: its last day, and one course's invitation."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import Answer, PairedCourse, Pairing
from coil_bridge.errors import Forbidden, InvalidInput, NotFound
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.pairing_states import Action
from coil_bridge.services.pairing.pairing_dates import PairingDates
from coil_bridge.services.pairing.pairings import PairingService, PairingView
from coil_bridge.web.forms import Form, load
from coil_bridge.web.schemas.pairing import LastDaySchema, ReasonSchema
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Answered = str | Response | tuple[str, int]


class PairingChangePages:
    """The pages."""

    def __init__(self, pairings: PairingService, dates: PairingDates, visitors: Visitors) -> None:
        self._pairings = pairings
        self._dates = dates
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("pairing_changes", __name__)
        add = pages.add_url_rule
        end, invitation = "/pairings/<pairing_id>/end", "/pairings/<pairing_id>/invitations/<course_id>"
        add(end, "end", self.end)
        add(end, "move_end", self.move_end, methods=["POST"])
        add(invitation, "invitation", self.invitation)
        add(invitation, "withdraw", self.withdraw, methods=["POST"])
        return pages

    def end(self, pairing_id: str) -> Answered:
        """The form of the last day."""
        pairing = self._view(pairing_id).pairing
        return self._end_page(pairing, Form.blank(ends_on=pairing.ends_on, version=pairing.version))

    def move_end(self, pairing_id: str) -> Answered:
        """Move the last day."""
        person = self._visitors.signed_in()
        try:
            self._dates.move_end(person, pairing_id, **load(LastDaySchema()))
        except InvalidInput as error:
            return self._end_page(self._view(pairing_id).pairing, Form.refused(error)), 422
        flash(gettext("The last day is moved, and the partners are told."), "good")
        return redirect(url_for("pairings.show", pairing_id=pairing_id), 303)

    def invitation(self, pairing_id: str, course_id: str) -> Answered:
        """Ask before an invitation is withdrawn."""
        view = self._view(pairing_id)
        return self._invitation_page(view.pairing, _invited(view, course_id), Form())

    def withdraw(self, pairing_id: str, course_id: str) -> Answered:
        """Withdraw the invitation of one course."""
        person, view = self._visitors.signed_in(), self._view(pairing_id)
        try:
            self._pairings.withdraw(person, pairing_id, load(ReasonSchema())["reason"], course_id)
        except InvalidInput as error:
            return self._invitation_page(view.pairing, _invited(view, course_id), Form.refused(error)), 422
        flash(gettext("The invitation is withdrawn, and the course’s teachers are told."), "good")
        return redirect(url_for("pairings.show", pairing_id=pairing_id), 303)

    def _view(self, pairing_id: str) -> PairingView:
        """The pairing, for its teachers."""
        view = self._pairings.get(self._visitors.signed_in(), pairing_id)
        if view.part != "teacher":
            raise Forbidden(mark("Only the teachers of this pairing's courses can do this."))
        return view

    @staticmethod
    def _end_page(pairing: Pairing, form: Form) -> str:
        return render_template("pairings/end.html", pairing=pairing, form=form)

    @staticmethod
    def _invitation_page(pairing: Pairing, course: PairedCourse, form: Form) -> str:
        return render_template("pairings/invitation.html", pairing=pairing, invited=course, form=form)


def open_invitations(view: PairingView) -> frozenset[str]:
    """The courses whose invitation this person can withdraw while others stay invited."""
    mine = any(each.action is Action.WITHDRAW and each.allowed for each in view.actions)
    invited = [
        each for each in view.pairing.courses if not each.initiating and each.answer is not Answer.DECLINED
    ]
    pending = [each.course.id for each in invited if each.answer is Answer.PENDING]
    return frozenset(pending) if mine and len(invited) > 1 else frozenset()


def _invited(view: PairingView, course_id: str) -> PairedCourse:
    found = next((each for each in view.pairing.courses if each.course.id == course_id), None)
    if found is None or course_id not in open_invitations(view):
        raise NotFound(mark("There is no such invitation."))
    return found
