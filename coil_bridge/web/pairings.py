"""Pairings: the list, the proposal, the page of one pairing, and each move with a page that asks first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import (
    Answer,
    Course,
    CourseRole,
    Enrolment,
    Pairing,
    PairingState,
    Person,
    Phase,
    Role,
)
from coil_bridge.errors import InvalidInput, NotFound, TooManyRequests
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.pairing_states import Action
from coil_bridge.services.agreed.proposals import MOST_PARTNERS
from coil_bridge.services.bundles.academic_bundle import AcademicServices
from coil_bridge.services.calendar.feeds import FeedService
from coil_bridge.services.context import Clock
from coil_bridge.services.launching.participation_grades import ParticipationGrades
from coil_bridge.services.moodles.catalogue import Catalogue
from coil_bridge.services.pairing.pairings import PairingService, PairingView
from coil_bridge.services.times.slot_finder import SlotFinder
from coil_bridge.web.deed_words import ASKING, DONE, OFFER
from coil_bridge.web.forms import Form, load
from coil_bridge.web.pairing_changes import open_invitations
from coil_bridge.web.places import language_choices
from coil_bridge.web.schemas.pairing import PhaseChoiceSchema, ProposalSchema, ReasonSchema
from coil_bridge.web.session_views import pairing_cards
from coil_bridge.web.slot_glance import GlanceView, glance
from coil_bridge.web.texts import gettext, say
from coil_bridge.web.trail import deeds
from coil_bridge.web.visitors import Visitors
from coil_bridge.web.weeks_drawn import WeeksPicture, draw_weeks
from scheduling.zones import to_local

Reply = str | Response | tuple[str, int]


class PairingPages:
    """The pages of pairings."""

    def __init__(
        self,
        *,
        pairings: PairingService,
        catalogue: Catalogue,
        phases: Callable[[], Sequence[Phase]],
        grading: ParticipationGrades,
        feeds: FeedService,
        terms: AcademicServices,
        finder: SlotFinder,
        visitors: Visitors,
        clock: Clock,
    ) -> None:
        self._pairings = pairings
        self._catalogue = catalogue
        self._open_phases = phases
        self._grading = grading
        self._feeds = feeds
        self._terms = terms
        self._finder = finder
        self._visitors = visitors
        self._clock = clock

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("pairings", __name__)
        add = pages.add_url_rule
        add("/pairings", "mine", self.mine)
        add("/pairings/new", "new", self.new)
        add("/pairings", "propose", self.propose, methods=["POST"])
        add("/pairings/weeks", "weeks", self.weeks, methods=["POST"])
        add("/pairings/<pairing_id>", "show", self.show)
        move = f"/pairings/<pairing_id>/<any({','.join(Action)}):action>"
        add(move, "ask", self.ask)
        add(move, "act", self.act, methods=["POST"])
        add("/pairings/<pairing_id>/phase", "assign", self.assign, methods=["POST"])
        return pages

    def mine(self) -> Reply:
        """The own pairings; administrators and leads see all."""
        person = self._visitors.signed_in()
        found = self._pairings.all(person) if person.roles else self._pairings.mine(person)
        courses = self._catalogue.own_courses(person)
        return render_template(
            "pairings/mine.html",
            pairings=found,
            waiting={each.id for each in waiting_for(found, courses)},
            teaches=bool(taught(courses)),
        )

    def new(self) -> Reply:
        """The proposal, with the courses chosen before."""
        person = self._visitors.signed_in()
        partners = self._courses(person, request.args.getlist("partner")[:10])
        own = request.args.get("own", "")
        starts, ends = _common_dates([*self._courses(person, [own] if own else []), *partners])
        form = Form.blank(
            own_course_id=own,
            partner_course_ids=[each.id for each in partners],
            model="COIL",
            language="en",
            starts_on=starts,
            ends_on=ends,
            phase_id=self._phase_on(starts or to_local(self._clock(), self._visitors.zone()).date()),
        )
        return self._proposal_page(person, form)

    def propose(self) -> Reply:
        """Propose the pairing."""
        person = self._visitors.signed_in()
        form = Form.typed()
        try:
            pairing = self._pairings.propose(person, load(ProposalSchema()), form.idempotency_key)
        except InvalidInput as error:
            return self._proposal_page(person, Form.refused(error)), 422
        except TooManyRequests as error:
            return self._proposal_page(person, Form.typed({"": [say(error.reason)]})), error.status
        flash(
            gettext("Your proposal is on its way. The partner’s teachers are told in their Moodle."), "good"
        )
        return redirect(url_for("pairings.show", pairing_id=pairing.id), 303)

    def weeks(self) -> Reply:
        """The common weeks of the form so far: a fragment for the script, the whole page without it."""
        person = self._visitors.signed_in()
        if "X-Fragment" in request.headers:
            form = Form.typed()
            picture, times = self._weeks(person, form), self._times(person, form)
            return render_template("terms/weeks_preview.html", picture=picture, times=times)
        return self._proposal_page(person, Form.typed())

    def show(self, pairing_id: str) -> Reply:
        """The pairing's page, as this person may see it."""
        person = self._visitors.signed_in()
        view = self._pairings.get(person, pairing_id)
        return self._show_page(person, view)

    def ask(self, pairing_id: str, action: str) -> Reply:
        """Ask before a move is made."""
        view = self._pairings.get(self._visitors.signed_in(), pairing_id)
        return self._ask_page(view, Action(action), Form())

    def act(self, pairing_id: str, action: str) -> Reply:
        """Make the move."""
        person = self._visitors.signed_in()
        try:
            self._move(person, pairing_id, Action(action), load(ReasonSchema())["reason"])
        except InvalidInput as error:
            view = self._pairings.get(person, pairing_id)
            return self._ask_page(view, Action(action), Form.refused(error)), 422
        flash(str(DONE[Action(action)]), "good")
        return redirect(url_for("pairings.show", pairing_id=pairing_id), 303)

    def assign(self, pairing_id: str) -> Reply:
        """Count the pairing to a phase of a pilot."""
        person = self._visitors.with_role(Role.EVALUATION_LEAD)
        self._pairings.assign_phase(person, pairing_id, load(PhaseChoiceSchema())["phase_id"])
        flash(gettext("The phase is set."), "good")
        return redirect(url_for("pairings.show", pairing_id=pairing_id), 303)

    def _move(self, person: Person, pairing_id: str, action: Action, reason: str) -> None:
        if action is Action.ACCEPT:
            self._pairings.accept(person, pairing_id, note=reason)
        elif action is Action.DECLINE:
            self._pairings.decline(person, pairing_id, note=reason)
        elif action is Action.WITHDRAW:
            self._pairings.withdraw(person, pairing_id, reason)
        elif action is Action.CANCEL:
            self._pairings.cancel(person, pairing_id, reason)
        elif action is Action.START:
            self._pairings.start(person, pairing_id)
        else:
            self._pairings.complete(person, pairing_id)

    def _show_page(self, person: Person, view: PairingView) -> str:
        now = self._clock()
        plan = self._terms.plans.get(person, view.pairing.id)
        cards = pairing_cards(view.sessions, view.pairing, self._visitors, now, plan.weeks.calendars)
        links = self._feeds.links(person, view.pairing.id)
        return render_template(
            "pairings/show.html",
            view=view,
            pairing=view.pairing,
            coming=[card for card in cards if not card.over],
            over=[card for card in cards if card.over],
            deeds=deeds(view.audit, self._visitors.translator()),
            phases=self._phases() if Role.EVALUATION_LEAD in person.roles else [],
            grading=self._grading.standing(person, view.pairing.id) if view.part == "teacher" else (),
            withdrawable=open_invitations(view),
            link=links[0] if links else None,
            plan=plan,
            picture=draw_weeks(plan.weeks, self._visitors.translator(), plan.phases, view.sessions, now),
            asking=ASKING,
            offers=OFFER,
        )

    def _ask_page(self, view: PairingView, action: Action, form: Form) -> str:
        option = next((each for each in view.actions if each.action is action), None)
        if option is None:
            raise NotFound(mark("There is no such page."))
        return render_template(
            "pairings/ask.html", pairing=view.pairing, option=option, asking=ASKING[action], form=form
        )

    def _proposal_page(self, person: Person, form: Form) -> str:
        return render_template(
            "pairings/new.html",
            form=form,
            own=[each.course for each in taught(self._catalogue.own_courses(person))],
            partners=self._courses(person, form.all("partner_course_ids")[:10]),
            phases=self._phases(),
            picture=self._weeks(person, form),
            times=self._times(person, form),
            working_languages=language_choices(
                [*self._catalogue.languages(), *form.all("language")], self._visitors.translator()
            ),
        )

    def _weeks(self, person: Person, form: Form) -> WeeksPicture | None:
        """The weeks of the courses and days that the form holds; None as long as they cannot be told."""
        courses = [form.value("own_course_id"), *form.all("partner_course_ids")[:MOST_PARTNERS]]
        try:
            first, last = (date.fromisoformat(form.value(name)) for name in ("starts_on", "ends_on"))
            weeks = self._terms.weeks.of_courses(person, [each for each in courses if each], first, last)
        except (ValueError, NotFound):
            return None
        return draw_weeks(weeks, self._visitors.translator()) if weeks else None

    def _times(self, person: Person, form: Form) -> GlanceView | None:
        """Whether a weekly time would suit the universities; None as long as it cannot be told."""
        ids = [form.value("own_course_id"), *form.all("partner_course_ids")[:MOST_PARTNERS]]
        try:
            first, last = (date.fromisoformat(form.value(name)) for name in ("starts_on", "ends_on"))
        except ValueError:
            return None
        courses = self._courses(person, [each for each in ids if each])
        return glance(self._finder, courses, first, last, self._visitors.translator())

    def _phase_on(self, day: date) -> str | None:
        """The phase of a pilot that a pairing from this day on would count to."""
        running = [each for each in self._open_phases() if each.starts_on <= day <= each.ends_on]
        return running[0].id if len(running) == 1 else None

    def _phases(self) -> list[tuple[str, str]]:
        return [(each.id, f"{each.pilot_name}: {each.name}") for each in self._open_phases()]

    def _courses(self, person: Person, ids: Iterable[str]) -> list[Course]:
        """The courses of these ids that the person may see; the others are left out."""
        found = []
        for course_id in ids:
            try:
                found.append(self._catalogue.course(person, course_id))
            except NotFound:
                continue
        return found


def taught(enrolments: Iterable[Enrolment]) -> list[Enrolment]:
    """The courses in which the person teaches."""
    return [each for each in enrolments if each.role is CourseRole.TEACHER]


def waiting_for(pairings: Iterable[Pairing], enrolments: Iterable[Enrolment]) -> list[Pairing]:
    """Proposals that wait for the answer of a course which the person teaches."""
    mine = {each.course.id for each in taught(enrolments)}
    return [each for each in pairings if each.state is PairingState.PROPOSED and _pending(each, mine)]


def _pending(pairing: Pairing, mine: Collection[str]) -> bool:
    return any(each.answer is Answer.PENDING and each.course.id in mine for each in pairing.courses)


def _common_dates(courses: list[Course]) -> tuple[date | None, date | None]:
    """The days in which all chosen courses run, as far as their Moodles say."""
    starts = [each.starts_on for each in courses if each.starts_on]
    ends = [each.ends_on for each in courses if each.ends_on]
    return (max(starts) if starts else None, min(ends) if ends else None)
