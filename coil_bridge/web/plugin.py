"""The Moodle plugins for download, and how to install them."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template

from coil_bridge.domain import Role
from coil_bridge.web.visitors import Visitors
from connectors.moodle.plugin_files import COMPONENTS, build, build_all

_COMMAND = "sudo -u www-data php local/coilbridge/cli/setup.php"


class PluginPages:
    """What an administrator needs to give to, or to be, the administrator of a Moodle."""

    def __init__(self, visitors: Visitors, public_url: str) -> None:
        self._visitors = visitors
        self._public_url = public_url

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("plugin", __name__, url_prefix="/console/plugin")
        pages.add_url_rule("", "show", self.show)
        pages.add_url_rule("/<component>.zip", "download", self.download)
        return pages

    def show(self) -> str:
        """What the plugins add, the files, and the steps."""
        self._visitors.with_role(Role.ADMINISTRATOR)
        return render_template(
            "console/plugin.html", files=build_all(), public_url=self._public_url, command=_COMMAND
        )

    def download(self, component: str) -> Response:
        """One zip."""
        self._visitors.with_role(Role.ADMINISTRATOR)
        if component not in COMPONENTS:
            abort(404)
        file = build(component)
        response = make_response(file.content)
        response.headers["Content-Type"] = "application/zip"
        response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
        return response
