"""What the LTI pages for people have in common: who is there, the sesskey, error pages, the frame policy."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, request, session, url_for

from connectors.moodle.simulator.access import can_enter, is_administrator
from connectors.moodle.simulator.lti import roles
from connectors.moodle.simulator.lti.errors import PageError
from connectors.moodle.simulator.lti.platform import Platform
from connectors.moodle.simulator.lti.records import Form, Link, Tool
from connectors.moodle.simulator.pages import Pages
from connectors.moodle.simulator.records import Course, User

# No form-action: Chromium holds it against the tool's redirects too, and a real Moodle sends no policy. For
# the same reason no Referrer-Policy: "no-referrer" would make the Origin of the posts to the tool null.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'nonce-{nonce}'; "
    "frame-src http: https:; base-uri 'none'; frame-ancestors 'self'"
)


class Screen:
    """The pages of one platform, drawn like the other pages of its Moodle."""

    def __init__(self, platform: Platform, pages: Pages) -> None:
        self.platform = platform
        self.pages = pages

    def routes(self, name: str) -> Blueprint:
        """Return a blueprint whose pages may be framed by this Moodle and may run their own scripts."""
        routes = Blueprint(name, __name__, template_folder="templates")
        routes.before_request(self._begin)
        routes.after_request(_protected)
        routes.register_error_handler(PageError, self._error)
        return routes

    def show(self, template: str, **values: Any) -> str:
        """Draw a page of templates/moodle/lti."""
        person = self.pages.person()
        key = "" if person is None else self.platform.sesskey(person)
        return self.pages.page(f"lti/{template}", nonce=g.lti_nonce, sesskey=key, **values)

    def submit(self, form: Form, form_id: str) -> str:
        """Draw a form that submits itself."""
        return self.show("submit", form=form, form_id=form_id)

    def repost(self) -> str | None:
        """Draw the form that repeats a request that came from another site, so without the Lax cookie.

        None when the person is known, or the request is the repetition (`repost_crosssite_page`).
        """
        if self.pages.person() is not None or "repost" in request.form:
            return None
        fields = request.form.to_dict() | {"repost": "true"}
        address = request.full_path.rstrip("?")
        return self.submit(Form(address, fields), "ltiRepostForm")

    def person(self) -> User:
        """Return who is there, or leave for the login page."""
        person = self.pages.person()
        if person is None:
            abort(redirect(url_for("pages.login"), 303))
        return person

    def administrator(self) -> User:
        """Return the site administrator who is there; others see an error."""
        person = self.person()
        if not is_administrator(person):
            raise PageError(
                "Sorry, but you do not currently have permissions to do that (Change site configuration)."
            )
        return person

    def confirm(self) -> None:
        """Check the sesskey of a request that changes something (`require_sesskey()`)."""
        if request.values.get("sesskey") != self.platform.sesskey(self.person()):
            raise PageError("Your session has most likely timed out. Please log in again.")

    def course(self, name: str = "course") -> Course:
        """Return the course that the request names, when the person may enter it."""
        return self._entered(request.values.get(name, 0, int))

    def course_of(self, link: Link) -> Course:
        """Return a link's course, when the person may enter it."""
        return self._entered(link.course_id)

    def _entered(self, course_id: int) -> Course:
        course = self.platform.world.courses.get(course_id)
        if course is None:
            raise PageError("Can't find data record in database.")
        if not can_enter(self.platform.world, self.person(), course):
            raise PageError("You cannot enrol yourself in this course.")
        return course

    def edited_course(self, name: str = "course") -> Course:
        """Return the course that the request names, when the person edits it in the role now taken."""
        course, person = self.course(name), self.person()
        if self.as_learner(course) or not roles.edits(self.platform.world, person, course.id):
            raise PageError(
                "Sorry, but you do not currently have permissions to do that (Manage activities)."
            )
        return course

    def tool(self, name: str) -> Tool:
        """Return the tool that the request names."""
        tool = self.platform.tools.get(request.values.get(name, 0, int))
        if tool is None:
            raise PageError("Can't find data record in database.")
        return tool

    def as_learner(self, course: Course) -> bool:
        """Whether the person has switched to the student's role in the course."""
        return course.id in session.get("switched", [])

    def _begin(self) -> None:
        g.lti_nonce = secrets.token_urlsafe(16)
        self.platform.requests.append(f"{request.method} {request.path}")

    def _error(self, error: PageError) -> tuple[str, int]:
        return self.show("error", message=str(error)), 404


def _protected(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY.format(nonce=g.lti_nonce)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
