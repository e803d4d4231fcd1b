"""An external tool activity in the browser: its page, its launch, the authentication, the way back."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from connectors.moodle.simulator.lti import authentication, launching, roles
from connectors.moodle.simulator.lti.errors import PageError
from connectors.moodle.simulator.lti.records import Link
from connectors.moodle.simulator.lti.screen import Screen
from connectors.moodle.simulator.records import Course

_DELEGATED = ("microphone", "camera", "geolocation", "midi", "encrypted-media", "autoplay")


@dataclass(frozen=True)
class LaunchPages:
    """The pages around a launch."""

    screen: Screen

    def blueprint(self) -> Blueprint:
        """Return the routes."""
        routes = self.screen.routes("lti_launch")
        routes.add_url_rule("/mod/lti/view.php", "view", self.view)
        routes.add_url_rule("/mod/lti/launch.php", "launch", self.launch)
        routes.add_url_rule("/mod/lti/auth.php", "auth", self.auth, methods=["GET", "POST"])
        routes.add_url_rule("/mod/lti/return.php", "back", self.back)
        routes.add_url_rule("/course/switchrole.php", "switch_role", self.switch_role, methods=["POST"])
        return routes

    def view(self) -> str:
        """Show the activity with the tool in an iframe, or the link to its window."""
        link, course = self._link()
        tool = self.screen.platform.tools[link.tool_id]
        origin = urlsplit(link.url or tool.settings.url)
        allow = "; ".join(f"{feature} {origin.scheme}://{origin.netloc}" for feature in _DELEGATED)
        window = self.screen.platform.opens_window(link)
        return self.screen.show("view", link=link, course=course, allow=allow, window=window)

    def launch(self) -> str:
        """Send the browser to the tool with a login initiation."""
        link, course = self._link()
        with self.screen.platform.world.lock:
            form = launching.open_link(
                self.screen.platform, self.screen.person(), link, as_learner=self.screen.as_learner(course)
            )
        return self.screen.submit(form, "ltiInitiateLoginForm")

    def auth(self) -> str:
        """Answer the tool's authentication request."""
        repeated = self.screen.repost()
        if repeated is not None:
            return repeated
        person = self.screen.pages.person()
        if person is None:
            raise PageError("Invalid request")
        with self.screen.platform.world.lock:
            form = authentication.authenticate(self.screen.platform, person, request.values.to_dict())
        return self.screen.submit(form, "ltiAuthForm")

    def back(self) -> str:
        """Take the person back from the tool, with the message or error it sent along."""
        self.screen.confirm()
        course = self.screen.course()
        error = request.args.get("lti_errormsg", "")
        return self.screen.show(
            "returned", course=course, message=request.args.get("lti_msg", ""), error=error
        )

    def switch_role(self) -> AnyResponse:
        """Look at a course as a student, or as oneself again (`switchrole` 0)."""
        self.screen.confirm()
        course = self.screen.course("id")
        if not roles.teaches(self.screen.platform.world, self.screen.person(), course.id):
            raise PageError(
                "Sorry, but you do not currently have permissions to do that (Switch to other roles)."
            )
        switched = set(session.get("switched", [])) - {course.id}
        student = request.form.get("switchrole", 0, int) != 0
        session["switched"] = sorted(switched | {course.id} if student else switched)
        return redirect(url_for("pages.course", id=course.id), 303)

    def _link(self) -> tuple[Link, Course]:
        self.screen.person()
        link = self.screen.platform.link_of_module(request.args.get("id", 0, int))
        if link is None:
            raise PageError("Invalid course module ID")
        return link, self.screen.course_of(link)
