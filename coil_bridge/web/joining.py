"""The way into a session's room: a redirect while it is open, a page that says when or why not otherwise.

In Moodle's frame a redirect would put the room into the frame, where meeting services refuse to be; and a
new window would not know who this is, since the frame's cookie stays in the frame. So the frame asks here
itself and then opens the room's own address: by script with one press, by a page with two.
"""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import CourseRole
from coil_bridge.errors import Forbidden
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.session_changes import ends_at
from coil_bridge.services.meeting.joining import Entry, Joining, Standing
from coil_bridge.services.meeting.rooms import RoomService
from coil_bridge.web.framing import framed
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response


class JoinPages:
    """The doors of sessions."""

    def __init__(self, joining: Joining, rooms: RoomService, visitors: Visitors) -> None:
        self._joining = joining
        self._rooms = rooms
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("join", __name__)
        pages.add_url_rule("/join/<session_id>", "go", self.go)
        pages.add_url_rule("/join/<session_id>/close", "close", self.close, methods=["POST"])
        pages.add_url_rule("/rooms/<pairing_id>/<offer_id>", "room", self.room)
        return pages

    def go(self, session_id: str) -> Reply:
        """Go in, where the door is open.

        Raises:
            NotSignedIn, NotFound, Forbidden: as ``Joining.look``.
            PartnerUnavailable: the room's server does not answer.
        """
        person = self._visitors.signed_in()
        if not _somebody_comes():
            return self._page(self._joining.look(person, session_id), None)
        entry = self._joining.join(person, session_id)
        way_in = self._rooms.way_in(entry, person) if entry.standing is Standing.OPEN else None
        if request.accept_mimetypes.best == "application/json":
            return jsonify({"room": way_in})
        if way_in and not framed():
            return redirect(way_in, 303)
        return self._page(entry, way_in)

    def close(self, session_id: str) -> Reply:
        """A teacher ends the meeting for everybody.

        Raises:
            Forbidden: the person does not teach here.
        """
        entry = self._joining.look(self._visitors.signed_in(), session_id)
        if entry.role is not CourseRole.TEACHER:
            raise Forbidden(mark("Only the teachers of this pairing's courses can do this."))
        self._rooms.end(entry.session)
        flash(gettext("The room is closed for everybody. Whoever comes now opens it again."), "good")
        return redirect(url_for("pairings.show", pairing_id=entry.session.pairing_id), 303)

    def room(self, pairing_id: str, offer_id: str) -> Reply:
        """A room's own address, as it stands in calendars: on to the door of the session that is on."""
        person = self._visitors.signed_in()
        return redirect(
            url_for("join.go", session_id=self._rooms.session_behind(person, pairing_id, offer_id))
        )

    def _page(self, entry: Entry, way_in: str | None) -> str:
        over, teaches = entry.standing is Standing.OVER, entry.role is CourseRole.TEACHER
        return render_template(
            "join/door.html",
            entry=entry,
            session=entry.session,
            heading=_heading(entry.standing),
            ends_at=ends_at(entry.session),
            way_in=way_in or entry.session.room_url,
            recordings=self._rooms.recordings(entry.session) if over else (),
            may_close=teaches
            and entry.standing is Standing.OPEN
            and self._rooms.can_be_closed(entry.session),
        )


def _somebody_comes() -> bool:
    """Whether a person has pressed: browsers also look ahead (Sec-Purpose, Fetch) and ask for heads."""
    return request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")


def _heading(standing: Standing) -> str:
    return {
        Standing.EARLY: gettext("The room is not open yet"),
        Standing.OPEN: gettext("The room is open"),
        Standing.NO_ROOM: gettext("There is no room yet"),
        Standing.OVER: gettext("This session is over"),
        Standing.CANCELLED: gettext("This session was called off"),
    }[standing]
