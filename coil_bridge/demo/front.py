"""The demo's front page: what the product is, a door for each role, and the mail that was sent."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask, abort, redirect, render_template
from werkzeug.wrappers import Response

import coil_bridge.web
from coil_bridge.demo.consortium import Partner
from coil_bridge.demo.doors import Doors, DoorStuck
from coil_bridge.demo.mailbox import Mailbox

_LOOK = Path(coil_bridge.web.__file__).parent / "static"  # the service's own stylesheets


def create_front(doors: Doors, partners: list[Partner], mailbox: Mailbox, service_url: str) -> Flask:
    """A small application of its own; the service knows nothing of it."""
    app = Flask("coil_bridge.demo", static_folder=str(_LOOK), static_url_path="/look")
    pages = Blueprint("demo", "coil_bridge.demo", static_folder="static", static_url_path="/static")

    @pages.get("/")
    def index() -> str:
        return render_template(
            "front.html", doors=list(doors.all.values()), partners=partners, service_url=service_url
        )

    @pages.post("/doors/<key>")
    def open_door(key: str) -> Response | tuple[str, int]:
        door = doors.all.get(key) or abort(404)
        try:
            return redirect(doors.open(door), 303)
        except DoorStuck as error:
            return render_template("stuck.html", reason=str(error)), 503

    @pages.get("/mail")
    def mail() -> str:
        return render_template("mail.html", mails=mailbox.mails)

    @pages.get("/mail/<int:number>.ics")
    def calendar_file(number: int) -> Response:
        found = next((each for each in mailbox.mails if each.number == number), None)
        if found is None or found.file is None:
            abort(404)
        response = Response(found.file.text, mimetype="text/calendar")
        response.headers["Content-Disposition"] = f"attachment; filename=session-{number}.ics"
        return response

    @pages.after_request
    def secure(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
            f"form-action 'self' {service_url}"
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    app.register_blueprint(pages)
    return app
