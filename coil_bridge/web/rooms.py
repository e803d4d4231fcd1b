"""The console's rooms: meeting servers and rooms by their links, which teachers may then choose."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import Institution, Person, Role
from coil_bridge.errors import InvalidInput
from coil_bridge.services.meeting.room_registry import RoomRegistry
from coil_bridge.services.moodles.sites import SiteRegistry
from coil_bridge.web.forms import Form, load
from coil_bridge.web.schemas.room import RoomSchema
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response | tuple[str, int]


class RoomPages:
    """Rooms in the console."""

    def __init__(self, rooms: RoomRegistry, sites: SiteRegistry, visitors: Visitors) -> None:
        self._rooms = rooms
        self._sites = sites
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("rooms", __name__, url_prefix="/console/rooms")
        add = pages.add_url_rule
        add("", "index", self.index)
        add("", "offer", self.offer, methods=["POST"])
        add("/<offer_id>/check", "check", self.check, methods=["POST"])
        add("/<offer_id>/remove", "confirm_remove", self.confirm_remove)
        add("/<offer_id>/remove", "remove", self.remove, methods=["POST"])
        return pages

    def index(self) -> Reply:
        """Every room that is offered, and the form for another one."""
        return self._page(self._administrator(), Form.blank(kind="bigbluebutton"))

    def offer(self) -> Reply:
        """Offer a room; its server is checked at once."""
        actor = self._administrator()
        try:
            room = self._rooms.add(actor, load(RoomSchema()))
        except InvalidInput as error:
            return self._page(actor, Form.refused(error)), 422
        if room.problem:
            flash(gettext("%(room)s is kept, but its check failed. See below.", room=room.name), "warn")
        else:
            flash(gettext("Teachers can choose %(room)s now.", room=room.name), "good")
        return redirect(url_for("rooms.index"), 303)

    def check(self, offer_id: str) -> Reply:
        """Check a room's server again."""
        self._rooms.check(self._administrator(), offer_id)
        return redirect(url_for("rooms.index", _anchor=f"room-{offer_id}"), 303)

    def confirm_remove(self, offer_id: str) -> Reply:
        """Ask before a room is offered no longer."""
        actor = self._administrator()
        room = next((each for each in self._rooms.all(actor) if each.id == offer_id), None)
        if room is None:
            return redirect(url_for("rooms.index"))
        return render_template("console/room_remove.html", room=room)

    def remove(self, offer_id: str) -> Reply:
        """Offer a room no longer."""
        room = self._rooms.remove(self._administrator(), offer_id)
        flash(gettext("%(room)s is offered no longer.", room=room.name), "good")
        return redirect(url_for("rooms.index"), 303)

    def _administrator(self) -> Person:
        return self._visitors.with_role(Role.ADMINISTRATOR)

    def _page(self, actor: Person, form: Form) -> str:
        institutions: dict[str, Institution] = {
            each.institution.id: each.institution for each in self._sites.all()
        }
        return render_template(
            "console/rooms.html", rooms=self._rooms.all(actor), institutions=institutions, form=form
        )
