"""Site administration > Plugins > External tool > Manage tools: registration, activation, manual set-up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from connectors.moodle.simulator.lti import registration
from connectors.moodle.simulator.lti.api import Lti
from connectors.moodle.simulator.lti.errors import PageError
from connectors.moodle.simulator.lti.manual_form import read_manual
from connectors.moodle.simulator.lti.parameters import write_parameters
from connectors.moodle.simulator.lti.records import Tool
from connectors.moodle.simulator.lti.screen import Screen


@dataclass(frozen=True)
class AdminPages:
    """The administrator's pages."""

    screen: Screen
    lti: Lti

    def blueprint(self) -> Blueprint:
        """Return the routes."""
        routes = self.screen.routes("lti_admin")
        both = ["GET", "POST"]
        routes.add_url_rule("/mod/lti/toolconfigure.php", "tools", self.tools, methods=both)
        routes.add_url_rule("/mod/lti/startltiadvregistration.php", "start", self.start)
        routes.add_url_rule("/mod/lti/typessettings.php", "manual", self.manual, methods=both)
        return routes

    def tools(self) -> AnyResponse | str:
        """Show the tools; begin a registration, or change one of them."""
        self.screen.administrator()
        if request.method == "POST":
            self.screen.confirm()
            if "url" in request.form:
                return self._register(request.form["url"].strip())
            self._change(self.screen.tool("id"), request.form.get("action", ""))
            return redirect(url_for("lti_admin.tools"), 303)
        return self.screen.show(
            "toolconfigure", tools=self.lti.tools(), addresses=self.screen.platform.addresses
        )

    def _register(self, address: str) -> str:
        if urlsplit(address).scheme not in {"http", "https"}:
            raise PageError("Enter the tool's registration URL.")
        return self.screen.show("registration", address=address)

    def _change(self, tool: Tool, action: str) -> None:
        settings, platform = tool.settings, self.screen.platform
        match action:
            case "activate":
                tool.active = True
            case "chooser":
                tool.in_chooser = not tool.in_chooser
            case "window":
                tool.settings = replace(settings, new_window=not settings.new_window)
            case "privacy":
                shared = not settings.send_name
                tool.settings = replace(settings, send_name=shared, send_email=shared)
            case "delete":
                with platform.world.lock:
                    del platform.tools[tool.id]
                    gone = [link.id for link in platform.links.values() if link.tool_id == tool.id]
                    for link in gone:
                        del platform.links[link]
            case _:
                raise PageError("Invalid request")

    def start(self) -> AnyResponse | str:
        """Open the tool's registration page inside the frame; ask first when its domain is known.

        `type` is the tool to update, 0 for a new one.
        """
        self.screen.administrator()
        self.screen.confirm()
        address, chosen = request.args.get("url", ""), request.args.get("type")
        known = self.lti.tools_of(address)
        if chosen is None and known:
            return self.screen.show("existing", address=address, tools=known)
        update = self.screen.tool("type") if chosen not in {None, "0"} else None
        return redirect(registration.invitation_address(self.screen.platform, address, update), 303)

    def manual(self) -> AnyResponse | str:
        """Configure a tool manually: new, or the one named by `typeid`."""
        self.screen.administrator()
        known = self.screen.tool("typeid") if request.values.get("typeid") else None
        if request.method == "GET":
            custom = write_parameters(known.settings.custom) if known else ""
            return self.screen.show("manual", tool=known, custom=custom)
        self.screen.confirm()
        settings = read_manual(request.form)
        if known is None:
            self.lti.register(settings)
        else:
            known.settings = settings
        return redirect(url_for("lti_admin.tools"), 303)
