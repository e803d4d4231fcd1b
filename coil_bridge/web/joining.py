"""The way into a session's room: a redirect while it is open, a page that says when or why not otherwise.

In Moodle's frame a redirect would put the room into the frame, where meeting services refuse to be; and a
new window would not know who this is, since the frame's cookie stays in the frame. So the frame asks here
itself and then opens the room's own address: by script with one press, by a page with two.
"""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from coil_bridge.services.joining import Entry, Joining, Standing
from coil_bridge.services.session_changes import ends_at
from coil_bridge.web.framing import framed
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | Response


class JoinPages:
    """The doors of sessions."""

    def __init__(self, joining: Joining, visitors: Visitors) -> None:
        self._joining = joining
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("join", __name__)
        pages.add_url_rule("/join/<session_id>", "go", self.go)
        return pages

    def go(self, session_id: str) -> Reply:
        """Go in, where the door is open.

        Raises:
            NotSignedIn, NotFound, Forbidden: as ``Joining.look``.
        """
        person = self._visitors.signed_in()
        enter = self._joining.join if _somebody_comes() else self._joining.look
        entry = enter(person, session_id)
        opened = entry.standing is Standing.OPEN
        if request.accept_mimetypes.best == "application/json":
            return jsonify({"room": entry.session.room_url if opened else None})
        if opened and entry.session.room_url and not framed():
            return redirect(entry.session.room_url, 303)
        return _page(entry)


def _somebody_comes() -> bool:
    """Whether a person has pressed: browsers also look ahead (Sec-Purpose, Fetch) and ask for heads."""
    return request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")


def _page(entry: Entry) -> str:
    headings = {
        Standing.EARLY: gettext("The room is not open yet"),
        Standing.OPEN: gettext("The room is open"),
        Standing.NO_ROOM: gettext("There is no room yet"),
        Standing.OVER: gettext("This session is over"),
        Standing.CANCELLED: gettext("This session was called off"),
    }
    return render_template(
        "join/door.html",
        entry=entry,
        session=entry.session,
        heading=headings[entry.standing],
        ends_at=ends_at(entry.session),
    )
