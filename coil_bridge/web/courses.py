"""The own courses as Moodle shows them, and the search for a partner's."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from coil_bridge.errors import InvalidInput
from coil_bridge.services.moodles.catalogue import Catalogue
from coil_bridge.web.forms import Form, load
from coil_bridge.web.pairings import taught
from coil_bridge.web.schemas.pairing import SearchSchema
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response | tuple[str, int]


class CoursePages:
    """Own courses and the catalogue of the partners'."""

    def __init__(self, catalogue: Catalogue, visitors: Visitors) -> None:
        self._catalogue = catalogue
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("courses", __name__)
        add = pages.add_url_rule
        add("/courses", "own", self.own)
        add("/courses/refresh", "refresh", self.refresh, methods=["POST"])
        add("/courses/find", "find", self.find)
        return pages

    def own(self) -> Reply:
        """The courses that the person teaches or attends, and how old this knowledge is."""
        return render_template(
            "courses/own.html", courses=self._catalogue.own_courses(self._visitors.signed_in())
        )

    def refresh(self) -> Reply:
        """Ask the own Moodles again, in the background."""
        person = self._visitors.signed_in()
        for site_id in {each.course.site_id for each in self._catalogue.own_courses(person)}:
            self._catalogue.refresh(person, site_id)
        flash(gettext("Your Moodle is being asked. This page shows the answer in a moment."), "info")
        return redirect(url_for("courses.own"), 303)

    def find(self) -> Reply:
        """Search the partners' courses."""
        person = self._visitors.signed_in()
        try:
            asked = load(SearchSchema(), request.args)
        except InvalidInput as error:
            asked = load(SearchSchema(), MultiDict())
            form = Form({name: request.args.getlist(name) for name in request.args}, error.errors)
        else:
            form = Form.blank(**asked)
        found = self._catalogue.search(
            person, asked["text"], asked["institution"], asked["language"], asked["page"]
        )
        return render_template(
            "courses/find.html",
            form=form,
            found=found,
            own=[each.course for each in taught(self._catalogue.own_courses(person))],
            institutions=self._catalogue.institutions(person),
            teaching_languages=self._catalogue.languages(),
            page_url=_page_url,
        )


def _page_url(number: int) -> str:
    """This search, another page of it."""
    asked = {
        name: request.args[name]
        for name in ("text", "institution", "language", "own")
        if name in request.args
    }
    return f"{url_for('courses.find')}?{urlencode(asked | {'page': str(number)})}"
