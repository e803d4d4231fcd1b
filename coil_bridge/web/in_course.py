"""The pages behind the links in a Moodle course: its joint sessions, the next one, and the team."""

from __future__ import annotations

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from coil_bridge.services.calendar.academic_calendars import AcademicCalendars
from coil_bridge.services.context import Clock
from coil_bridge.services.launching.course_views import CourseViews, Team
from coil_bridge.services.meeting.joining import opens_at, standing
from coil_bridge.web.session_views import session_cards
from coil_bridge.web.visitors import Visitors
from scheduling.zones import to_local

Reply = str | Response


class InCoursePages:
    """One course, for its own people."""

    def __init__(
        self, courses: CourseViews, academic: AcademicCalendars, visitors: Visitors, clock: Clock
    ) -> None:
        self._courses = courses
        self._academic = academic
        self._visitors = visitors
        self._clock = clock

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("course", __name__)
        add = pages.add_url_rule
        add("/courses/<course_id>/sessions", "sessions", self.sessions)
        add("/courses/<course_id>/next", "next_session", self.next_session)
        add("/courses/<course_id>/team", "team", self.team)
        return pages

    def sessions(self, course_id: str) -> Reply:
        """Every joint session of the course, on the reader's clock first."""
        view = self._courses.sessions(self._visitors.signed_in(), course_id)
        cards = session_cards(view.sessions, self._visitors, self._clock(), self._academic)
        return render_template(
            "course/sessions.html",
            view=view,
            coming=[card for card in cards if not card.over],
            over=[card for card in cards if card.over],
        )

    def next_session(self, course_id: str) -> Reply:
        """The session that is on or comes next, small enough for a frame in the course page."""
        found = self._courses.next(self._visitors.signed_in(), course_id)
        if found is None:
            return render_template("course/next.html", card=None, course_id=course_id)
        now = self._clock()
        [card] = session_cards([found], self._visitors, now, self._academic)
        return render_template(
            "course/next.html",
            card=card,
            standing=standing(found.session, now),
            opens_at=opens_at(found.session),
            course_id=course_id,
        )

    def team(self, course_id: str) -> Reply:
        """Who works together, and what time it is there."""
        course, teams = self._courses.teams(self._visitors.signed_in(), course_id)
        return render_template("course/team.html", course=course, teams=teams, clocks=self._clocks(teams))

    def _clocks(self, teams: tuple[Team, ...]) -> dict[str, str]:
        now, words = self._clock(), self._visitors.translator()
        places = [each.course.institution for team in teams for each in team.courses]
        return {place.id: words.clock(to_local(now, place.zone)) for place in places}
