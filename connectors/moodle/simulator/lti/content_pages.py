"""Where a teacher adds an external tool to a course: by hand, or by choosing content inside the tool.

A real Moodle fills its activity form with what the tool returned and waits for Save; here the activities
are there at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from connectors.moodle.simulator.lti import deep_linking, launching, links
from connectors.moodle.simulator.lti.errors import PageError
from connectors.moodle.simulator.lti.parameters import read_parameters
from connectors.moodle.simulator.lti.records import Tool
from connectors.moodle.simulator.lti.screen import Screen
from connectors.moodle.simulator.lti.tool_keys import ToolKeys
from connectors.moodle.simulator.records import Course


@dataclass(frozen=True)
class ContentPages:
    """The pages of a teacher who edits."""

    screen: Screen
    keys: ToolKeys

    def blueprint(self) -> Blueprint:
        """Return the routes."""
        routes = self.screen.routes("lti_content")
        both = ["GET", "POST"]
        routes.add_url_rule("/mod/lti/coursetools.php", "tools", self.tools, methods=both)
        routes.add_url_rule("/course/modedit.php", "edit", self.edit, methods=both)
        routes.add_url_rule("/mod/lti/contentitem.php", "select", self.select)
        routes.add_url_rule("/mod/lti/contentitem_return.php", "chosen", self.chosen, methods=["POST"])
        return routes

    def tools(self) -> AnyResponse | str:
        """Show "LTI External tools" of a course (4.3 and later), and switch one on or off there."""
        course = self.screen.edited_course("id")
        if request.method == "POST":
            self.screen.confirm()
            tool = self.screen.tool("typeid")
            tool.courses ^= {course.id}
            return redirect(url_for("lti_content.tools", id=course.id), 303)
        active = [tool for tool in self.screen.platform.tools.values() if tool.active]
        return self.screen.show("coursetools", course=course, tools=active)

    def edit(self) -> AnyResponse | str:
        """Show the form of a new external tool activity, and save it."""
        course = self.screen.edited_course()
        tool = self._offered(course, "typeid")
        if request.method == "GET":
            return self.screen.show("modedit", course=course, tool=tool, selecting="select" in request.args)
        self.screen.confirm()
        name = request.form.get("name", "").strip() or tool.settings.name
        custom = read_parameters(request.form.get("custom", ""))
        window = True if "new_window" in request.form else None
        links.add_link(self.screen.platform, course, tool, name, custom=custom, new_window=window)
        return redirect(url_for("pages.course", id=course.id), 303)

    def select(self) -> str:
        """Send the browser to the tool's content selection."""
        course = self.screen.edited_course()
        tool = self._offered(course, "id")
        if tool.settings.deep_linking_url is None:
            raise PageError("This tool does not support content selection.")
        with self.screen.platform.world.lock:
            form = launching.select_content(self.screen.platform, self.screen.person(), course, tool)
        return self.screen.submit(form, "ltiInitiateLoginForm")

    def chosen(self) -> str:
        """Take what the tool returned."""
        repeated = self.screen.repost()
        if repeated is not None:
            return repeated
        course, tool = self.screen.edited_course(), self.screen.tool("id")
        self.screen.confirm()
        selection = deep_linking.read_selection(
            self.screen.platform, self.keys, tool, request.form.get("JWT", "")
        )
        placed = [] if selection.error else deep_linking.place(self.screen.platform, course, tool, selection)
        return self.screen.show("chosen", course=course, placed=placed, selection=selection)

    def _offered(self, course: Course, name: str) -> Tool:
        tool = self.screen.tool(name)
        if tool not in self.screen.platform.offered_in(course):
            raise PageError("This tool is not available in this course.")
        return tool
