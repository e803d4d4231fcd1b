"""What COIL Bridge is, what it keeps, and which zone rules it uses."""

from __future__ import annotations

from importlib.metadata import version

from flask import Blueprint, render_template

from scheduling.zones import zone_data


class AboutPages:
    """The page about the service."""

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("about", __name__)
        pages.add_url_rule("/about", "page", self.page)
        return pages

    def page(self) -> str:
        """The page."""
        return render_template("about.html", version=version("coil-bridge"), zones=zone_data())
