"""The LTI side of a simulated Moodle in Python: what an administrator, a teacher or a browser does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.moodle.simulator.lti import authentication, launching, links, registration
from connectors.moodle.simulator.lti.claims import build
from connectors.moodle.simulator.lti.faults import LtiFaults
from connectors.moodle.simulator.lti.platform import Platform
from connectors.moodle.simulator.lti.records import Form, Grade, GradeItem, Launch, Link, Tool, ToolSettings
from connectors.moodle.simulator.lti.registration_request import domain_of
from connectors.moodle.simulator.lti.situation import Situation
from connectors.moodle.simulator.records import Course, User


class Lti:
    """The site's tools and launches. Every method works without a browser and without the network."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    @property
    def faults(self) -> LtiFaults:
        """What goes wrong with the next launches."""
        return self.platform.faults

    @property
    def requests(self) -> tuple[str, ...]:
        """The requests to LTI scripts so far, as in "GET /mod/lti/certs.php"."""
        return tuple(self.platform.requests)

    def register(self, settings: ToolSettings, *, active: bool = True) -> Tool:
        """Add a tool by hand, as "configure a tool manually" does; the client id is new.

        An `active` one is in the activity chooser of every course.
        """
        settings = replace(settings, domain=settings.domain or domain_of(settings.url))
        tool = registration.add_tool(self.platform, registration.new_client_id(), settings, active=active)
        tool.in_chooser = active
        return tool

    def registration_address(self, address: str, *, update: Tool | None = None) -> str:
        """Return what Moodle opens when an administrator pastes a tool's registration URL."""
        return registration.invitation_address(self.platform, address, update)

    def tools(self) -> tuple[Tool, ...]:
        """Return every tool, pending ones included."""
        return tuple(self.platform.tools.values())

    def tool(self, client_id: str) -> Tool:
        """Return a tool; raises KeyError."""
        tool = self.platform.client(client_id)
        if tool is None:
            raise KeyError(client_id)
        return tool

    def tools_of(self, address: str) -> tuple[Tool, ...]:
        """Return the tools on the domain of an address, whose registration offers Update or New."""
        domain = domain_of(address)
        return tuple(tool for tool in self.tools() if tool.settings.domain == domain)

    def activate(self, client_id: str) -> Tool:
        """Click Activate, and offer the tool in every course's activity chooser."""
        tool = self.tool(client_id)
        tool.active = tool.in_chooser = True
        return tool

    def add_link(
        self,
        course: Course,
        tool: Tool,
        name: str = "",
        *,
        url: str = "",
        text: str = "",
        custom: Mapping[str, str] | None = None,
        new_window: bool | None = None,
        maximum: float | None = None,
    ) -> Link:
        """Add an activity to a course, graded when a `maximum` is given; ValueError for a pending tool."""
        name = name or tool.settings.name
        with self.platform.world.lock:
            link = links.add_link(
                self.platform,
                course,
                tool,
                name,
                url=url,
                text=text,
                custom=custom,
                new_window=new_window,
            )
            if maximum is not None:
                links.grade_link(self.platform, link, maximum)
        return link

    def links(self, course: Course) -> tuple[Link, ...]:
        """Return a course's external tool activities."""
        return tuple(self.platform.links_in(course))

    def copy_course(self, source: Course, target: Course) -> tuple[Link, ...]:
        """Copy a course's external tools into another course of the world."""
        return tuple(links.copy_links(self.platform, source, target))

    def launch_form(
        self, user: User, link: Link, *, as_learner: bool = False, review_of: User | None = None
    ) -> Form:
        """Return the login initiation that the person's browser posts to the tool.

        `as_learner`: with the role switched to student. `review_of`: a submission review of that person.
        """
        reviewed = None if review_of is None else review_of.id
        with self.platform.world.lock:
            return launching.open_link(self.platform, user, link, as_learner=as_learner, review_of=reviewed)

    def selection_form(self, user: User, course: Course, tool: Tool) -> Form:
        """Return the login initiation of deep linking in a course."""
        with self.platform.world.lock:
            return launching.select_content(self.platform, user, course, tool)

    def authenticate(self, user: User, address: str) -> Form:
        """Return what /mod/lti/auth.php answers to the tool's redirect, in that person's session.

        Raises PageError where the person would see Moodle's error page.
        """
        request = dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))
        with self.platform.world.lock:
            return authentication.authenticate(self.platform, user, request)

    def claims(self, user: User, link: Link, nonce: str, *, as_learner: bool = False) -> dict[str, Any]:
        """Return the claims of a launch without launching; `sign` makes a token of what becomes of them."""
        launch = Launch("", user.id, link.course_id, link.tool_id, link, as_learner)
        return self.claims_of(launch, nonce)

    def claims_of(self, launch: Launch, nonce: str) -> dict[str, Any]:
        """Return the claims of any kind of launch."""
        with self.platform.world.lock:
            return build(Situation.of(self.platform, launch), nonce)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Sign claims with the site's key."""
        return self.platform.key.sign(claims)

    def grades(self, item: GradeItem) -> Mapping[int, Grade]:
        """Return a column of the gradebook by user id."""
        return dict(item.grades)

    def items(self, course: Course) -> tuple[GradeItem, ...]:
        """Return the grade items that belong to tools in a course."""
        every: Iterable[GradeItem] = self.platform.items.values()
        return tuple(item for item in every if item.course_id == course.id)
