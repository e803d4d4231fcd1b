"""The console: messages and tasks in the background, what waits and what failed."""

from __future__ import annotations

from flask import Blueprint, render_template

from coil_bridge.domain import Role
from coil_bridge.services.activity.work import Work
from coil_bridge.services.health import Health
from coil_bridge.web.visitors import Visitors


class WorkPages:
    """The queues."""

    def __init__(self, work: Work, health: Health, visitors: Visitors) -> None:
        self._work = work
        self._health = health
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("work", __name__)
        pages.add_url_rule("/console/work", "index", self.index)
        return pages

    def index(self) -> str:
        """Counts, troubles, jobs, and the health of our own parts."""
        person = self._visitors.with_role(Role.ADMINISTRATOR)
        return render_template(
            "console/work.html", report=self._work.report(person), health=self._health.ready()
        )
