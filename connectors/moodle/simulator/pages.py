"""The few pages that people of the demo see: choose a person, own courses, messages, a course's calendar.

No passwords: whoever opens a simulated Moodle may be anybody in it. `/login/index.php?username=...` enters
as that person at once, so that a link elsewhere can be a door.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from connectors.moodle.simulator import access
from connectors.moodle.simulator.lti import roles
from connectors.moodle.simulator.lti.platform import Platform
from connectors.moodle.simulator.markup import show
from connectors.moodle.simulator.records import SITE_COURSE, Course, Event, Site, User
from connectors.moodle.simulator.world import World

_STAFF = {"guest", "admin"}
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Pages:
    """The human side of one simulated Moodle."""

    world: World
    site: Site
    platform: Platform

    def blueprint(self) -> Blueprint:
        """Return the routes, under the addresses that Moodle has for them."""
        routes = Blueprint(
            "pages", __name__, template_folder="templates", static_folder="static", static_url_path="/theme"
        )
        routes.add_url_rule("/", "home", lambda: redirect(url_for("pages.dashboard")))
        routes.add_url_rule("/favicon.ico", "icon", lambda: Response(status=204))
        routes.add_url_rule("/login/index.php", "login", self.login, methods=["GET", "POST"])
        routes.add_url_rule("/login/logout.php", "logout", self.logout, methods=["POST"])
        routes.add_url_rule("/my/", "dashboard", self.dashboard)
        routes.add_url_rule("/message/index.php", "messages", self.messages)
        routes.add_url_rule("/course/view.php", "course", self.course)
        routes.after_request(_protected)
        return routes

    def login(self) -> AnyResponse | str:
        """Offer the people of this Moodle, or enter as the one named."""
        username = request.values.get("username")
        if username is None:
            return self.page("login", people=self._people())
        person = {each.username: each for each in self._people()}.get(username)
        if person is None:
            abort(404)
        session.clear()
        session["user"] = person.id
        return redirect(url_for("pages.dashboard"), 303)

    def logout(self) -> AnyResponse:
        """Forget the person."""
        session.clear()
        return redirect(url_for("pages.login"), 303)

    def dashboard(self) -> AnyResponse | str:
        """Show a person's courses and what comes next in their calendars."""
        person = self.person()
        if person is None:
            return redirect(url_for("pages.login"))
        courses = self._courses(person)
        coming = self._events(person, {course.id for course in courses})
        return self.page(
            "my", courses=courses, events=coming[:10], names={c.id: c.shortname for c in courses}
        )

    def messages(self) -> AnyResponse | str:
        """Show the messages a person received, newest first."""
        person = self.person()
        if person is None:
            return redirect(url_for("pages.login"))
        return self.page("messages", inbox=self.world.inbox(person), users=self.world.users, show=show)

    def course(self) -> AnyResponse | str:
        """Show a course to its people: who teaches, its calendar, its forums."""
        person = self.person()
        if person is None:
            return redirect(url_for("pages.login"))
        with self.world.lock:
            course = self.world.courses.get(request.args.get("id", 0, int))
            if course is None or course not in self._courses(person):
                abort(404)
            return self.page(
                "course",
                course=course,
                teachers=self._teachers(course),
                events=self._events(person, {course.id}),
                forums=self._forums(course),
                show=show,
                **self._tools(person, course),
            )

    def page(self, name: str, **values: Any) -> str:
        """Draw a page of templates/moodle within the frame that all have."""
        person = self.person()
        unread = 0 if person is None else len(self.world.inbox(person))
        return render_template(
            f"moodle/{name}.html",
            site=self.site,
            person=person,
            administrator=person is not None and access.is_administrator(person),
            received=unread,
            when=self._when,
            **values,
        )

    def person(self) -> User | None:
        """Return who is there in this browser."""
        return self.world.users.get(session.get("user", 0))

    def _people(self) -> list[User]:
        hidden = {self.world.service_user.username, *_STAFF}
        with self.world.lock:
            people = [user for user in self.world.users.values() if user.username not in hidden]
        return [person for person in people if not person.suspended]

    def _courses(self, person: User) -> list[Course]:
        with self.world.lock:
            courses = self.world.courses_of(person.id)
            if access.is_administrator(person):
                courses = [course for course in self.world.courses.values() if course.id != SITE_COURSE]
            return [course for course in courses if access.can_enter(self.world, person, course)]

    def _events(self, person: User, courses: set[int]) -> list[Event]:
        now = self.world.clock().timestamp()
        with self.world.lock:
            coming = [
                event
                for event in self.world.events.values()
                if event.course_id in courses and event.visible and event.start + event.duration >= now
            ]
            mine = {group.id for group in self.world.groups.values() if person.id in group.members} | {0}
        return sorted((event for event in coming if event.group_id in mine), key=lambda event: event.start)

    def _teachers(self, course: Course) -> list[User]:
        return [
            self.world.users[person]
            for (person, place), enrolment in self.world.enrolments.items()
            if place == course.id and {"editingteacher", "teacher"} & set(enrolment.roles)
        ]

    def _tools(self, person: User, course: Course) -> dict[str, Any]:
        """Return what a course page says of external tools, in the role that the person has taken."""
        switched = course.id in session.get("switched", [])
        editing = not switched and roles.edits(self.world, person, course.id)
        links = self.platform.links_in(course)
        return {
            "switched": switched,
            "teaching": roles.teaches(self.world, person, course.id),
            "editing": editing,
            "links": links,
            "windows": {link.id: self.platform.opens_window(link) for link in links},
            "offered": self.platform.offered_in(course) if editing else [],
            "sesskey": self.platform.sesskey(person),
        }

    def _forums(self, course: Course) -> list[tuple[str, list[tuple[str, int]]]]:
        return [
            (
                forum.name,
                [
                    (discussion.name, len(self.world.posts_in(discussion.id)))
                    for discussion in self.world.discussions.values()
                    if discussion.forum_id == forum.id
                ],
            )
            for forum in self.world.forums.values()
            if forum.course_id == course.id
        ]

    def _when(self, moment: datetime | int) -> str:
        """Return an instant, or Unix seconds, on the person's clock (the server's for zone "99")."""
        person = self.person()
        zone = self.site.zone if person is None or person.timezone == "99" else person.timezone
        instant = datetime.fromtimestamp(moment, UTC) if isinstance(moment, int) else moment
        return f"{instant.astimezone(ZoneInfo(zone)):%A, %d %B %Y, %H:%M} ({zone})"


def _protected(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
